/** Pages of comments: one statement a list, for threads and replies, in every order. */
import type { Key, Order, Page } from '../graphql/pagination.js'
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { type Fragment, fragment, join, nothing } from '../platform/sql.js'
import type { Sorting } from './orders.js'
import type { CommentRow } from './rules.js'

/** What is read of every comment, from `c` and `words`. */
export const columns = fragment`
  c.id, c."articleId", c."parentId", c."threadId", c.path::text AS path, c.depth, c.status, c.listed, c.locked, c."createdAt", c."editedAt", c."pinnedAt",
  c."notPinned", c.newness, c."replyCount", c."listCount", c.up + c."importedUp" AS upvotes, c.down + c."importedDown" AS downvotes,
  c.score, c.best, c.controversial, t.revision, t.html, p.id AS "authorId", p.kind AS "authorKind", p.name AS "authorName",
  p."avatarUrl" AS "authorAvatarUrl", p.role AS "authorRole", p."createdAt" AS "authorCreatedAt"`

/** A comment's words and author, beside `c`. */
export const words = fragment`JOIN comment_text t ON t."commentId" = c.id JOIN person p ON p.id = c."authorId"`

/** Up to `limit` + 1 listed comments of each list, whose id is an article's (threads) or a comment's (replies). */
export function lists(db: Database, listIds: readonly string[], sorting: Sorting, page: Page) {
  return sql(db)<CommentRow & { listId: string }>`
    SELECT l.id AS "listId", ${columns}
    FROM unnest(${listIds}::uuid[]) l(id) CROSS JOIN LATERAL (
      SELECT * FROM comment c WHERE c."listId" = l.id AND c.listed ${between(page, sorting)} ORDER BY ${sorted(sorting, page)} LIMIT ${page.limit + 1}
    ) c ${words} ORDER BY ${sorted(sorting, page)}`
}

/** Above every path that begins with the top's own. */
const endOfTop = fragment`top.path || 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`

/** Up to `limit` + 1 listed comments below each of these, in display order: each followed by its replies, oldest first. Cursors carry the id alone. */
export function below(db: Database, ids: readonly string[], { after, before, limit, backwards }: Page) {
  const order = fragment`ORDER BY c.path ${backwards ? fragment`DESC` : nothing}`
  return sql(db)<CommentRow & { ownerId: string }>`
    SELECT top.id AS "ownerId", ${columns} FROM comment top CROSS JOIN LATERAL (
      SELECT * FROM comment c WHERE c."threadId" = top."threadId" AND c.listed
        AND c.path > greatest(top.path, ${pathOf(after)}) AND c.path < least(${endOfTop}, ${pathOf(before)}) ${order} LIMIT ${limit + 1}
    ) c ${words} WHERE top.id = ANY(${ids}::uuid[]) ${order}`
}

export function countBelow(db: Database, ids: readonly string[]) {
  return sql(db)<{ ownerId: string; count: number }>`
    SELECT top.id AS "ownerId", count(*)::int AS count FROM comment top
    JOIN comment c ON c."threadId" = top."threadId" AND c.listed AND c.path > top.path AND c.path < ${endOfTop}
    WHERE top.id = ANY(${ids}::uuid[]) GROUP BY top.id`
}

/** Whose comments, where, and which of them; asked for many authors at once, or for one author under many articles. */
export interface Authored {
  siteId: string
  /** Present: the ids are those of articles, and this is the author. Absent: they are those of authors. */
  under?: { authorId: string }
  /** With those that are not approved; never erased ones. */
  all: boolean
}

/** Up to `limit` + 1 comments of each owner, newest first, but none of hidden articles. */
export function authored(db: Database, ownerIds: readonly string[], which: Authored, { after, before, limit, backwards }: Page) {
  const order = fragment`ORDER BY c.id ${backwards ? nothing : fragment`DESC`}`
  return sql(db)<CommentRow & { ownerId: string }>`
    SELECT o.id AS "ownerId", ${columns} FROM unnest(${ownerIds}::uuid[]) o(id) CROSS JOIN LATERAL (
      SELECT c.* FROM comment c JOIN article_head h ON h."articleId" = c."articleId" WHERE ${authoredWhere(which)}
        ${after ? fragment`AND c.id < ${after[0]}::uuid` : nothing} ${before ? fragment`AND c.id > ${before[0]}::uuid` : nothing}
      ${order} LIMIT ${limit + 1}
    ) c ${words} ${order}`
}

