/** The words of a comment: those that stand, those that wait beside them, and those that did. */
import type { Page } from '../graphql/pagination.js'
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { fragment, nothing } from '../platform/sql.js'

/** What a comment says, what waits beside it, and whether a moderator has ever decided on it. */
export async function standing(tx: Tx, id: string) {
  const [row] = await sql(tx)<{ source: string; waiting: string | null; decided: boolean }>`
    SELECT t.source, w.source AS waiting, c."decidedAt" IS NOT NULL AS decided
    FROM comment c JOIN comment_text t ON t."commentId" = c.id LEFT JOIN comment_revision w ON w."commentId" = c.id AND w.state = 'PENDING'
    WHERE c.id = ${id}::uuid`
  return row ?? null
}

/** The number of the words that stand. To be read once the comment is held: the statement that waits for it still sees the words from before. */
export async function currentNumber(tx: Tx, id: string) {
  const [row] = await sql(tx)<{ revision: number }>`SELECT revision FROM comment_text WHERE "commentId" = ${id}::uuid`
  if (!row) throw new Error(`The comment ${id} has no words.`)
  return row.revision
}

/** New words for a comment. */
interface Edit {
  id: string
  source: string
  html: string
  /** The number that these words have already; absent: the next one. */
  revision?: number
}

/** A number that no words of this comment have had, so that nobody lets words stand that they have not read. */
const nextRevision = (id: string) => fragment`
  (SELECT greatest(t.revision, max(r.revision)) + 1 FROM comment_text t LEFT JOIN comment_revision r ON r."commentId" = t."commentId"
    WHERE t."commentId" = ${id}::uuid GROUP BY t.revision)`

/** Gives a comment new words and keeps the old ones; words that waited beside them are overtaken. */
export async function replace(tx: Tx, edit: Edit & { editedAt: Date }) {
  await sql(tx)`
    WITH overtaken AS (
      DELETE FROM comment_revision WHERE "commentId" = ${edit.id}::uuid AND state = 'PENDING'
    ), old AS (
      INSERT INTO comment_revision ("commentId", revision, "siteId", state, source, html)
      SELECT "commentId", revision, "siteId", 'PAST', source, html FROM comment_text WHERE "commentId" = ${edit.id}::uuid
    ), c AS (
      UPDATE comment SET "editedAt" = ${edit.editedAt} WHERE id = ${edit.id}::uuid
    )
    UPDATE comment_text SET source = ${edit.source}, html = ${edit.html},
      revision = coalesce(${edit.revision ?? null}::int, ${nextRevision(edit.id)})
    WHERE "commentId" = ${edit.id}::uuid`
}

/** Puts new words beside a comment that keeps its own until a moderator decides. A later edit replaces one that waits. */
export async function propose(tx: Tx, edit: Edit) {
  await sql(tx)`
    WITH overtaken AS (
      DELETE FROM comment_revision WHERE "commentId" = ${edit.id}::uuid AND state = 'PENDING'
    )
    INSERT INTO comment_revision ("commentId", revision, "siteId", state, source, html)
    SELECT "commentId", ${nextRevision(edit.id)}, "siteId", 'PENDING', ${edit.source}, ${edit.html}
    FROM comment_text WHERE "commentId" = ${edit.id}::uuid`
}

/** Takes back the words that wait; those that stand are the author's last word again, and so get a new number. False where none waited. */
export async function withdraw(tx: Tx, id: string) {
  const rows = await sql(tx)<{ revision: number }>`
    WITH withdrawn AS (
      DELETE FROM comment_revision WHERE "commentId" = ${id}::uuid AND state = 'PENDING' RETURNING revision
    )
    UPDATE comment_text SET revision = ${nextRevision(id)} WHERE "commentId" = ${id}::uuid AND EXISTS (SELECT FROM withdrawn) RETURNING revision`
  return rows.length > 0
}

/** The words that wait for a decision. */
export async function proposed(tx: Tx, id: string) {
  const [row] = await sql(tx)<{ revision: number; source: string; html: string }>`
    SELECT revision, source, html FROM comment_revision WHERE "commentId" = ${id}::uuid AND state = 'PENDING'`
  return row ?? null
}

/** Keeps the words that wait as refused; their number, or null where none wait. */
export async function refuse(tx: Tx, id: string) {
  const [row] = await sql(tx)<{ revision: number }>`
    UPDATE comment_revision SET state = 'REFUSED' WHERE "commentId" = ${id}::uuid AND state = 'PENDING' RETURNING revision`
  return row?.revision ?? null
}

/** Notes that a moderator decided on words that waited. */
export async function noteDecided(tx: Tx, id: string) {
  await sql(tx)`UPDATE comment SET "decidedAt" = now() WHERE id = ${id}::uuid`
}

/** Words that a comment had, or was to have. */
export interface Revision {
  ownerId: string
  revision: number
  state: 'PAST' | 'PENDING' | 'REFUSED'
  source: string
  html: string
  createdAt: Date
}

const columns = fragment`r."commentId" AS "ownerId", r.revision, r.state, r.source, r.html, r."createdAt"`

/** Up to `limit` + 1 revisions of each comment, newest first: what it said before and what waits for a decision. */
export function revisions(db: Database, commentIds: readonly string[], { after, before, limit, backwards }: Page) {
  const order = fragment`ORDER BY r.revision ${backwards ? nothing : fragment`DESC`}`
  return sql(db)<Revision>`
    SELECT ${columns} FROM unnest(${commentIds}::uuid[]) o(id) CROSS JOIN LATERAL (
      SELECT * FROM comment_revision r WHERE r."commentId" = o.id
        ${after ? fragment`AND r.revision < ${after[0]}::bigint` : nothing} ${before ? fragment`AND r.revision > ${before[0]}::bigint` : nothing}
      ${order} LIMIT ${limit + 1}
    ) r ${order}`
}

export function revisionCount(db: Database, commentIds: readonly string[]) {
  return sql(db)<{ ownerId: string; count: number }>`
    SELECT "commentId" AS "ownerId", count(*)::int AS count FROM comment_revision WHERE "commentId" = ANY(${commentIds}::uuid[]) GROUP BY 1`
}

/** Of these comments the words that wait. */
export function waiting(db: Database, commentIds: readonly string[]) {
  return sql(
    db,
  )<Revision>`SELECT ${columns} FROM comment_revision r WHERE r."commentId" = ANY(${commentIds}::uuid[]) AND r.state = 'PENDING'`
}
