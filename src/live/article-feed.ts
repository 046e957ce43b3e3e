/** What this process knows of one watched article's log: where it ends, and its last few hundred events. */
import type { LoggedEvent } from '../articles/events.js'
import { eventsAfter, logEnds } from '../articles/log.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'

/** Events read by one statement. */
const eventsAStatement = 500

/** So many of the last events stay in memory, for readers a little behind; the others read the table. */
const keptEvents = 300

export class ArticleFeed {
  /** Every event up to this number is committed; null until the log has been looked at. */
  head: bigint | null = null
  /** The log is shorter than it was: another database has taken the place of the one that was read. */
  lost = false
  followers = 0
  readonly articleId: string
  private readonly db: Database
  private readonly log: Log
  /** The last events without a gap; the last of them is the head's. */
  private kept: LoggedEvent[] = []
  private readonly waiting = new Set<() => void>()
  private looking: Promise<void> | null = null
  /** When the log was last read successfully, by the process's own clock. */
  private readAt = Number.NEGATIVE_INFINITY
  private again = false

  constructor({ db, articleId, log }: { db: Database; articleId: string; log: Log }) {
    this.db = db
    this.articleId = articleId
    this.log = log
  }

  /** Looks for what is beyond the head, once more if it is already looking. A failure is told to the log: the next sweep tries again. */
  look(): Promise<void> {
    this.again = true
    this.looking ??= this.lookUntilQuiet()
    return this.looking
  }

  /** Whether nothing is being looked for and the log was read within `ms`. */
  isSettled(ms: number): boolean {
    return this.head !== null && !this.lost && this.looking === null && performance.now() - this.readAt < ms
  }

  /** Compares with where the log ends, read after the head was `headBefore`. */
  async compare(lastSeq: bigint, headBefore: bigint | null): Promise<void> {
    if (this.head === null) this.startAt(lastSeq)
    else if (headBefore !== null && lastSeq < headBefore) this.lose()
    else if (lastSeq > this.head) await this.look()
  }

  /** Up to `limit` events after this number from memory; null where only the table has them. */
  after(seq: bigint, limit: number): LoggedEvent[] | null {
    const first = this.kept[0]
    if (!first || seq + 1n < first.seq) return null
    const from = Number(seq + 1n - first.seq)
    return this.kept.slice(from, from + limit)
  }

  /** Resolves at the next change, or at once when the signal is aborted. */
  changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        this.waiting.delete(wake)
        resolve()
      }
      signal.addEventListener('abort', wake)
      this.waiting.add(wake)
    })
  }

  /** Ends following: the log is another database's. */
  lose(): void {
    this.lost = true
    this.wake()
  }

  /** Lets everybody who waits look for themselves. */
  wake(): void {
    for (const wake of [...this.waiting]) wake()
  }

  private async lookUntilQuiet(): Promise<void> {
    try {
      while (this.again) {
        this.again = false
        await this.lookOnce()
      }
    } catch (error) {
      this.readAt = Number.NEGATIVE_INFINITY
      this.log.warn({ err: error, articleId: this.articleId }, 'the log of an article could not be read; the next sweep tries again')
    } finally {
      // In the same step in which the loop ends, so that a bell in between starts the next.
      this.looking = null
    }
  }

  private async lookOnce(): Promise<void> {
    if (this.head === null) {
      const began = performance.now()
      const [ends] = await logEnds(this.db, [this.articleId])
      this.readAt = began
      this.startAt(ends?.lastSeq ?? 0n)
      return
    }
    const began = performance.now()
    const events = await eventsAfter(this.db, this.articleId, this.head, eventsAStatement)
    this.readAt = began
    if (events.length === eventsAStatement) this.again = true
    this.take(events)
  }

  private startAt(lastSeq: bigint): void {
    this.head ??= lastSeq
    this.wake()
  }

  private take(events: readonly LoggedEvent[]): void {
    const [first] = events
    const last = events.at(-1)
    if (!first || !last || this.head === null) return
    // A gap means that this process was behind what is kept; each follower finds that out by its own cursor.
    if (first.seq !== this.head + 1n) this.kept = []
    this.kept.push(...events)
    if (this.kept.length > 2 * keptEvents) this.kept = this.kept.slice(-keptEvents)
    this.head = last.seq
    this.wake()
  }
}
