/** What can be done with sites. */
import type { Database } from '../platform/database.js'
import { Refused } from '../platform/errors.js'
import { forgetSites, type Known, knownSites } from './known.js'
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
export async function siteFor(db: Database, hints: SiteHints): Promise<Site> {
  try {
    return siteAmong(await knownSites(db), hints)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    // Another process may have made it a moment ago.
    forgetSites(db)
    return siteAmong(await knownSites(db), hints)
  }
}

function siteAmong({ sites, byPlace }: Known, { name, urls, origin }: SiteHints): Site {
  if (name) {
    const named = sites.find((site) => site.slug === name || site.id === name)
    if (named) return named
    throw new Refused('NOT_FOUND', `There is no site "${name.slice(0, 100)}".`)
  }
  const [only] = sites
  if (!only) throw new Refused('NOT_FOUND', 'There is no site yet: make one with "colloquy site create".')
  if (sites.length === 1) return only
  const siteOf = (url: string) => byPlace.get(placeOf(url) ?? '')
  const meant = new Set(urls().flatMap((url) => siteOf(url) ?? []))
  if (meant.size > 1)
    throw new Refused('BAD_USER_INPUT', 'These URLs belong to several sites: ask for those of each in an operation of its own.')
  const [site = origin ? siteOf(origin) : undefined] = meant
  if (!site) throw new Refused('BAD_USER_INPUT', 'Name the site that is meant in the header X-Colloquy-Site.')
  return site
}

/** The mark of this database in cursors, at most a second old: another database can take its place while the program runs. */
export async function databaseMark(db: Database): Promise<string> {
  return (await knownSites(db)).mark
}

/** Gives this database another mark, so that cursors of the one that it was copied from are told from its own. */
export async function renewDatabaseMark(db: Database): Promise<void> {
  await store.renewMark(db)
  forgetSites(db)
}

/** Whether the database answers. Throws Unavailable. */
export async function ping(db: Database): Promise<void> {
  await store.ping(db)
}
