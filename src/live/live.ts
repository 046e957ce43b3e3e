/** What can be followed: an article's discussion, and the replies to a comment. */
import { articleByUrl, visible as visibleArticles } from '../articles/articles.js'
import type { LoggedEvent } from '../articles/events.js'
import { logEnds, seqOf } from '../articles/log.js'
import type { ArticleRow } from '../articles/rules.js'
import { visible } from '../comments/comments.js'
import { ancestorIds } from '../comments/rules.js'
import type { Context, SignedIn } from '../context.js'
import { Refused } from '../platform/errors.js'
import { ending } from './ending.js'
import { Followed } from './followed.js'
import type { Told } from './telling.js'

export type { CommentKind, Told } from './telling.js'

/** Which discussion, or which thread of it, and from where. */
export interface Following {
  articleId?: string | null | undefined
  url?: string | null | undefined
  threadId?: string | null | undefined
  /** A cursor of a page or of an event; absent: from now on. */
  after?: string | null | undefined
}

/** What happens in a discussion, as its reader may see it; begins with where it starts. Throws NOT_FOUND, BAD_USER_INPUT, RESYNC. */
export async function followArticle(ctx: Context, { threadId, after, ...choice }: Following): Promise<Followed> {
  const article = await articleOf(ctx, choice)
  if (threadId) await checkThread(ctx, article, threadId)
  const start = await startOf(ctx, article, after)
  const wanted = (event: LoggedEvent) => !threadId || event.threadId === null || event.threadId === threadId
  return new Followed(ctx, { articleId: article.id, threadId, wanted }, { start, saysReady: true })
}

/** New comments below a comment, at any depth. Throws NOT_FOUND, RESYNC. */
export async function followReplies(
  ctx: Context,
  { commentId, after }: { commentId: string; after?: string | null | undefined },
): Promise<Followed<Told & { kind: 'POSTED' }>> {
  const top = (await visible(ctx, [commentId])).get(commentId)
  if (!top) throw new Refused('NOT_FOUND', 'There is no such comment.')
  const { articleId, threadId } = top
  const article = await articleOf(ctx, { articleId })
  const start = await startOf(ctx, article, after)
  return new Followed(
    ctx,
    {
      articleId,
      threadId,
      // Of the article only whether it is still there.
      wanted: (event) => event.kind === 'ARTICLE' || (event.kind === 'POSTED' && event.threadId === threadId),
      fits: (told) => told.kind === 'POSTED' && ancestorIds(told.comment).includes(commentId),
    },
    { start, saysReady: false },
  )
}

/** Says when to read again what belongs to the viewer: at once, and whenever it has changed. */
export function followNews({ feeds, viewer }: SignedIn): AsyncIterableIterator<SignedIn['viewer']> {
  return ending(async function* (signal) {
    for await (const _hint of feeds.hints(viewer.id, signal)) yield viewer
  })
}

async function articleOf(ctx: Context, { articleId, url }: Pick<Following, 'articleId' | 'url'>): Promise<ArticleRow> {
  if ((articleId == null) === (url == null)) throw new Refused('BAD_USER_INPUT', 'Name exactly one of "articleId" and "url".')
  const row = articleId != null ? (await visibleArticles(ctx, [articleId])).get(articleId) : await articleByUrl(ctx, url ?? '')
  if (!row) throw new Refused('NOT_FOUND', 'There is no such article. One that nobody has commented on yet is named by its URL.')
  return row
}

/** Nothing would ever be told of a thread that is none of this article's. */
async function checkThread(ctx: Context, article: ArticleRow, threadId: string): Promise<void> {
  const comment = (await visible(ctx, [threadId])).get(threadId)
  if (comment?.articleId !== article.id) throw new Refused('NOT_FOUND', 'There is no such comment in this discussion.')
  if (comment.threadId !== threadId) throw new Refused('BAD_USER_INPUT', 'A thread is named by its first comment, and this one is a reply.')
}

/** The number after which following starts. */
async function startOf({ db, epoch }: Context, article: ArticleRow, after: string | null | undefined): Promise<bigint> {
  if (after == null) return article.lastSeq
  const seq = seqOf(after, epoch, article.id)
  const [ends] = await logEnds(db, [article.id])
  const { firstSeq, lastSeq } = ends ?? { firstSeq: 1n, lastSeq: 0n }
  if (seq < firstSeq - 1n || seq > lastSeq)
    throw new Refused('RESYNC', 'What happened since this cursor is not kept: read the page again and go on from its cursor.')
  return seq
}
