/** Counts a discussion again from its rows: what every counter, list flag and log must agree with. */
import type { TestApp } from './app.js'
import { inside, uuidOf } from './mutations.js'

/** Everything that is kept of an article twice and does not agree; empty where all is right. */
export async function disagreements(program: TestApp, articleId: string): Promise<object[]> {
  const id = uuidOf(articleId)
  return [...(await heads(program, id)), ...(await comments(program, id)), ...(await votes(program, id)), ...(await holes(program, id))]
}

function heads(program: TestApp, id: string): Promise<object[]> {
  return inside(program)<object>`
    SELECT h."commentCount", h."threadCount", h."pinnedCount", c.* FROM article_head h, (
      SELECT count(*) FILTER (WHERE status = 'APPROVED') AS comments, count(*) FILTER (WHERE listed AND "parentId" IS NULL) AS threads,
        count("pinnedAt") AS pinned FROM comment WHERE "articleId" = ${id}::uuid
    ) c WHERE h."articleId" = ${id}::uuid AND (h."commentCount" <> c.comments OR h."threadCount" <> c.threads OR h."pinnedCount" <> c.pinned)`
}

function comments(program: TestApp, id: string): Promise<object[]> {
  return inside(program)<object>`
    SELECT c.id, c.status, c.listed, c."replyCount", c."listCount", r.* FROM comment c CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE status = 'APPROVED') AS replies, count(*) FILTER (WHERE listed) AS listed_replies FROM comment WHERE "parentId" = c.id
    ) r WHERE c."articleId" = ${id}::uuid
      AND (c."replyCount" <> r.replies OR c."listCount" <> r.listed_replies OR c.listed <> (c.status = 'APPROVED' OR r.listed_replies > 0))`
}

function votes(program: TestApp, id: string): Promise<object[]> {
  return inside(program)<object>`
    SELECT c.id, c.up, c.down, v.*, d.* FROM comment c
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE value = 1) AS ups, count(*) FILTER (WHERE value = -1) AS downs FROM vote WHERE "commentId" = c.id) v
    CROSS JOIN LATERAL (SELECT coalesce(sum(up), 0) AS up_waiting, coalesce(sum(down), 0) AS down_waiting FROM vote_delta WHERE "commentId" = c.id) d
    WHERE c."articleId" = ${id}::uuid AND (c.up + d.up_waiting <> v.ups OR c.down + d.down_waiting <> v.downs)`
}

function holes(program: TestApp, id: string): Promise<object[]> {
  return inside(program)<object>`
    SELECT h."lastSeq", e.* FROM article_head h, (
      SELECT count(*) AS events, coalesce(min(seq), 1) AS lowest, coalesce(max(seq), 0) AS highest FROM event WHERE "articleId" = ${id}::uuid
    ) e WHERE h."articleId" = ${id}::uuid AND (h."lastSeq" <> e.highest OR e.events <> e.highest OR e.lowest <> 1)`
}

/** The kinds of an article's events, in their order. */
export async function eventsOf(program: TestApp, articleId: string): Promise<string[]> {
  const rows = await inside(program)<{ kind: string }>`SELECT kind FROM event WHERE "articleId" = ${uuidOf(articleId)}::uuid ORDER BY seq`
  return rows.map(({ kind }) => kind)
}
