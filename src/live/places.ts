/** The subscriptions of one socket: how many run, and that none outlives its `complete` or the socket. */

/** Where one subscription runs, from the message that asks for it to its end. */
export interface Place {
  /** Whether its client has neither ended it nor asked for something else under its id. */
  stays(): boolean
  /** Its answers, as long as it stays. */
  fill<T>(answers: AsyncIterableIterator<T>): AsyncIterableIterator<T>
  leave(): void
}

/**
 * The protocol's library knows subscriptions by their ids alone, so one that has ended must not answer it again, not even that it has
 * ended: it would be taken for the next one under its id. What never resolves is forgotten together with who waits for it.
 */
export const silence = () => new Promise<never>(() => {})

export class Places {
  private readonly running = new Map<Place, () => void>()
  private readonly last = new Map<string, Place>()
  private readonly written: () => Promise<void>
  private closed = false

  /** `written` resolves when the socket has taken what it was sent. */
  constructor(written: () => Promise<void>) {
    this.written = written
  }

  /** Subscriptions that run, also those that begin or end. */
  get size(): number {
    return this.running.size
  }

  /** A place for what is asked for under this id from now on. */
  enter(id: string): Place {
    const place: Place = {
      stays: () => !this.closed && this.last.get(id) === place,
      fill: (answers) => this.fill(place, answers),
      leave: () => {
        this.running.delete(place)
        if (this.last.get(id) === place) this.last.delete(id)
      },
    }
    this.running.set(place, () => {})
    this.last.set(id, place)
    return place
  }

  /** Ends all of them, and those that begin as soon as they have. */
  close(): void {
    this.closed = true
    for (const end of [...this.running.values()]) end()
  }

  private fill<T>(place: Place, answers: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
    let over = false
    const finish = () => {
      over = true
      place.leave()
    }
    const end = async () => {
      if (!over) {
        finish()
        await answers.return?.()
      }
      return { value: undefined, done: true } as const
    }
    this.running.set(place, () => void end().catch(() => {}))
    return {
      next: async () => {
        try {
          await this.written()
          const step = over ? await silence() : await answers.next()
          if (over) return await silence()
          if (step.done) finish()
          return step
        } catch (error) {
          if (over) return await silence()
          finish()
          throw error
        }
      },
      return: end,
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }
}
