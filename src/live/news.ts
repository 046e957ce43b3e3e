/** Hints to one person that something of their own has changed: without a number and with nothing in them, so that losing one costs time only. */
import { setTimeout as pause } from 'node:timers/promises'
import { newsChannel, newsMarks } from '../comments/comments.js'
import type { Bus } from '../platform/bus.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import type { Feeds } from './feeds.js'

/** Hints of one person. */
export interface News extends Pick<Feeds, 'hints'> {
  stop(): Promise<void>
}

export interface NewsOptions {
  db: Database
  bus: Bus
  log: Log
  /** How late a hint may come whose ring was lost. Milliseconds. */
  sweepEveryMs: number
}

/** A person's page is not read again more often than this. Milliseconds. */
const pauseMs = 1000

/** Somebody who follows what is new to them, once. */
interface Follower {
  rings: number
  /** What they were last hinted at; undefined while it is read. */
  mark: string | undefined
  wake: () => void
}

interface Watched {
  followers: Set<Follower>
  deafen: () => void
}

/** Hints on the bus's rings, and on a sweep over the people who follow here. */
export function startNews({ db, bus, log, sweepEveryMs }: NewsOptions): News {
  const people = new Map<string, Watched>()
  let stopped = false
  let line = Promise.resolve()
  const sweepSoon = () => {
    line = line.then(() => (stopped ? undefined : sweep(db, people, log)))
  }
  const deafen = bus.onReady(sweepSoon)
  const sweeps = setInterval(sweepSoon, sweepEveryMs).unref()

  async function* hints(personId: string, signal: AbortSignal): AsyncGenerator<void> {
    const follower: Follower = { rings: 0, mark: undefined, wake: () => {} }
    const leave = enter(people, bus, personId, follower)
    try {
      while (!signal.aborted && !stopped) {
        const { rings } = follower
        // Read before each hint, so that nothing falls between, and nothing that it tells is hinted at again.
        follower.mark = undefined
        follower.mark = (await newsMarks(db, [personId])).get(personId) ?? ''
        yield
        await pause(pauseMs, undefined, { signal, ref: false }).catch(() => {})
        if (follower.rings === rings && !stopped) await rung(follower, signal)
      }
    } finally {
      leave()
    }
  }

  return {
    hints,
    async stop() {
      stopped = true
      deafen()
      clearInterval(sweeps)
      for (const person of people.values()) ringAll(person)
      await line
    },
  }
}

async function sweep(db: Database, people: ReadonlyMap<string, Watched>, log: Log): Promise<void> {
  if (people.size === 0) return
  const before = [...people].flatMap(([id, { followers }]) => [...followers].map((follower) => ({ id, follower, mark: follower.mark })))
  try {
    const marks = await newsMarks(db, [...people.keys()])
    for (const { id, follower, mark } of before) {
      // Who has read it meanwhile knows more than this.
      if (mark !== undefined && mark === follower.mark && mark !== (marks.get(id) ?? '')) ring(follower)
    }
  } catch (error) {
    log.warn({ err: error }, 'what is new to people could not be read; the next sweep tries again')
  }
}

/** Has this follower rung with all others of the person; what is returned lets go. */
function enter(people: Map<string, Watched>, bus: Bus, personId: string, follower: Follower): () => void {
  const person = people.get(personId) ?? { followers: new Set(), deafen: () => {} }
  if (person.followers.size === 0) {
    person.deafen = bus.listen(newsChannel(personId), () => ringAll(person))
    people.set(personId, person)
  }
  person.followers.add(follower)
  return () => {
    person.followers.delete(follower)
    if (person.followers.size > 0) return
    person.deafen()
    people.delete(personId)
  }
}

function ringAll({ followers }: Watched): void {
  for (const follower of [...followers]) ring(follower)
}

function ring(follower: Follower): void {
  follower.rings += 1
  follower.wake()
}

/** Resolves at the next ring, or when the signal is aborted. */
function rung(follower: Follower, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    follower.wake = () => {
      signal.removeEventListener('abort', follower.wake)
      follower.wake = () => {}
      resolve()
    }
    signal.addEventListener('abort', follower.wake)
  })
}
