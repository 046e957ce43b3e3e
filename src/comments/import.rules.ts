/** Where imported comments belong: which they answer, what is listed, what is counted. */
import type { Status } from './rules.js'

/** A comment that is to be given its place. */
export interface Arriving {
  /** Names it among all that were imported, as `parentKey` names the comment that it answers. */
  key: string
  parentKey: string | null
  id: string
  articleId: string
  status: Status
  createdAt: Date
  sticky: boolean
  closed: boolean
  /** Nothing of its article comes any more: a parent that is not there by now never will be. */
  final: boolean
}

/** A comment in its place, with its counters. */
export interface Place {
  id: string
  articleId: string
  parentId: string | null
  threadId: string
  /** The ids from the thread's first comment to this one. */
  path: string[]
  depth: number
  status: Status
  listed: boolean
  replyCount: number
  listCount: number
}

export interface NewPlace extends Place {
  pinnedAt: Date | null
  locked: boolean
}

/** What could not be kept as it was elsewhere; the comment itself is never lost. */
export type Oddity = 'PARENT_MISSING' | 'PARENT_ELSEWHERE' | 'PARENT_CYCLE' | 'TOO_DEEP' | 'STICKY_NOT_KEPT' | 'CLOSED_NOT_KEPT'

/** By how much an article's counters grow. */
export interface Growth {
  comments: number
  threads: number
  pinned: number
}

/** What is there already, and held: the parents and all above them, and by which key each parent goes. */
export interface Held {
  places: readonly Place[]
  parents: ReadonlyMap<string, string>
}

/** What the site allows. */
export interface Bounds {
  maxDepth: number
  /** How many comments may still be pinned in each article. */
  pins: ReadonlyMap<string, number>
  /** Comments whose parents will not be found, by key. */
  lost: ReadonlyMap<string, LostWhy>
}

export interface Arranged<T> {
  placed: { comment: T; place: NewPlace }[]
  /** Places that were held and whose counters have changed. */
  changed: Place[]
  /** Comments whose parents have not come yet. */
  waiting: T[]
  odd: { comment: T; why: Oddity }[]
  growth: Map<string, Growth>
}

/** Gives each comment its place under its parent, wherever in `arriving` that stands; what lacks one becomes a thread of its own. */
export function arrange<T extends Arriving>(arriving: readonly T[], held: Held, bounds: Bounds): Arranged<T> {
  const arrangement = new Arrangement<T>(held, bounds)
  let waiting = arrangement.placeAll(arriving, bounds.lost)
  const lost = lostAmong(waiting.filter(({ final }) => final))
  if (lost.size > 0) waiting = arrangement.placeAll(waiting, lost)
  const { placed, odd, growth, changed } = arrangement
  return { placed, odd, growth, waiting, changed: [...changed] }
}

/** Why a comment has no parent: there is none of this name, or it comes back to itself. */
export type LostWhy = Extract<Oddity, 'PARENT_MISSING' | 'PARENT_CYCLE'>

/** Of comments whose parents are not there, those that have to become threads for all others to find theirs; a circle is broken at its oldest. */
export function lostAmong<T extends Pick<Arriving, 'key' | 'parentKey' | 'createdAt'>>(left: readonly T[]): Map<string, LostWhy> {
  const byKey = new Map(left.map((comment) => [comment.key, comment]))
  const lost = new Map<string, LostWhy>()
  const walked = new Map<string, T>()
  for (const start of left) {
    const circle: T[] = []
    let at: T | undefined = start
    while (at && !walked.has(at.key)) {
      walked.set(at.key, start)
      const above: T | undefined = byKey.get(at.parentKey ?? '')
      if (!above) lost.set(at.key, 'PARENT_MISSING')
      at = above
    }
    if (!at || walked.get(at.key) !== start) continue
    for (const entry = at; circle[0] !== at || circle.length === 0; at = byKey.get(at.parentKey ?? '') ?? entry) circle.push(at)
    lost.set(circle.reduce((oldest, each) => (isOlder(each, oldest) ? each : oldest)).key, 'PARENT_CYCLE')
  }
  return lost
}

