/** Writing comments: the only place where their rows change. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import type { ChainChange, ChainLink, CommentRow, Status } from './rules.js'

/** Where a reply goes. */
export interface Parent {
  id: string
  articleId: string
  threadId: string
  authorId: string
  path: string[]
  depth: number
}

/** Counts a reply in and locks the parent, which must still be approved and in an open thread: null otherwise. */
export async function countReply(tx: Tx, siteId: string, id: string, counted: boolean) {
  const n = counted ? 1 : 0
  const [parent] = await sql(tx)<Parent>`
    UPDATE comment c SET "replyCount" = "replyCount" + ${n}, "listCount" = "listCount" + ${n}
    WHERE id = ${id}::uuid AND "siteId" = ${siteId}::uuid AND status = 'APPROVED'
      AND NOT EXISTS (SELECT 1 FROM comment r WHERE r.id = c."threadId" AND r.locked)
    RETURNING id, "articleId", "threadId", "authorId", path, depth`
  return parent ?? null
}

/** Why a parent could not be locked. */
export async function parentState(tx: Tx, siteId: string, id: string) {
  const [row] = await sql(tx)<{ status: Status; locked: boolean }>`
    SELECT c.status, r.locked FROM comment c JOIN comment r ON r.id = c."threadId" WHERE c.id = ${id}::uuid AND c."siteId" = ${siteId}::uuid`
  return row ?? null
}

/** A comment to be written. */
export interface NewComment {
  id: string
  siteId: string
  articleId: string
  parent: Pick<Parent, 'id' | 'threadId' | 'path' | 'depth'> | null
  authorId: string
  status: Status
  createdAt: Date
  source: string
  html: string
}

/** Writes a comment and its words in one statement. */
export async function insert(tx: Tx, comment: NewComment) {
  const { id, siteId, articleId, parent } = comment
  await sql(tx)`
    WITH c AS (
      INSERT INTO comment (id, "siteId", "articleId", "listId", "parentId", "threadId", "authorId", depth, path, status, listed, "createdAt")
      VALUES (${id}::uuid, ${siteId}::uuid, ${articleId}::uuid, ${parent?.id ?? articleId}::uuid, ${parent?.id ?? null}::uuid,
        ${parent?.threadId ?? id}::uuid, ${comment.authorId}::uuid, ${parent ? parent.depth + 1 : 0}, ${[...(parent?.path ?? []), id]}::uuid[],
        ${comment.status}, ${comment.status === 'APPROVED'}, ${comment.createdAt})
    )
    INSERT INTO comment_text ("commentId", "siteId", source, html) VALUES (${id}::uuid, ${siteId}::uuid, ${comment.source}, ${comment.html})`
}

/** Whether this author wrote this text under this article since `since`. */
export async function saidSince(db: Database, said: { authorId: string; articleId: string; source: string; since: Date }) {
  const rows = await sql(db)<{ id: string }>`
    SELECT c.id FROM comment c JOIN comment_text t ON t."commentId" = c.id
    WHERE c."articleId" = ${said.articleId}::uuid AND c."authorId" = ${said.authorId}::uuid AND c."createdAt" > ${said.since} AND t.source = ${said.source}
      AND c.status NOT IN ('DELETED', 'ERASED')
    LIMIT 1`
  return rows.length > 0
}

/** Locks a comment and all above it, in the order of their ids; the comment first in the answer, the thread's first last. Empty where there is none. */
export async function lockChain(tx: Tx, siteId: string, id: string) {
  const rows = await sql(tx)<ChainLink & Pick<CommentRow, 'articleId' | 'threadId' | 'authorId' | 'depth'> & { revision: number }>`
    SELECT c.id, c."parentId", c."articleId", c."threadId", c."authorId", c.depth, c.status, c.listed, c."replyCount", c."listCount", c."pinnedAt",
      (SELECT revision FROM comment_text WHERE "commentId" = c.id) AS revision
    FROM comment c
    WHERE c.id = ANY((SELECT path FROM comment WHERE id = ${id}::uuid AND "siteId" = ${siteId}::uuid)::uuid[])
    ORDER BY c.id FOR UPDATE OF c`
  return rows.sort((a, b) => b.depth - a.depth)
}

/** Writes what a decision changed in rows that `lockChain` holds. */
export async function applyChanges(tx: Tx, changes: readonly ChainChange[]) {
  await sql(tx)`
    UPDATE comment c SET status = d.status, listed = d.listed, "replyCount" = d."replyCount", "listCount" = d."listCount",
      "pinnedAt" = CASE WHEN d.unpin THEN NULL ELSE c."pinnedAt" END
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
      AS d(id uuid, status text, listed boolean, "replyCount" int, "listCount" int, unpin boolean)
    WHERE c.id = d.id`
}

