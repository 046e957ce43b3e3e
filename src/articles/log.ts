/** The article's log: tells it what happened, and says where it stands. */
import { createHash } from 'node:crypto'
import type { Database, Tx } from '../platform/database.js'
import { LostRace, Refused } from '../platform/errors.js'
import { touch } from '../platform/transaction.js'
import { ArticleClosed, ArticleNotFound, TooManyPinned } from './errors.js'
import { articleChannel, type Change, type LogEnds, type LoggedEvent } from './events.js'
import * as store from './store.js'

/**
 * Call it as the last statement of a transaction: it numbers the events, adds the counts and holds the article's row until commit,
 * so that numbers have no holes and come in the order of the commits. Returns the article's last number.
 * Throws ArticleClosed, TooManyPinned, ArticleNotFound; LostRace, for the transaction to be tried again, where a merge was faster.
 */
export async function append(tx: Tx, siteId: string, articleId: string, change: Change): Promise<bigint> {
  const lastSeq = await store.append(tx, siteId, articleId, change)
  if (lastSeq === null) {
    if ((change.counts?.pinned ?? 0) > 0) throw new TooManyPinned()
    if (change.mustBeOpen && (await store.isMerged(tx, siteId, articleId))) throw new LostRace('The article was merged meanwhile.')
    throw change.mustBeOpen ? new ArticleClosed() : new ArticleNotFound()
  }
  if (change.events.length > 0) touch(tx, articleChannel(articleId))
  return lastSeq
}

/** A URL under which nothing was stored has become another article's: who follows it by the id that it would have had is told to page again. */
export async function leadOn(
  { tx, site }: { tx: Tx; site: { id: string } },
  unsavedId: string,
  into: { id: string; url: string },
): Promise<void> {
  if (unsavedId === into.id || !(await store.insertMerged(tx, site.id, unsavedId, into))) return
  touch(tx, articleChannel(unsavedId))
}

/** The cursor that stands for this article's history up to `seq` in the database with this mark. */
export function historyCursor(epoch: string, articleId: string, seq: bigint): string {
  return Buffer.from(`${epoch}.${shortMark(articleId)}.${seq}`).toString('base64url')
}

/** The number in a cursor. Throws RESYNC when it was made by another database (a restore, a failover), for another article (before a merge), or is none. */
export function seqOf(cursor: string, epoch: string, articleId: string): bigint {
  const [made, article, seq = ''] = Buffer.from(cursor, 'base64url').toString().split('.')
  if (made !== epoch || article !== shortMark(articleId) || !/^\d{1,18}$/.test(seq))
    throw new Refused('RESYNC', 'This cursor is of another history: read the page again and go on from its cursor.')
  return BigInt(seq)
}

/** Tells the cursors of two articles apart, which meet only where somebody has read both; 36 bits. */
function shortMark(articleId: string): string {
  return createHash('sha256').update(articleId).digest('base64url').slice(0, 6)
}

/** The events of one article after a number, in order, at most `limit`. */
export function eventsAfter(db: Database, articleId: string, seq: bigint, limit: number): Promise<LoggedEvent[]> {
  return store.eventsAfter(db, articleId, seq, limit)
}

/** Where these articles' logs begin and end; articles that nobody has commented on have none. */
export function logEnds(db: Database, articleIds: readonly string[]): Promise<LogEnds[]> {
  return store.heads(db, articleIds)
}

/** An event is kept while it is among the article's last 10,000, and for seven days in any case: longer than a phone is away. */
const kept = { keptEvents: 10_000, keptDays: 7, atOnce: 5000 }

/** Cuts off what is older; a subscriber whose cursor lies before it is told to page again. */
export async function pruneLogs(db: Database): Promise<void> {
  while ((await store.prune(db, kept)) > 0);
}
