/** Turns logged events, which carry ids only, into what this viewer may see of them at the moment of delivery. */
import { visible as visibleArticles } from '../articles/articles.js'
import type { LoggedEvent } from '../articles/events.js'
import type { ArticleRow } from '../articles/rules.js'
import { authorsStillShown, scoredSince, visible } from '../comments/comments.js'
import type { CommentRow } from '../comments/rules.js'
import type { Context } from '../context.js'
import { Refused } from '../platform/errors.js'

/** An event as its reader gets it; `seq` is its number in the article's log. */
export type Told = { seq: bigint; articleId: string } & (
  | { kind: 'READY' }
  | { [Kind in CommentKind]: { kind: Kind; comment: CommentRow } }[CommentKind]
  /** `exceptFor` is an author to whom the comment still looks as it did: they are not told. */
  | { kind: 'REMOVED'; commentId: string; threadId: string; parentId: string | null; exceptFor: string | null }
  | { kind: 'VOTED'; comments: CommentRow[]; pageAgain: boolean }
  | { kind: 'ARTICLE'; article: ArticleRow }
)

export type CommentKind = 'POSTED' | 'EDITED' | 'RESTORED' | 'PINNED' | 'UNPINNED'

/** Not for the reader: everything up to `seq` has been told; `atHead` when there is nothing more just now. */
export interface Reached {
  kind: 'REACHED'
  seq: bigint
  atHead: boolean
}

/** What to tell: the wanted events of one article after a number. */
export interface Telling {
  articleId: string
  threadId?: string | null | undefined
  after: bigint
  wanted: (event: LoggedEvent) => boolean
  /** What is to be told of the wanted, where that shows only when it has been read; absent: all. */
  fits?: (told: Told) => boolean
  /** For readers who may have begun in the middle of a burst: each fold of it is told. Otherwise the first tells the scores of all. */
  everyFold?: boolean
  signal: AbortSignal
}

/** What was read for a whole burst is read again for its rest when the reader takes longer than this over it. Milliseconds. */
const freshMs = 250

/** More comments than this with a new score, and reading the page again costs less. */
const mostScores = 100

/**
 * Tells events as they come, as fast as they are taken. Comments are read anew with the viewer's rights, all of one burst in one statement;
 * what cannot be seen at that moment is left out. Throws NOT_FOUND once the article is hidden from this viewer, RESYNC.
 */
export async function* tell(ctx: Context, telling: Telling): AsyncGenerator<Told | Reached> {
  const { articleId, wanted, fits = () => true } = telling
  let reached = telling.after
  let scoresUpTo = telling.after
  for await (const burst of ctx.feeds.follow(articleId, telling.after, telling.signal)) {
    const events = burst.filter(wanted)
    let seen: Seen = { rows: new Map(), authors: new Map(), at: Number.NEGATIVE_INFINITY }
    // The first fold of a burst tells the scores of all its folds, under its own number: who leaves after it misses none of them.
    const lastFold = events.findLast(({ kind }) => kind === 'VOTED')?.seq ?? 0n
    for (const [i, event] of events.entries()) {
      if (event.kind === 'VOTED') {
        if (event.seq <= scoresUpTo) continue
        const told = await scores(ctx, telling, { seq: event.seq, since: scoresUpTo })
        scoresUpTo = telling.everyFold ? event.seq : lastFold
        if (told && fits(told)) yield told
      } else if (event.kind === 'ARTICLE') {
        const told: Told = { kind: 'ARTICLE', articleId, seq: event.seq, article: await articleNow(ctx, articleId) }
        if (fits(told)) yield told
      } else {
        if (performance.now() - seen.at > freshMs) seen = await look(ctx, events.slice(i))
        const told = asSeen(event, event.kind, seen)
        if (told && fits(told)) yield told
      }
    }
    reached = burst.at(-1)?.seq ?? reached
    yield { kind: 'REACHED', seq: reached, atHead: burst.length === 0 }
  }
}

interface Seen {
  rows: Map<string, CommentRow>
  /** Of removed comments that look to their authors as if nothing had happened: those authors. */
  authors: Map<string, string>
  at: number
}

async function look(ctx: Context, events: readonly LoggedEvent[]): Promise<Seen> {
  const at = performance.now()
  const idsOf = (some: readonly LoggedEvent[]) => [...new Set(some.map(({ commentId }) => commentId).filter((id) => id !== null))]
  const removed = idsOf(events.filter(({ kind }) => kind === 'REMOVED'))
  const [rows, authors] = await Promise.all([visible(ctx, idsOf(events)), authorsStillShown(ctx, removed)])
  return { rows, authors, at }
}

/** Null where nobody is to learn of it, or learns it from an event that is still to come. */
function asSeen(
  { articleId, seq, commentId, threadId, parentId }: LoggedEvent,
  kind: CommentKind | 'REMOVED',
  { rows, authors }: Seen,
): Told | null {
  if (commentId === null || threadId === null) return null
  const comment = rows.get(commentId)
  const readable = comment?.status === 'APPROVED'
  if (kind !== 'REMOVED') return readable ? { kind, articleId, seq, comment } : null
  // It has been restored since.
  if (readable) return null
  return { kind, articleId, seq, commentId, threadId, parentId, exceptFor: authors.get(commentId) ?? null }
}

async function scores(
  ctx: Context,
  { articleId, threadId }: Telling,
  { seq, since }: { seq: bigint; since: bigint },
): Promise<Told | null> {
  const comments = await scoredSince(ctx, { articleId, threadId, seq: since }, mostScores + 1)
  if (comments.length === 0) return null
  const pageAgain = comments.length > mostScores
  return { kind: 'VOTED', articleId, seq, comments: pageAgain ? [] : comments, pageAgain }
}

async function articleNow(ctx: Context, articleId: string): Promise<ArticleRow> {
  const article = (await visibleArticles(ctx, [articleId])).get(articleId)
  if (!article) throw new Refused('NOT_FOUND', 'This discussion is no longer there.')
  if (article.id !== articleId)
    throw new Refused('RESYNC', 'This discussion has been joined with another: read the page again and follow that one.')
  return article
}
