/** Changes of status, for the author's own deletion and for every moderator's decision. */

import type { ArticleEvent, CountDeltas } from '../articles/events.js'
import { append } from '../articles/log.js'
import type { Context } from '../context.js'
import type { Inside } from '../platform/database.js'
import { touch } from '../platform/transaction.js'
import { CommentNotFound, NotDecidable } from './errors.js'
import { newsChannel } from './news.js'
import * as revisions from './revision.store.js'
import { assertMayMove, follow, type Status } from './rules.js'
import * as store from './store.js'

/** What a decision did, for the log of its article: one `append` ends the transaction, for one decision or a hundred. */
export interface Decided {
  articleId: string
  authorId: string
  from: Status
  revision: number
  events: ArticleEvent[]
  counts: CountDeltas
}

/** Gives a comment of this site another status, with all that follows for lists and counts. Throws CommentNotFound, NotDecidable. */
export async function decide({ tx, site }: Inside<Context>, commentId: string, to: Status): Promise<Decided> {
  const chain = await store.lockChain(tx, site.id, commentId)
  const [comment, parent] = chain
  if (!comment) throw new CommentNotFound()
  assertMayMove(comment.status, to)
  const revision = await revisions.currentNumber(tx, commentId)
  const { changes, comments, threads, pinned } = follow(chain, to)
  await store.applyChanges(tx, changes)
  for (const { authorId } of [comment, parent ?? comment]) touch(tx, newsChannel(authorId))

  const { id, threadId, parentId, articleId, authorId, status: from } = comment
  const kind = kindOf(from, to)
  return {
    articleId,
    authorId,
    from,
    revision,
    events: kind ? [{ kind, commentId: id, threadId, parentId }] : [],
    counts: { comments, threads, pinned },
  }
}

/** Approves a comment; of one that is approved, the words that wait beside its own. Throws CommentNotFound, NotDecidable. */
export async function accept(inside: Inside<Context>, commentId: string): Promise<Decided> {
  const { tx, site, now } = inside
  const [comment] = await store.lockChain(tx, site.id, commentId)
  if (comment?.status !== 'APPROVED') return decide(inside, commentId, 'APPROVED')
  const text = await revisions.proposed(tx, commentId)
  if (!text) throw new NotDecidable('Nothing of this comment waits to be approved.')
  await revisions.replace(tx, { id: commentId, ...text, editedAt: now })
  await revisions.noteDecided(tx, commentId)
  const { threadId, parentId, articleId, authorId, status: from } = comment
  touch(tx, newsChannel(authorId))
  return { articleId, authorId, from, revision: text.revision, events: [{ kind: 'EDITED', commentId, threadId, parentId }], counts: {} }
}

/** Does not let the words stand that wait beside a comment's own, which stay. Throws CommentNotFound, NotDecidable. */
export async function refuseEdit({ tx, site }: Inside<Context>, commentId: string): Promise<Decided> {
  const [comment] = await store.lockChain(tx, site.id, commentId)
  if (!comment) throw new CommentNotFound()
  const revision = await revisions.refuse(tx, commentId)
  if (revision === null) throw new NotDecidable('No edit of this comment waits to be refused.')
  await revisions.noteDecided(tx, commentId)
  const { articleId, authorId, status: from } = comment
  touch(tx, newsChannel(authorId))
  return { articleId, authorId, from, revision, events: [], counts: {} }
}

const notToPin = 'Only a thread’s first comment can be pinned, while readers can read it and it is not pinned yet.'

/** Puts a thread before all others, or back among them. Throws NotDecidable, TooManyPinned. */
export async function pin({ tx, site, now }: Inside<Context>, commentId: string, pinned: boolean): Promise<{ articleId: string }> {
  const thread = await store.setPinned(tx, site.id, commentId, pinned ? now : null)
  if (!thread) throw new NotDecidable(pinned ? notToPin : 'This comment is not pinned.')
  const { articleId, threadId } = thread
  await append(tx, site.id, articleId, {
    events: [{ kind: pinned ? 'PINNED' : 'UNPINNED', commentId, threadId, parentId: null }],
    counts: { pinned: pinned ? 1 : -1 },
  })
  return { articleId }
}

/** Holds the comments of an article that `takeOver` would move, so many at most. */
export function holdSome({ tx, site }: Pick<Inside<Context>, 'tx' | 'site'>, articleId: string, limit: number): Promise<void> {
  return store.lockSome(tx, site.id, articleId, limit)
}

/** Moves so many comments of one article under another, and says what they were and whether these were all; the caller tells both logs. Pins are not taken along. */
export function takeOver(
  { tx, site }: Pick<Inside<Context>, 'tx' | 'site'>,
  articles: { fromId: string; intoId: string },
  limit: number,
): Promise<Required<CountDeltas> & { isDone: boolean }> {
  return store.moveSome(tx, site.id, articles, limit)
}

/** What readers are told: words that were there and are gone, words that are back, words that are new. */
function kindOf(from: Status, to: Status): ArticleEvent['kind'] | null {
  if (from === 'APPROVED') return 'REMOVED'
  if (to !== 'APPROVED') return null
  return from === 'PENDING' ? 'POSTED' : 'RESTORED'
}
