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

interface Watched {
  rings: number
  mark: string | undefined
  followers: number
  deafen: () => void
  waiting: Set<() => void>
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
    const person = enter(people, bus, personId)
    try {
      // Read before the first hint, so that nothing falls between.
      person.mark ??= (await newsMarks(db, [personId])).get(personId) ?? ''
      while (!signal.aborted && !stopped) {
        const { rings } = person
        yield
        await pause(pauseMs, undefined, { signal, ref: false }).catch(() => {})
        if (person.rings === rings && !stopped) await changed(person, signal)
      }
    } finally {
      leave(people, personId, person)
    }
  }

  return {
    hints,
    async stop() {
      stopped = true
      deafen()
      clearInterval(sweeps)
      for (const person of people.values()) ring(person)
      await line
    },
  }
}

async function sweep(db: Database, people: ReadonlyMap<string, Watched>, log: Log): Promise<void> {
  if (people.size === 0) return
  const ids = [...people.keys()]
  try {
    const marks = await newsMarks(db, ids)
    for (const id of ids) compare(people.get(id), marks.get(id) ?? '')
  } catch (error) {
    log.warn({ err: error }, 'what is new to people could not be read; the next sweep tries again')
  }
}

/** Unknown until the first follower has read it. */
function compare(person: Watched | undefined, mark: string): void {
  if (person?.mark === undefined || person.mark === mark) return
  person.mark = mark
  ring(person)
}

function enter(people: Map<string, Watched>, bus: Bus, personId: string): Watched {
  const known = people.get(personId)
  if (known) {
    known.followers += 1
    return known
  }
  const person: Watched = { rings: 0, mark: undefined, followers: 1, waiting: new Set(), deafen: () => {} }
  person.deafen = bus.listen(newsChannel(personId), () => ring(person))
  people.set(personId, person)
  return person
}

function leave(people: Map<string, Watched>, personId: string, person: Watched): void {
  person.followers -= 1
  if (person.followers > 0) return
  person.deafen()
  people.delete(personId)
}

function ring(person: Watched): void {
  person.rings += 1
  for (const wake of [...person.waiting]) wake()
}

/** Resolves at the next ring, or when the signal is aborted. */
function changed({ waiting }: Watched, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const wake = () => {
      signal.removeEventListener('abort', wake)
      waiting.delete(wake)
      resolve()
    }
    signal.addEventListener('abort', wake)
    waiting.add(wake)
  })
}
