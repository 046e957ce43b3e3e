/** Articles, their URLs and their logs in the database. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { fragment } from '../platform/sql.js'
import type { Change, LogEnds, LoggedEvent } from './events.js'
import type { ArticleRow, ArticleState } from './rules.js'

const columns = fragment`t.id, t.key, t.url, t.title, t."publishedAt", t."createdAt", h.state, h."lastSeq", h."commentCount", h."threadCount"`

/** From an id, follows a merge to where the discussion is now. */
const fromArticle = fragment`FROM article a JOIN article t ON t.id = coalesce(a."mergedInto", a.id) JOIN article_head h ON h."articleId" = t.id`

export function byIds(db: Database | Tx, siteId: string, ids: readonly string[]) {
  return sql(db)<ArticleRow & { asked: string }>`
    SELECT a.id AS asked, ${columns} ${fromArticle} WHERE a.id = ANY(${ids}::uuid[]) AND a."siteId" = ${siteId}::uuid`
}

export async function byKey(db: Database | Tx, siteId: string, key: string) {
  const [row] = await sql(db)<ArticleRow>`SELECT ${columns} ${fromArticle} WHERE a."siteId" = ${siteId}::uuid AND a.key = ${key}`
  return row ?? null
}

export async function byUrl(db: Database | Tx, siteId: string, canonicalUrl: string) {
  const [row] = await sql(db)<ArticleRow>`
    SELECT ${columns} FROM article_url u JOIN article t ON t.id = u."articleId" JOIN article_head h ON h."articleId" = t.id
    WHERE u."siteId" = ${siteId}::uuid AND u."canonicalUrl" = ${canonicalUrl}`
  return row ?? null
}

export function counts(db: Database, siteId: string, canonicalUrls: readonly string[]) {
  return sql(db)<{ canonicalUrl: string; state: ArticleState; commentCount: number }>`
    SELECT u."canonicalUrl", h.state, h."commentCount" FROM article_url u JOIN article_head h ON h."articleId" = u."articleId"
    WHERE u."siteId" = ${siteId}::uuid AND u."canonicalUrl" = ANY(${canonicalUrls}::text[])`
}

/** Stores an article with its head and its URL, unless another transaction has done so for this URL or key. */
export async function insert(
  tx: Tx,
  article: {
    id: string
    siteId: string
    key: string | null
    url: string
    canonical: string
    given: string
    title: string | null
    publishedAt: Date | null
  },
) {
  await sql(tx)`
    WITH a AS (
      INSERT INTO article (id, "siteId", key, url, title, "publishedAt")
      VALUES (${article.id}::uuid, ${article.siteId}::uuid, ${article.key}, ${article.url}, ${article.title}, ${article.publishedAt})
      ON CONFLICT DO NOTHING RETURNING id, "siteId"
    ), h AS (
      INSERT INTO article_head ("articleId", "siteId") SELECT id, "siteId" FROM a
    )
    INSERT INTO article_url ("siteId", "canonicalUrl", "articleId", "givenUrl")
    SELECT "siteId", ${article.canonical}, id, ${article.given} FROM a ON CONFLICT DO NOTHING`
}

export async function describe(
  tx: Tx,
  id: string,
  about: { key: string | null; title: string | null; publishedAt: Date | null; url: string },
) {
  await sql(tx)`
    UPDATE article SET key = coalesce(${about.key}, key), title = coalesce(${about.title}, title),
      "publishedAt" = coalesce(${about.publishedAt}, "publishedAt"), url = ${about.url}
    WHERE id = ${id}::uuid`
}

/** Points a URL at an article; answers with the other article that has it already. */
export async function claimUrl(tx: Tx, siteId: string, articleId: string, url: { canonical: string; given: string }) {
  const [row] = await sql(tx)<{ articleId: string }>`
    INSERT INTO article_url ("siteId", "canonicalUrl", "articleId", "givenUrl")
    VALUES (${siteId}::uuid, ${url.canonical}, ${articleId}::uuid, ${url.given})
    ON CONFLICT ("siteId", "canonicalUrl") DO UPDATE SET "canonicalUrl" = excluded."canonicalUrl" RETURNING "articleId"`
  return row && row.articleId !== articleId ? row.articleId : null
}

/** Points a stored URL at another article. */
export async function giveUrl(tx: Tx, siteId: string, canonicalUrl: string, articleId: string) {
  await sql(
    tx,
  )`UPDATE article_url SET "articleId" = ${articleId}::uuid WHERE "siteId" = ${siteId}::uuid AND "canonicalUrl" = ${canonicalUrl}`
}

