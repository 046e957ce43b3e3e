/** What is new to one person, in the database. */
import type { Page } from '../graphql/pagination.js'
import { sql } from '../platform/client.js'
import type { Database } from '../platform/database.js'
import { type Fragment, fragment, nothing } from '../platform/sql.js'
import { columns, words } from './page.store.js'
import type { CommentRow } from './rules.js'

/** Whose replies, and to how many of their last comments. */
export interface RepliesTo {
  siteId: string
  personId: string
  among: number
}

/** Up to `limit` + 1 approved replies that others gave to a person's last comments that were answered, newest first, but none in hidden articles. */
export function repliesTo(db: Database, { siteId, personId, among }: RepliesTo, { after, before, limit, backwards }: Page) {
  const order = fragment`ORDER BY c.id ${backwards ? nothing : fragment`DESC`}`
  return sql(db)<CommentRow>`
    SELECT ${columns} FROM (${answered(siteId, personId, among)}) mine
    JOIN comment c ON c."listId" = mine.id ${words} JOIN article_head h ON h."articleId" = c."articleId"
    WHERE c.listed AND c.status = 'APPROVED' AND c."authorId" <> ${personId}::uuid AND h.state <> 'HIDDEN'
      ${after ? fragment`AND c.id < ${after[0]}::uuid` : nothing} ${before ? fragment`AND c.id > ${before[0]}::uuid` : nothing}
    ${order} LIMIT ${limit + 1}`
}

export async function countRepliesTo(db: Database, { siteId, personId, among }: RepliesTo) {
  const [row] = await sql(db)<{ count: number }>`
    SELECT count(*)::int AS count FROM (${answered(siteId, personId, among)}) mine
    JOIN comment c ON c."listId" = mine.id JOIN article_head h ON h."articleId" = c."articleId"
    WHERE c.listed AND c.status = 'APPROVED' AND c."authorId" <> ${personId}::uuid AND h.state <> 'HIDDEN'`
  return row?.count ?? 0
}

/** Of each of these people a mark that changes with the standing, the words, the decisions and the replies of their last comments. */
export function newsMarks(db: Database, personIds: readonly string[], among: number) {
  return sql(db)<{ personId: string; mark: string }>`
    SELECT p.id AS "personId", md5(string_agg(concat_ws(' ', c.id, c.status, c."replyCount", c."editedAt", c."decidedAt"), ',' ORDER BY c.id)) AS mark
    FROM unnest(${personIds}::uuid[]) p(id) CROSS JOIN LATERAL (
      SELECT id, status, "replyCount", "editedAt", "decidedAt" FROM comment WHERE "authorId" = p.id ORDER BY id DESC LIMIT ${among}
    ) c GROUP BY p.id`
}

function answered(siteId: string, personId: string, among: number): Fragment {
  return fragment`
    SELECT a.id FROM comment a WHERE a."authorId" = ${personId}::uuid AND a."siteId" = ${siteId}::uuid AND a."replyCount" > 0
    ORDER BY a.id DESC LIMIT ${among}`
}
