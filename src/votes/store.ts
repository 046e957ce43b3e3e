/** Votes in the database: cast by one SQL function, counted by folds. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'

/** What stood in the way, where a vote was not cast. */
export interface Cast {
  articleId: string
  own: boolean
}

/** Casts, changes or withdraws (0) a vote on an approved comment in an article that is not hidden; null where there is none. One's own is told, not cast. */
export async function cast(tx: Tx, vote: { siteId: string; commentId: string; voterId: string; value: number }) {
  const [row] = await sql(tx)<Cast>`
    SELECT c."articleId", c."authorId" = ${vote.voterId}::uuid AS own,
      CASE WHEN c."authorId" <> ${vote.voterId}::uuid THEN cast_vote(c.id, ${vote.voterId}::uuid, c."siteId", ${vote.value}::int) END AS changed
    FROM comment c JOIN article_head h ON h."articleId" = c."articleId"
    WHERE c.id = ${vote.commentId}::uuid AND c."siteId" = ${vote.siteId}::uuid AND c.status = 'APPROVED' AND h.state <> 'HIDDEN'`
  return row ?? null
}

/** One person's votes on these comments. */
export function votesOf(db: Database, voterId: string, commentIds: readonly string[]) {
  return sql(db)<{ commentId: string; value: 1 | -1 }>`
    SELECT "commentId", value FROM vote WHERE "voterId" = ${voterId}::uuid AND "commentId" = ANY(${commentIds}::uuid[])`
}

/** What these comments come to with the differences that no fold has counted yet; in one statement, so that none is read twice. */
export function countsOf(db: Database, commentIds: readonly string[]) {
  return sql(db)<{ id: string; upvotes: number; downvotes: number }>`
    SELECT c.id, (c.up + c."importedUp" + coalesce(sum(d.up), 0))::int AS upvotes, (c.down + c."importedDown" + coalesce(sum(d.down), 0))::int AS downvotes
    FROM comment c LEFT JOIN vote_delta d ON d."commentId" = c.id WHERE c.id = ANY(${commentIds}::uuid[]) GROUP BY c.id`
}

/** Takes differences that no other folder holds, summed by comment. */
export function takeDeltas(tx: Tx, limit: number) {
  return sql(tx)<{ commentId: string; up: number; down: number; taken: number }>`
    WITH taken AS (
      DELETE FROM vote_delta WHERE id IN (SELECT id FROM vote_delta ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED) RETURNING "commentId", up, down
    )
    SELECT "commentId", sum(up)::int AS up, sum(down)::int AS down, count(*)::int AS taken FROM taken GROUP BY 1 ORDER BY 1`
}

/** Holds these comments, in the order of their ids, and says under which article each stands. */
export function holdComments(tx: Tx, ids: readonly string[]) {
  return sql(tx)<{ id: string; siteId: string; articleId: string }>`
    SELECT id, "siteId", "articleId" FROM comment WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`
}

/** Adds counted differences to comments that are held, and stamps them with their article's number. */
export async function addVotes(tx: Tx, rows: readonly { id: string; up: number; down: number; seq: string }[]) {
  await sql(tx)`
    UPDATE comment c SET up = c.up + d.up, down = c.down + d.down, "votesSeq" = d.seq
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS d(id uuid, up int, down int, seq bigint) WHERE c.id = d.id`
}

/** A comment with what is counted for it and what was cast. */
export interface Tallied {
  id: string
  up: number
  down: number
  votedUp: number
  votedDown: number
}

/** No comment has this id: a walk over all begins after it. */
export const beforeAll = '00000000-0000-0000-0000-000000000000'

/** The next comments by id, each with its counters and waiting differences, and its votes: all of one moment. */
export function tallied(db: Database, after: string, limit: number) {
  return sql(db)<Tallied>`
    WITH page AS MATERIALIZED (SELECT id, up, down FROM comment WHERE id > ${after}::uuid ORDER BY id LIMIT ${limit})
    SELECT c.id, (c.up + d.up)::int AS up, (c.down + d.down)::int AS down, v.up AS "votedUp", v.down AS "votedDown" FROM page c
    CROSS JOIN LATERAL (
      SELECT (count(*) FILTER (WHERE value = 1))::int AS up, (count(*) FILTER (WHERE value = -1))::int AS down FROM vote WHERE "commentId" = c.id
    ) v
    CROSS JOIN LATERAL (SELECT coalesce(sum(up), 0) AS up, coalesce(sum(down), 0) AS down FROM vote_delta WHERE "commentId" = c.id) d
    ORDER BY c.id`
}
