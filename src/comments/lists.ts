/** Reading comments: by id, as lists, as threads, by author. */
import type { Context } from '../context.js'
import { batch, byKey, groupedBy } from '../graphql/batch.js'
import { batchedPage } from '../graphql/batched-page.js'
import { type Connection, connection, type Page, type PageArguments, pageOf } from '../graphql/pagination.js'
import { idOf, moderates } from '../identity/viewer.js'
import { Refused } from '../platform/errors.js'
import { type CommentOrder, sortings } from './orders.js'
import * as store from './page.store.js'
import * as revisions from './revision.store.js'
import { ancestorIds, type CommentRow, mayReadSource } from './rules.js'

type Ids = readonly string[]

const byId = ({ id }: CommentRow) => [id]

/** The comments among `ids` that this viewer may know of. */
export async function visible(ctx: Context, ids: readonly string[]): Promise<Map<string, CommentRow>> {
  return byKey(await store.visible(ctx.db, eyesOf(ctx), ids), (row) => row.id)
}

/** One comment, asked together with all others of its level. */
export function comment(ctx: Context, id: string): Promise<CommentRow | undefined> {
  return batch(ctx, 'comment', id, (ids) => visible(ctx, ids))
}

/** The approved comments whose votes were counted since a number of their article's log, at most `limit`. */
export function scoredSince(ctx: Context, since: store.ScoredSince, limit: number): Promise<CommentRow[]> {
  return store.scoredSince(ctx.db, eyesOf(ctx), since, limit)
}

/** Of removed comments those that look to their authors as if nothing had happened, with their authors: who must not learn of the removal. */
export async function authorsStillShown({ db, site }: Context, ids: Ids): Promise<Map<string, string>> {
  const rows = ids.length === 0 ? [] : await store.shadowed(db, site.id, ids)
  return new Map(rows.map(({ id, authorId }) => [id, authorId]))
}

/** A page of the threads of an article or of the replies to a comment; `total` is what the list's owner has counted. */
export async function list(
  ctx: Context,
  owner: { id: string; total: number },
  orderBy: CommentOrder,
  args: PageArguments,
): Promise<Connection<CommentRow>> {
  const sorting = sortings[orderBy]
  const page = pageOf(args, sorting)
  const rows =
    owner.total === 0
      ? []
      : await batch(ctx, `list:${JSON.stringify([orderBy, page])}`, owner.id, async (ids) =>
          groupedBy(await store.lists(ctx.db, ids, sorting, page), (row) => row.listId),
        )
  return connection(rows ?? [], page, { order: sorting, keys: sorting.keys, totalCount: () => owner.total })
}

/** A page of all that stands below a comment, flat, in display order. */
export function thread(ctx: Context, top: CommentRow, args: PageArguments): Promise<Connection<CommentRow>> {
  const { db } = ctx
  const order = { name: 'THREAD', types: ['uuid'] as const }
  const [read, count] = [(ids: Ids, page: Page) => store.below(db, ids, page), (ids: Ids) => store.countBelow(db, ids)]
  return batchedPage<CommentRow>(ctx, top.id, { name: 'thread', order, keys: byId, read, count }, args)
}

const fromTheTop = { name: 'ANCESTORS', types: ['uuid'] as const }

/** A page of the comments above one, from the thread's first down to its parent. */
export async function ancestors(ctx: Context, below: CommentRow, args: PageArguments): Promise<Connection<CommentRow>> {
  const page = pageOf(args, fromTheTop)
  const above = ancestorIds(below)
  const after = page.after ? above.indexOf(String(page.after[0])) + 1 : 0
  const before = page.before ? above.indexOf(String(page.before[0])) : above.length
  const asked = above.slice(after, Math.max(before, after))
  const ids = page.backwards ? asked.reverse().slice(0, page.limit + 1) : asked.slice(0, page.limit + 1)
  const found = await Promise.all(ids.map((id) => comment(ctx, id)))
  const rows = found.filter((row) => row !== undefined)
  return connection(rows, page, { order: fromTheTop, keys: byId, totalCount: () => above.length })
}

/** A page of one author's comments, newest first: the viewer's own of any status, or another's approved ones where the site shows them. */
export async function authoredBy(
  ctx: Context,
  { authorId, articleId }: { authorId: string; articleId?: string },
  args: PageArguments,
): Promise<Connection<CommentRow>> {
  const { db, site } = ctx
  const own = ctx.viewer?.id === authorId
  const closed = !own && !site.settings.publicHistory && !moderates(ctx.viewer)
  const which = { siteId: site.id, all: own, ...(articleId ? { under: { authorId } } : {}) }
  const read = async (ids: Ids, page: Page) => (closed ? [] : store.authored(db, ids, which, page))
  const count = async (ids: Ids) => (closed ? [] : store.countAuthored(db, ids, which))
  const name = `authored:${JSON.stringify([which, closed])}`
  const order = { name: 'AUTHORED', types: ['uuid'] as const }
  return batchedPage<CommentRow>(ctx, articleId ?? authorId, { name, order, keys: byId, read, count }, args)
}

/** The Markdown that a comment was written as; null for whom it is not. */
export async function sourceOf(ctx: Context, row: CommentRow): Promise<string | null> {
  if (!mayReadSource(ctx.viewer, row)) return null
  return (
    (await batch(
      ctx,
      'source',
      row.id,
      async (ids) => new Map((await store.sources(ctx.db, ids)).map(({ id, source }) => [id, source])),
    )) ?? null
  )
}

export type Revision = revisions.Revision

/** What a comment said before, newest first; for its author and moderators. Throws FORBIDDEN. */
export async function revisionsOf(ctx: Context, row: CommentRow, args: PageArguments): Promise<Connection<Revision>> {
  if (!mayReadSource(ctx.viewer, row))
    throw new Refused('FORBIDDEN', 'Only its author and the moderators may read what a comment said before.')
  const { db } = ctx
  const order = { name: 'REVISIONS', types: ['integer'] as const }
  const [read, count] = [(ids: Ids, page: Page) => revisions.revisions(db, ids, page), (ids: Ids) => revisions.revisionCount(db, ids)]
  return batchedPage<Revision>(ctx, row.id, { name: 'revisions', order, keys: ({ revision }) => [revision], read, count }, args)
}

/** The words that wait beside a comment's own; null where none do, or for whom they are not. */
export async function waitingEdit(ctx: Context, row: CommentRow): Promise<Revision | null> {
  if (!mayReadSource(ctx.viewer, row)) return null
  const read = async (ids: Ids) => byKey(await revisions.waiting(ctx.db, ids), ({ ownerId }) => ownerId)
  return (await batch(ctx, 'waiting', row.id, read)) ?? null
}

/** What this viewer's eyes see by id. */
export function eyesOf({ site, viewer }: Pick<Context, 'site' | 'viewer'>): store.Eyes {
  return { siteId: site.id, viewerId: idOf(viewer), moderates: moderates(viewer) }
}