/** Pins or unpins a thread's first comment, which must be approved; null where it is not one or has it already. */
export async function setPinned(tx: Tx, siteId: string, id: string, pinnedAt: Date | null) {
  const [row] = await sql(tx)<{ articleId: string; threadId: string }>`
    UPDATE comment SET "pinnedAt" = ${pinnedAt}::timestamptz
    WHERE id = ${id}::uuid AND "siteId" = ${siteId}::uuid AND "parentId" IS NULL AND status = 'APPROVED' AND ("pinnedAt" IS NULL) = ${pinnedAt !== null}::boolean
    RETURNING "articleId", "threadId"`
  return row ?? null
}

/** New words for a comment. */
interface Edit {
  id: string
  siteId: string
  source: string
  html: string
  /** The number that these words have already; absent: the next one. */
  revision?: number
}

/** Gives a comment new words and keeps the old ones; words that waited beside them are overtaken. */
export async function replaceText(tx: Tx, edit: Edit & { editedAt: Date }) {
  await sql(tx)`
    WITH overtaken AS (
      DELETE FROM comment_revision WHERE "commentId" = ${edit.id}::uuid AND state = 'PENDING' RETURNING revision
    ), old AS (
      INSERT INTO comment_revision ("commentId", revision, "siteId", state, source, html)
      SELECT "commentId", revision, "siteId", 'PAST', source, html FROM comment_text WHERE "commentId" = ${edit.id}::uuid
    ), c AS (
      UPDATE comment SET "editedAt" = ${edit.editedAt} WHERE id = ${edit.id}::uuid
    )
    UPDATE comment_text SET source = ${edit.source}, html = ${edit.html},
      revision = coalesce(${edit.revision ?? null}::int, greatest(revision, (SELECT revision FROM overtaken)) + 1)
    WHERE "commentId" = ${edit.id}::uuid`
}

/**
 * Puts new words beside a comment that keeps its own until a moderator decides. A later edit replaces one that waits, under a number of
 * its own, so that nobody lets words stand that they have not read.
 */
export async function proposeText(tx: Tx, edit: Edit) {
  await sql(tx)`
    WITH overtaken AS (
      DELETE FROM comment_revision WHERE "commentId" = ${edit.id}::uuid AND state = 'PENDING' RETURNING revision
    )
    INSERT INTO comment_revision ("commentId", revision, "siteId", state, source, html)
    SELECT "commentId", greatest(revision, (SELECT revision FROM overtaken)) + 1, "siteId", 'PENDING', ${edit.source}, ${edit.html}
    FROM comment_text WHERE "commentId" = ${edit.id}::uuid`
}

/** The words that wait for a decision. */
export async function proposed(tx: Tx, id: string) {
  const [row] = await sql(tx)<{ revision: number; source: string; html: string }>`
    SELECT revision, source, html FROM comment_revision WHERE "commentId" = ${id}::uuid AND state = 'PENDING'`
  return row ?? null
}

/** Whether words wait for a decision. */
export async function hasProposed(db: Database, id: string) {
  const rows = await sql(db)<{
    revision: number
  }>`SELECT revision FROM comment_revision WHERE "commentId" = ${id}::uuid AND state = 'PENDING'`
  return rows.length > 0
}

/** Moves all comments of one article under another, none of them pinned, and says how many approved ones and listed threads they were. */
export async function moveAll(tx: Tx, siteId: string, fromId: string, intoId: string) {
  const [moved] = await sql(tx)<{ comments: number; threads: number }>`
    WITH moved AS (
      UPDATE comment SET "articleId" = ${intoId}::uuid, "listId" = coalesce("parentId", ${intoId}::uuid), "votesSeq" = 0, "pinnedAt" = NULL
      WHERE "articleId" = ${fromId}::uuid AND "siteId" = ${siteId}::uuid RETURNING status, listed, "parentId"
    )
    SELECT count(*) FILTER (WHERE status = 'APPROVED')::int AS comments, count(*) FILTER (WHERE listed AND "parentId" IS NULL)::int AS threads FROM moved`
  return moved ?? { comments: 0, threads: 0 }
}

/** Locks all comments of an article, in the order of their ids, and says how many are pinned. */
export async function lockAll(tx: Tx, siteId: string, articleId: string) {
  const [held] = await sql(tx)<{ pinned: number }>`
    SELECT count("pinnedAt")::int AS pinned
    FROM (SELECT "pinnedAt" FROM comment WHERE "articleId" = ${articleId}::uuid AND "siteId" = ${siteId}::uuid ORDER BY id FOR UPDATE) held`
  return held?.pinned ?? 0
}
