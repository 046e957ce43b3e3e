/** The sites as requests know them: at most a second old. */
import type { Database } from '../platform/database.js'
import { placesOf } from './origins.js'
import { type Site, siteSettings } from './rules.js'
import * as store from './store.js'

/** A change of settings reaches the other processes within this time. */
const freshMs = 1000

/** What a process knows of the sites of its database. */
export interface Known {
  /** Which database this is. */
  mark: string
  sites: readonly Site[]
  /** Whose URLs those of a place are: see origins.ts. */
  byPlace: ReadonlyMap<string, Site>
}

const known = new WeakMap<Database, { readAt: number; known: Promise<Known> }>()

/** All sites, and which URLs are whose. */
export function knownSites(db: Database): Promise<Known> {
  const kept = known.get(db)
  if (kept && Date.now() - kept.readAt < freshMs) return kept.known
  const read = store.allWithMark(db).then(knownOf)
  known.set(db, { readAt: Date.now(), known: read })
  read.catch(() => known.delete(db))
  return read
}

/** All sites. */
export async function allSites(db: Database): Promise<readonly Site[]> {
  return (await knownSites(db)).sites
}

/** Has the sites read again, because this process has changed them. */
export function forgetSites(db: Database): void {
  known.delete(db)
}

/** One site as it is at this moment, for all that this process does from now on; null where there is none. */
export async function siteNow(db: Database, id: string): Promise<Site | null> {
  forgetSites(db)
  return (await allSites(db)).find((site) => site.id === id) ?? null
}

const lastOrigins = new WeakMap<Database, readonly string[]>()

/** Whether this is an origin of a site; while the database is away, as far as was known last, so that a page learns why it is refused. */
export async function originAllowed(db: Database, origin: string): Promise<boolean> {
  const origins = await allSites(db).then(
    (sites) => sites.flatMap((site) => site.origins),
    () => lastOrigins.get(db) ?? [],
  )
  lastOrigins.set(db, origins)
  return origins.includes(origin)
}

function knownOf(rows: Awaited<ReturnType<typeof store.allWithMark>>): Known {
  const sites = rows.flatMap(({ mark: _mark, ...row }) => (row.id === null ? [] : { ...row, settings: siteSettings.parse(row.settings) }))
  const places = sites.flatMap((site) => placesOf(site.origins, site.settings.hostAliases).map((place) => [place, site] as const))
  return { mark: rows[0]?.mark ?? '', sites, byPlace: new Map(places) }
}