function isOlder(a: Pick<Arriving, 'key' | 'createdAt'>, b: Pick<Arriving, 'key' | 'createdAt'>): boolean {
  return a.createdAt < b.createdAt || (a.createdAt.getTime() === b.createdAt.getTime() && a.key < b.key)
}

class Arrangement<T extends Arriving> {
  readonly placed: { comment: T; place: NewPlace }[] = []
  readonly odd: { comment: T; why: Oddity }[] = []
  readonly growth = new Map<string, Growth>()
  readonly changed = new Set<Place>()
  readonly #byId: Map<string, Place>
  readonly #idOf: Map<string, string>
  readonly #new = new Set<Place>()
  readonly #bounds: Bounds

  constructor(held: Held, bounds: Bounds) {
    this.#byId = new Map(held.places.map((place) => [place.id, place]))
    this.#idOf = new Map(held.parents)
    this.#bounds = bounds
  }

  /** Places parents before what answers them; returns what still waits for one. */
  placeAll(comments: readonly T[], lost: ReadonlyMap<string, LostWhy>): T[] {
    let left = comments
    for (;;) {
      const waiting = left.filter((comment) => !this.#place(comment, lost.get(comment.key)))
      if (waiting.length === 0 || waiting.length === left.length) return waiting
      left = waiting
    }
  }

  #place(comment: T, lost: LostWhy | undefined): boolean {
    const found = comment.parentKey === null || lost ? null : this.#byId.get(this.#idOf.get(comment.parentKey) ?? '')
    if (found === undefined) return false
    if (lost) this.odd.push({ comment, why: lost })
    this.#idOf.set(comment.key, comment.id)
    this.#add(comment, this.#parentOf(comment, found))
    return true
  }

  /** Where a reply really goes: under a comment of its own article, no deeper than the site allows. */
  #parentOf(comment: T, found: Place | null): Place | null {
    if (!found) return null
    if (found.articleId !== comment.articleId) {
      this.odd.push({ comment, why: 'PARENT_ELSEWHERE' })
      return null
    }
    const { maxDepth } = this.#bounds
    if (found.depth < maxDepth) return found
    this.odd.push({ comment, why: 'TOO_DEEP' })
    return this.#byId.get(found.path[maxDepth - 1] ?? '') ?? null
  }

  #add(comment: T, parent: Place | null): void {
    const { id, articleId, status } = comment
    const place: NewPlace = {
      ...{ id, articleId, status, parentId: parent?.id ?? null, threadId: parent?.threadId ?? id, depth: parent ? parent.depth + 1 : 0 },
      ...{ path: [...(parent?.path ?? []), id], listed: false, replyCount: 0, listCount: 0 },
      ...{ pinnedAt: this.#pin(comment, parent), locked: comment.closed && !parent },
    }
    if (comment.closed && parent) this.odd.push({ comment, why: 'CLOSED_NOT_KEPT' })
    this.#byId.set(id, place)
    this.#new.add(place)
    this.placed.push({ comment, place })
    if (status !== 'APPROVED') return
    this.#growthOf(articleId).comments++
    if (parent) this.#touch(parent).replyCount++
    this.#list(place)
  }

  /** A comment that is listed lists all above it, up to the first that is already. */
  #list(from: Place): void {
    for (let place: Place | undefined = from; place && !place.listed; ) {
      this.#touch(place).listed = true
      const parent: Place | undefined = place.parentId === null ? undefined : this.#byId.get(place.parentId)
      if (parent) this.#touch(parent).listCount++
      else this.#growthOf(place.articleId).threads++
      place = parent
    }
  }

  #touch(place: Place): Place {
    if (!this.#new.has(place)) this.changed.add(place)
    return place
  }

  #pin(comment: T, parent: Place | null): Date | null {
    if (!comment.sticky) return null
    const growth = this.#growthOf(comment.articleId)
    if (parent || comment.status !== 'APPROVED' || growth.pinned >= (this.#bounds.pins.get(comment.articleId) ?? 0)) {
      this.odd.push({ comment, why: 'STICKY_NOT_KEPT' })
      return null
    }
    growth.pinned++
    return comment.createdAt
  }

  #growthOf(articleId: string): Growth {
    const growth = this.growth.get(articleId) ?? { comments: 0, threads: 0, pinned: 0 }
    this.growth.set(articleId, growth)
    return growth
  }
}
