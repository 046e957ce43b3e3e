/** What can be done with sites. */
import type { Database } from '../platform/database.js'
import { Refused } from '../platform/errors.js'
import { knownSites } from './known.js'
import { placeOf } from './origins.js'
import type { Site } from './rules.js'
import * as store from './store.js'

export { changeSite, createSite, type NewSite, type SiteChange, siteChanged } from './changing.js'
export { allSites, originAllowed, siteNow } from './known.js'

/** What a request says of the site it means. */
export interface SiteHints {
  /** The header X-Colloquy-Site: a slug or an id. */
  name?: string | null | undefined
  /** The URLs of articles that it names; asked for only where they decide. */
  urls: () => readonly string[]
  /** The header Origin. */
  origin?: string | null | undefined
}

/** The site a request is for: the one it names, else the only one, else that of its URLs, else that of its page. Throws NOT_FOUND, BAD_USER_INPUT. */
export async function siteFor(db: Database, { name, urls, origin }: SiteHints): Promise<Site> {
  const { sites, byPlace } = await knownSites(db)
  if (name) {
    const named = sites.find((site) => site.slug === name || site.id === name)
    if (named) return named
    throw new Refused('NOT_FOUND', `There is no site "${name.slice(0, 100)}".`)
  }
  const [only] = sites
  if (only && sites.length === 1) return only
  const siteOf = (url: string) => byPlace.get(placeOf(url) ?? '')
  const meant = new Set(urls().flatMap((url) => siteOf(url) ?? []))
  if (meant.size > 1)
    throw new Refused('BAD_USER_INPUT', 'These URLs belong to several sites: ask for those of each in an operation of its own.')
  const [site = origin ? siteOf(origin) : undefined] = meant
  if (!site) throw new Refused('BAD_USER_INPUT', 'Name the site that is meant in the header X-Colloquy-Site.')
  return site
}

const marks = new WeakMap<Database, Promise<string>>()

/** The mark of this database in cursors: read once, and again after a failure. */
export function databaseMark(db: Database): Promise<string> {
  const kept = marks.get(db)
  if (kept !== undefined) return kept
  const mark = store.databaseMark(db).catch((error: unknown) => {
    marks.delete(db)
    throw error
  })
  marks.set(db, mark)
  return mark
}

/** Whether the database answers. Throws Unavailable. */
export async function ping(db: Database): Promise<void> {
  await store.databaseMark(db)
}
