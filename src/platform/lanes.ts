/** Writers of one article queue here, so that a hot article cannot take every connection from the others. */
import type { Database } from './database.js'
import { Unavailable } from './errors.js'

/** More writers of one article than this gain nothing at the database: they wait for the same row there. */
const atOnce = 2

/** A queue longer than this is not worth joining: the answer would come too late. */
const mayWait = 64

interface Lane {
  inside: number
  waiting: (() => void)[]
}

const lanes = new WeakMap<Database, Map<string, Lane>>()

/** Waits for a place in the lane and returns how to leave it. Throws Unavailable when too many wait already. */
export async function enterLane(db: Database, name: string): Promise<() => void> {
  const all = lanes.get(db) ?? new Map<string, Lane>()
  lanes.set(db, all)
  const lane = all.get(name) ?? { inside: 0, waiting: [] }
  all.set(name, lane)

  if (lane.inside < atOnce) lane.inside++
  else if (lane.waiting.length >= mayWait) throw new Unavailable('Too many people are writing here at this moment; try again shortly.')
  else await new Promise<void>((enter) => lane.waiting.push(enter))

  return function leave() {
    const next = lane.waiting.shift()
    if (next) return next()
    lane.inside--
    if (lane.inside === 0) all.delete(name)
  }
}
