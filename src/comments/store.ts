/** Writing comments: the only place where their rows change. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { type Fragment, fragment } from '../platform/sql.js'
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
  const rows = await sql(tx)<ChainLink & Pick<CommentRow, 'articleId' | 'threadId' | 'authorId' | 'depth'>>`
    SELECT c.id, c."parentId", c."articleId", c."threadId", c."authorId", c.depth, c.status, c.listed, c."replyCount", c."listCount", c."pinnedAt"
    FROM comment c
    WHERE c.id = ANY((SELECT path FROM comment WHERE id = ${id}::uuid AND "siteId" = ${siteId}::uuid)::uuid[])
    ORDER BY c.id FOR UPDATE OF c`
  return rows.sort((a, b) => b.depth - a.depth)
}

/** Writes what a decision changed in rows that `lockChain` holds. */
export async function applyChanges(tx: Tx, changes: readonly ChainChange[]) {
  await sql(tx)`
    UPDATE comment c SET status = d.status, listed = d.listed, "replyCount" = d."replyCount", "listCount" = d."listCount",
      "pinnedAt" = CASE WHEN d.unpin THEN NULL ELSE c."pinnedAt" END, "decidedAt" = CASE WHEN d.decided THEN now() ELSE c."decidedAt" END
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
      AS d(id uuid, status text, listed boolean, "replyCount" int, "listCount" int, unpin boolean, decided boolean)
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

/** Holds the next comments of an article that is to become part of another: the same ones as long as none are written or moved. By arrays, whose plan needs no statistics. */
function held(siteId: string, articleId: string, limit: number): Fragment {
  return fragment`
    held AS MATERIALIZED (
      SELECT id, "pinnedAt" FROM comment WHERE "articleId" = ${articleId}::uuid AND id = ANY(ARRAY(
        SELECT id FROM comment WHERE "articleId" = ${articleId}::uuid AND "siteId" = ${siteId}::uuid ORDER BY "authorId", id LIMIT ${limit}
      )) ORDER BY id FOR UPDATE
    )`
}

/** Locks so many comments of an article, in the order of their ids. */
export async function lockSome(tx: Tx, siteId: string, articleId: string, limit: number) {
  await sql(tx)`WITH ${held(siteId, articleId, limit)} SELECT count(*) FROM held`
}

/** Moves so many comments of one article under another, none of them pinned any more, and says what they were and whether others are left. */
export async function moveSome(tx: Tx, siteId: string, { fromId, intoId }: { fromId: string; intoId: string }, limit: number) {
  const [moved] = await sql(tx)<{ comments: number; threads: number; pinned: number }>`
    WITH ${held(siteId, fromId, limit)}, moved AS (
      UPDATE comment c SET "articleId" = ${intoId}::uuid, "listId" = coalesce("parentId", ${intoId}::uuid), "votesSeq" = 0, "pinnedAt" = NULL
      WHERE c.id = ANY(ARRAY(SELECT id FROM held)) RETURNING status, listed, "parentId"
    )
    SELECT count(*) FILTER (WHERE status = 'APPROVED')::int AS comments, count(*) FILTER (WHERE listed AND "parentId" IS NULL)::int AS threads,
      (SELECT count("pinnedAt") FROM held)::int AS pinned FROM moved`
  const left = await sql(tx)<{
    id: string
  }>`SELECT id FROM comment WHERE "articleId" = ${fromId}::uuid AND "siteId" = ${siteId}::uuid LIMIT 1`
  return { comments: 0, threads: 0, pinned: 0, ...moved, isDone: left.length === 0 }
}