/** Stores an article that has been merged from its beginning, with the one event that says so; false where it is stored already. */
export async function insertMerged(tx: Tx, siteId: string, id: string, into: { id: string; url: string }) {
  const rows = await sql(tx)<{ seq: bigint }>`
    WITH a AS (
      INSERT INTO article (id, "siteId", url, "mergedInto") VALUES (${id}::uuid, ${siteId}::uuid, ${into.url}, ${into.id}::uuid)
      ON CONFLICT DO NOTHING RETURNING id, "siteId"
    ), h AS (
      INSERT INTO article_head ("articleId", "siteId", state, "lastSeq") SELECT id, "siteId", 'CLOSED', 1 FROM a
    )
    INSERT INTO event ("articleId", "siteId", seq, kind) SELECT id, "siteId", 1, 'ARTICLE' FROM a RETURNING seq`
  return rows.length === 1
}

/** A page of the site's URLs, for a widened rule. */
export function urlsAfter(db: Database, siteId: string, after: string, limit: number) {
  return sql(db)<{ canonicalUrl: string; givenUrl: string; articleId: string }>`
    SELECT "canonicalUrl", "givenUrl", "articleId" FROM article_url
    WHERE "siteId" = ${siteId}::uuid AND "canonicalUrl" > ${after} ORDER BY "canonicalUrl" LIMIT ${limit}`
}

/** Sets an article's state, and hides with it, or shows, what still waits under the articles that were merged into it. */
export async function setState(tx: Tx, siteId: string, articleId: string, state: ArticleState) {
  await sql(tx)`
    WITH held AS (
      SELECT "articleId" FROM article_head WHERE "siteId" = ${siteId}::uuid AND ("articleId" = ${articleId}::uuid
        OR "articleId" IN (SELECT id FROM article WHERE "siteId" = ${siteId}::uuid AND "mergedInto" = ${articleId}::uuid))
      ORDER BY "articleId" FOR UPDATE
    )
    UPDATE article_head h SET state = CASE WHEN h."articleId" = ${articleId}::uuid OR ${state} = 'HIDDEN' THEN ${state} ELSE 'CLOSED' END
    FROM held WHERE h."articleId" = held."articleId"`
}

/** Closes articles that became part of another; hidden they are where that one is, and stay where they were. */
export async function closeRetired(tx: Tx, siteId: string, ids: readonly string[], intoId: string) {
  await sql(tx)`
    UPDATE article_head r SET state = CASE WHEN 'HIDDEN' IN (r.state, t.state) THEN 'HIDDEN' ELSE 'CLOSED' END FROM article_head t
    WHERE r."articleId" = ANY(${ids}::uuid[]) AND r."siteId" = ${siteId}::uuid AND t."articleId" = ${intoId}::uuid`
}

/** Locks these articles against new comments, in the order of their ids; how many there are that have not been merged. */
export async function hold(tx: Tx, siteId: string, ids: readonly string[]) {
  const rows = await sql(tx)<{ id: string }>`
    SELECT id FROM article WHERE id = ANY(${ids}::uuid[]) AND "siteId" = ${siteId}::uuid AND "mergedInto" IS NULL ORDER BY id FOR UPDATE`
  return rows.length
}

/** Those of these articles that are hidden. */
export async function hidden(tx: Tx, siteId: string, ids: readonly string[]) {
  const rows = await sql(tx)<{ id: string }>`
    SELECT "articleId" AS id FROM article_head WHERE "articleId" = ANY(${ids}::uuid[]) AND "siteId" = ${siteId}::uuid AND state = 'HIDDEN'`
  return rows.map(({ id }) => id)
}

/** Whether it has become part of another. */
export async function isMerged(tx: Tx, siteId: string, id: string) {
  const rows = await sql(tx)<{ id: string }>`
    SELECT id FROM article WHERE id = ${id}::uuid AND "siteId" = ${siteId}::uuid AND "mergedInto" IS NOT NULL`
  return rows.length === 1
}

/** Locks an article against merges, and says where it leads; null where it is itself the discussion. */
export async function holdTarget(tx: Tx, siteId: string, id: string) {
  const [row] = await sql(tx)<{ into: string | null }>`
    SELECT "mergedInto" AS into FROM article WHERE id = ${id}::uuid AND "siteId" = ${siteId}::uuid FOR SHARE`
  return row?.into ?? null
}

