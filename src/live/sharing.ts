/** One execution and one text for all who ask the same at the head of an article's feed. */
import { setImmediate as breath } from 'node:timers/promises'
import type { ExecutionResult } from 'graphql'
import type { Viewer } from '../identity/viewer.js'
import { isFor } from './followed.js'
import type { Reached, Told } from './telling.js'

/** Where a subscription's answers go: one of a socket's. */
export interface Seat {
  /** Sends an answer that others get too; false, and nothing is sent, where the socket has not taken all that it was sent before. */
  take(answer: Buffer): boolean
}

/** Somebody at the head. */
export interface Member {
  seat: Seat
  viewer: Viewer | null
  /** What they have been told. */
  from: bigint
}

/** What a group does, begun by its first member. */
export interface Source {
  /** What happens after a number, each fold told. */
  steps(after: bigint, signal: AbortSignal): AsyncIterable<Told | Reached>
  answer(told: Told): Promise<ExecutionResult>
}

export class Groups {
  private readonly byKey = new Map<string, Group>()

  /** Groups that have a member. */
  get size(): number {
    return this.byKey.size
  }

  /**
   * Takes a place in the group of this key, from where the group gives its answers to the seat. Resolves with the number up to which the
   * member has been told when they fall behind or the signal is aborted, and with null when there is nothing more to come;
   * rejects with what ends the group.
   */
  join(key: string, source: Source, member: Member, signal: AbortSignal): Promise<bigint | null> {
    let group = this.byKey.get(key)
    if (!group) {
      const made = new Group(source, () => {
        if (this.byKey.get(key) === made) this.byKey.delete(key)
      })
      this.byKey.set(key, made)
      group = made
    }
    return group.enter(member, signal)
  }
}

/** Members written to before others get a turn. A write takes some ten microseconds. */
const writesABreath = 500

/** A member, and how they go: told up to a number, at the end of everything (null), or with what ended it. */
interface Place {
  member: Member
  leave(upTo: bigint | null): void
  fail(error: unknown): void
}

class Group {
  private readonly source: Source
  private readonly dissolved: () => void
  private readonly places = new Set<Place>()
  private readonly empty = new AbortController()
  private begun = false

  constructor(source: Source, dissolved: () => void) {
    this.source = source
    this.dissolved = dissolved
  }

  enter(member: Member, signal: AbortSignal): Promise<bigint | null> {
    return new Promise((resolve, reject) => {
      const going = (finish: () => void) => {
        signal.removeEventListener('abort', left)
        this.remove(place)
        finish()
      }
      const left = () => going(() => resolve(member.from))
      const place: Place = { member, leave: (upTo) => going(() => resolve(upTo)), fail: (error) => going(() => reject(error)) }
      signal.addEventListener('abort', left)
      this.places.add(place)
      if (!this.begun) this.begin(member.from)
    })
  }

  private begin(after: bigint): void {
    this.begun = true
    this.run(after).then(
      () => this.dissolve(({ leave }) => leave(null)),
      (error: unknown) => this.dissolve(({ fail }) => fail(error)),
    )
  }

  private async run(after: bigint): Promise<void> {
    for await (const step of this.source.steps(after, this.empty.signal)) {
      if (step.kind !== 'REACHED') await this.give(step)
    }
  }

  private async give(told: Told): Promise<void> {
    const answer = Buffer.from(JSON.stringify(await this.source.answer(told)))
    let written = 0
    for (const place of this.places) {
      const { member } = place
      // Who came after this was told has it.
      if (told.seq <= member.from) continue
      if (isFor(member, told) && !member.seat.take(answer)) place.leave(member.from)
      else member.from = told.seq
      written += 1
      if (written % writesABreath === 0) await breath()
    }
  }

  private remove(place: Place): void {
    this.places.delete(place)
    if (this.places.size > 0) return
    this.dissolved()
    this.empty.abort()
  }

  private dissolve(tell: (place: Place) => void): void {
    this.dissolved()
    for (const place of [...this.places]) tell(place)
  }
}
