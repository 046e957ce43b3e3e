/** Transactions: retried when they lose a race, ringing the bells they touched once they are committed. */
import { noteTouched, runTransaction } from './client.js'
import type { Database, Inside, Tx } from './database.js'
import { LostRace, Unavailable } from './errors.js'
import { enterLane } from './lanes.js'

/** A transaction that lost a race for a lock is tried this often in all. */
const tries = 4

/** The first pause before another try; it doubles, with jitter so that two losers do not meet again. */
const firstPauseMs = 10

/**
 * Runs `work` in one transaction; what it throws rolls everything back. A lost race (deadlock, lock timeout, serialization)
 * is tried again, so `work` must have no effect outside the transaction. Channels given to `touch` are rung after commit.
 * Writers of one `lane` (an article's id) wait their turn inside this process rather than on the database's connections.
 * Throws Unavailable when the database is away or too many writers wait.
 */
export async function transaction<C extends { db: Database }, T>(
  ctx: C,
  work: (inside: Inside<C>) => Promise<T>,
  lane?: string,
): Promise<T> {
  const { db, ...rest } = ctx
  const leave = lane === undefined ? undefined : await enterLane(db, lane)
  try {
    return await retrying(() => runTransaction(db, (tx) => work({ ...rest, tx })))
  } finally {
    leave?.()
  }
}

/** Names a channel that is rung once the transaction is committed. */
export function touch(tx: Tx, channel: string): void {
  noteTouched(tx, channel)
}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof LostRace)) throw error
      if (left === 0) throw new Unavailable(undefined, undefined, { cause: error })
      await new Promise((resume) => setTimeout(resume, firstPauseMs * 2 ** (tries - left) * (0.5 + Math.random())))
    }
  }
}