/** Gives one article's URLs and its id to another; answers with all that lead there now and did not before. */
export async function retire(tx: Tx, siteId: string, fromId: string, intoId: string) {
  await sql(tx)`UPDATE article_url SET "articleId" = ${intoId}::uuid WHERE "articleId" = ${fromId}::uuid AND "siteId" = ${siteId}::uuid`
  const rows = await sql(tx)<{ id: string }>`
    UPDATE article SET "mergedInto" = ${intoId}::uuid WHERE ("mergedInto" = ${fromId}::uuid OR id = ${fromId}::uuid) AND "siteId" = ${siteId}::uuid
    RETURNING id`
  return rows.map(({ id }) => id)
}

/** One statement: the numbers, the counts and the events, under the head's row lock. Null when the article is not as it must be. */
export async function append(tx: Tx, siteId: string, articleId: string, { events, counts = {}, mustBeOpen = false }: Change) {
  const [head] = await sql(tx)<{ lastSeq: bigint }>`
    WITH head AS (
      UPDATE article_head
      SET "lastSeq" = "lastSeq" + ${events.length}, "commentCount" = "commentCount" + ${counts.comments ?? 0},
        "threadCount" = "threadCount" + ${counts.threads ?? 0}, "pinnedCount" = "pinnedCount" + ${counts.pinned ?? 0}
      WHERE "articleId" = ${articleId}::uuid AND "siteId" = ${siteId}::uuid AND "pinnedCount" + ${counts.pinned ?? 0} <= 3
        AND (state = 'OPEN' OR NOT ${mustBeOpen}::boolean)
      RETURNING "articleId", "siteId", "lastSeq"
    ), told AS (
      INSERT INTO event ("articleId", "siteId", seq, kind, "commentId", "threadId", "parentId")
      SELECT head."articleId", head."siteId", head."lastSeq" - ${events.length} + e.n, e.kind, e.comment, e.thread, e.parent
      FROM head, unnest(${events.map((e) => e.kind)}::text[], ${events.map((e) => e.commentId ?? null)}::uuid[],
        ${events.map((e) => e.threadId ?? null)}::uuid[], ${events.map((e) => e.parentId ?? null)}::uuid[]) WITH ORDINALITY e(kind, comment, thread, parent, n)
    )
    SELECT "lastSeq" FROM head`
  return head?.lastSeq ?? null
}

/** Where these articles' logs begin and end. */
export function heads(db: Database, articleIds: readonly string[]) {
  return sql(db)<LogEnds>`SELECT "articleId", "firstSeq", "lastSeq" FROM article_head WHERE "articleId" = ANY(${articleIds}::uuid[])`
}

/** The events of one article after a number, in order. */
export function eventsAfter(db: Database, articleId: string, seq: bigint, limit: number) {
  return sql(db)<LoggedEvent>`
    SELECT "articleId", seq, kind, "commentId", "threadId", "parentId", at FROM event
    WHERE "articleId" = ${articleId}::uuid AND seq > ${seq} ORDER BY seq LIMIT ${limit}`
}

/** Cuts the oldest events off logs that are both long and old, at most so many of each; answers how many events went. */
export async function prune(db: Database, { keptEvents, keptDays, atOnce }: { keptEvents: number; keptDays: number; atOnce: number }) {
  const [cut] = await sql(db)<{ events: number }>`
    WITH long AS (
      SELECT h."articleId", least(old.seq, h."firstSeq" + ${atOnce} - 1) AS seq
      FROM article_head h CROSS JOIN LATERAL (
        SELECT max(e.seq) AS seq FROM event e
        WHERE e."articleId" = h."articleId" AND e.seq <= h."lastSeq" - ${keptEvents} AND e.at < now() - ${keptDays} * interval '1 day'
      ) old
      WHERE h."lastSeq" - h."firstSeq" >= ${keptEvents} AND old.seq >= h."firstSeq" ORDER BY h."articleId" LIMIT 10
    ), begun AS (
      UPDATE article_head h SET "firstSeq" = long.seq + 1 FROM long WHERE h."articleId" = long."articleId" RETURNING h."articleId", long.seq
    ), gone AS (
      DELETE FROM event e USING begun WHERE e."articleId" = begun."articleId" AND e.seq <= begun.seq RETURNING 1
    )
    SELECT count(*)::int AS events FROM gone`
  return cut?.events ?? 0
}