export function countAuthored(db: Database, ownerIds: readonly string[], which: Authored) {
  return sql(db)<{ ownerId: string; count: number }>`
    SELECT o.id AS "ownerId", count(*)::int AS count FROM unnest(${ownerIds}::uuid[]) o(id)
    JOIN comment c ON true JOIN article_head h ON h."articleId" = c."articleId" WHERE ${authoredWhere(which)} GROUP BY o.id`
}

/** Who may see what by id. */
export interface Eyes {
  siteId: string
  viewerId: string | null
  moderates: boolean
}

/** The comments among `ids` that these eyes may see: the only way a comment leaves the database by its id. */
export function visible(db: Database | Tx, { siteId, viewerId, moderates }: Eyes, ids: readonly string[]) {
  return sql(db)<CommentRow>`
    SELECT ${columns} FROM comment c ${words} JOIN article_head h ON h."articleId" = c."articleId"
    WHERE c.id = ANY(${ids}::uuid[]) AND c."siteId" = ${siteId}::uuid
      AND (${moderates}::boolean OR (h.state <> 'HIDDEN' AND (c.listed OR (c."authorId" = ${viewerId}::uuid AND c.status <> 'ERASED'))))`
}

/** Where changed scores are looked for: in an article or one of its threads, among comments stamped with a later number of its log. */
export interface ScoredSince {
  articleId: string
  threadId?: string | null | undefined
  seq: bigint
}

/** The approved comments whose votes were counted since, the longest ago first. */
export function scoredSince(db: Database, { siteId, moderates }: Eyes, { articleId, threadId, seq }: ScoredSince, limit: number) {
  return sql(db)<CommentRow>`
    SELECT ${columns} FROM comment c ${words} JOIN article_head h ON h."articleId" = c."articleId"
    WHERE c."articleId" = ${articleId}::uuid AND c."siteId" = ${siteId}::uuid AND c."votesSeq" > 0 AND c."votesSeq" > ${seq}
      AND c.status = 'APPROVED' AND (${moderates}::boolean OR h.state <> 'HIDDEN')
      ${threadId ? fragment`AND c."threadId" = ${threadId}::uuid` : nothing}
    ORDER BY c."votesSeq" LIMIT ${limit}`
}

/** The comments among `ids` that only their authors see, as if everybody did. */
export function shadowed(db: Database, siteId: string, ids: readonly string[]) {
  return sql(db)<{ id: string; authorId: string }>`
    SELECT id, "authorId" FROM comment WHERE id = ANY(${ids}::uuid[]) AND "siteId" = ${siteId}::uuid AND status = 'SHADOWED'`
}

/** What these comments were written as. */
export function sources(db: Database, ids: readonly string[]) {
  return sql(db)<{ id: string; source: string }>`SELECT "commentId" AS id, source FROM comment_text WHERE "commentId" = ANY(${ids}::uuid[])`
}

function authoredWhere({ siteId, under, all }: Authored): Fragment {
  const whose = under ? fragment`c."articleId" = o.id AND c."authorId" = ${under.authorId}::uuid` : fragment`c."authorId" = o.id`
  const status = all ? fragment`c.status <> 'ERASED'` : fragment`c.status = 'APPROVED'`
  return fragment`c."siteId" = ${siteId}::uuid AND ${whose} AND h.state <> 'HIDDEN' AND ${status}`
}

function between({ after, before }: Page, sorting: Sorting): Fragment {
  const columns = join(sorting.columns, ', ')
  const above = after ? fragment`AND (${columns}) > (${keys(after, sorting)})` : nothing
  return before ? fragment`${above} AND (${columns}) < (${keys(before, sorting)})` : above
}

const casts = { boolean: fragment`boolean`, integer: fragment`bigint`, uuid: fragment`uuid` }

function keys(values: readonly Key[], { types }: Order): Fragment {
  return join(
    types.map((type, i) => fragment`${values[i]}::${casts[type]}`),
    ', ',
  )
}

function sorted({ columns }: Sorting, { backwards }: Page): Fragment {
  return join(
    columns.map((column) => (backwards ? fragment`${column} DESC` : column)),
    ', ',
  )
}

/** Where a comment of the same thread stands; null, which limits nothing, for any other. */
function pathOf(cursor: readonly Key[] | null): Fragment {
  return cursor
    ? fragment`(SELECT path FROM comment at WHERE at.id = ${cursor[0]}::uuid AND at."threadId" = top."threadId")`
    : fragment`NULL`
}
