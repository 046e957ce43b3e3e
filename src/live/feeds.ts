/** What can be followed in a process, as every context has it. */
import type { LoggedEvent } from '../articles/events.js'

/** The end of one article's log, as this process knows it. */
export interface Watch {
  /** The number of the last event; null where this process is not sure, as after a ring and while rings may be lost. */
  readonly end: bigint | null
  /** The same, read now where it is not sure; null where the database is away, or has become another. */
  look(): Promise<bigint | null>
  leave(): void
}

export interface Feeds {
  /**
   * All events of an article after a number, in order, none left out, as fast as they are pulled: a follower is a cursor and no queue.
   * An empty burst says that there are no more just now. Ends when the signal is aborted. Throws RESYNC where events between the cursor and now are no longer kept.
   */
  follow(articleId: string, after: bigint, signal: AbortSignal): AsyncGenerator<LoggedEvent[]>
  /**
   * Hints to one person that something of their own has changed: one at once, then at most one a second.
   * Ends when the signal is aborted.
   */
  hints(personId: string, signal: AbortSignal): AsyncGenerator<void>
  /** Where an article's log ends, for who keeps what was read from it. */
  watch(articleId: string): Watch
  /** Articles that somebody follows here. */
  watched(): number
  stop(): Promise<void>
}
