/** Counting comments anew: what each counter would be if it were made from the rows. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { fragment } from '../platform/sql.js'

/** An article with what it says of its size. */
export interface CountedArticle {
  articleId: string
  siteId: string
  commentCount: number
}

/** No article has this id: a walk over all begins after it. */
export const beforeAll = '00000000-0000-0000-0000-000000000000'

/** A page of all articles, by id. */
export function articlesAfter(db: Database, after: string) {
  return sql(db)<CountedArticle>`
    SELECT "articleId", "siteId", "commentCount" FROM article_head WHERE "articleId" > ${after}::uuid ORDER BY "articleId" LIMIT 500`
}

/** A comment's counters, and what they should be. */
export interface CommentDrift {
  id: string
  articleId: string
  replyCount: number
  listCount: number
  listed: boolean
  foundReplies: number
  foundListed: number
  foundIsListed: boolean
}

/** The comments whose counters are not what the rows say. */
export function commentDrift(handle: Database | Tx, articleIds: readonly string[]) {
  return sql(handle)<CommentDrift>`
    WITH ${found(articleIds)}, below AS (
      SELECT "parentId" AS id, count(*) FILTER (WHERE status = 'APPROVED')::int AS replies, count(*) FILTER (WHERE "isListed")::int AS listed
      FROM found WHERE "parentId" IS NOT NULL GROUP BY 1
    )
    SELECT f.id, f."articleId", f."replyCount", f."listCount", f.listed, coalesce(b.replies, 0) AS "foundReplies",
      coalesce(b.listed, 0) AS "foundListed", f."isListed" AS "foundIsListed"
    FROM found f LEFT JOIN below b ON b.id = f.id
    WHERE f.listed <> f."isListed" OR f."replyCount" <> coalesce(b.replies, 0) OR f."listCount" <> coalesce(b.listed, 0) ORDER BY f.id`
}

/** An article's counters, and what they should be. */
export interface ArticleDrift {
  articleId: string
  commentCount: number
  threadCount: number
  pinnedCount: number
  foundComments: number
  foundThreads: number
  foundPinned: number
}

/** The articles whose counters are not what the rows say. */
export function articleDrift(handle: Database | Tx, articleIds: readonly string[]) {
  return sql(handle)<ArticleDrift>`
    WITH ${found(articleIds)}, counted AS (
      SELECT h."articleId", h."commentCount", h."threadCount", h."pinnedCount", count(f.id) FILTER (WHERE f.status = 'APPROVED')::int AS "foundComments",
        count(f.id) FILTER (WHERE f."isListed" AND f."parentId" IS NULL)::int AS "foundThreads", count(f."pinnedAt")::int AS "foundPinned"
      FROM article_head h LEFT JOIN found f ON f."articleId" = h."articleId"
      WHERE h."articleId" = ANY(${articleIds}::uuid[]) GROUP BY h."articleId"
    )
    SELECT * FROM counted WHERE "commentCount" <> "foundComments" OR "threadCount" <> "foundThreads" OR "pinnedCount" <> "foundPinned"`
}

/** Holds all comments of an article, in the order of their ids. */
export async function holdComments(tx: Tx, articleId: string) {
  await sql(tx)`SELECT count(*) FROM (SELECT id FROM comment WHERE "articleId" = ${articleId}::uuid ORDER BY id FOR UPDATE) held`
}

/** Writes what was found over what was kept. */
export async function putRight(tx: Tx, rows: readonly CommentDrift[]) {
  await sql(tx)`
    UPDATE comment c SET "replyCount" = d."foundReplies", "listCount" = d."foundListed", listed = d."foundIsListed"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS d(id uuid, "foundReplies" int, "foundListed" int, "foundIsListed" boolean)
    WHERE c.id = d.id`
}

/** The comments of these articles; each is listed while it, or any below it, is approved. */
function found(articleIds: readonly string[]) {
  return fragment`
    own AS (SELECT * FROM comment WHERE "articleId" = ANY(${articleIds}::uuid[])),
    shown AS (SELECT DISTINCT above.id FROM own, unnest(own.path) above(id) WHERE own.status = 'APPROVED'),
    found AS (SELECT own.*, shown.id IS NOT NULL AS "isListed" FROM own LEFT JOIN shown ON shown.id = own.id)`
}
