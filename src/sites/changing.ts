/** Making and changing sites: what is checked, and that no two of them claim the same URLs. */
import { v7 as uuidv7 } from 'uuid'
import { record } from '../audit/audit.js'
import type { Database, Tx } from '../platform/database.js'
import { enqueue } from '../platform/jobs.js'
import { plainText } from '../platform/plain-text.js'
import { transaction } from '../platform/transaction.js'
import { OriginTaken, SettingsNotAllowed } from './errors.js'
import { forgetSites } from './known.js'
import { originOf, placesOf } from './origins.js'
import { faultOfOrigin, faultsOfSettings, mostOrigins, type SiteSettings, siteSettings } from './rules.js'
import * as store from './store.js'

/** What may stand in a header and in an address as it is. */
const slugs = /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/

/** A site to be made. */
export interface NewSite {
  slug: string
  name: string
  origins: string[]
  settings?: unknown
  ssoSecret?: string | null
}

/** Makes a site; null when the slug is taken. Throws SettingsNotAllowed, OriginTaken. */
export async function createSite(db: Database, input: NewSite): Promise<string | null> {
  if (!slugs.test(input.slug))
    throw new SettingsNotAllowed(`A slug has at most 50 small letters, digits and hyphens; "${input.slug}" is none.`)
  const checked = checkedSite({ settings: {}, ...input })
  const id = uuidv7()
  const made = await transaction({ db }, async ({ tx }) => {
    const others = await store.holdAll(tx)
    if (others.some(({ slug }) => slug === input.slug)) return false
    assertFree(checked, others)
    await store.insert(tx, { id, slug: input.slug, ssoSecret: input.ssoSecret ?? null, ...checked })
    return true
  })
  forgetSites(db)
  return made ? id : null
}

/** What may be changed of a site; what is absent stays. */
export interface SiteChange {
  name?: string | null | undefined
  /** All of them; or some to be added to those that it has, and some to be taken away. */
  origins?: readonly string[] | null | undefined
  addOrigins?: readonly string[]
  removeOrigins?: readonly string[]
  settings?: object | null | undefined
}

/** The kind of job that follows every change of a site, so that higher features can do what it means for them. */
export const siteChanged = 'site.changed'

/**
 * Changes a site's name, origins or settings; null for an actor is whoever operates the program. Whoever commits it calls `siteNow` next;
 * other processes know it within a second. Throws SettingsNotAllowed, OriginTaken.
 */
export async function changeSite(
  { tx, site }: { tx: Tx; site: { id: string } },
  change: SiteChange,
  actorId: string | null,
): Promise<void> {
  // As they stand now: what requests know of the sites may be a second old, and another admin at work.
  const sites = await store.holdAll(tx)
  const had = sites.find(({ id }) => id === site.id)
  if (!had) throw new Error('A site that was asked for is gone.')
  const settings = { ...siteSettings.parse(had.settings), ...change.settings }
  const next = checkedSite({ name: change.name ?? had.name, origins: originsAfter(change, had.origins), settings })
  assertFree(
    next,
    sites.filter(({ id }) => id !== site.id),
  )
  await store.update(tx, { id: site.id, ...next })
  await record(tx, [{ siteId: site.id, actorId, action: 'site.update', subjectKind: 'SITE', subjectId: site.id }])
  await enqueue(tx, { kind: siteChanged, data: {}, key: site.id, siteId: site.id })
}

function originsAfter({ origins, addOrigins = [], removeOrigins = [] }: SiteChange, had: readonly string[]): string[] {
  const before = origins ?? had
  const gone = removeOrigins.map(checkedOrigin)
  const stranger = gone.find((origin) => !before.includes(origin))
  if (stranger) throw new SettingsNotAllowed(`"${stranger}" is not an origin of this site.`)
  return [...before.filter((origin) => !gone.includes(origin)), ...addOrigins]
}

interface CheckedSite {
  name: string
  origins: string[]
  settings: SiteSettings
}

function checkedSite(site: { name: string; origins: readonly string[]; settings: unknown }): CheckedSite {
  const name = plainText(site.name, { maximum: 100 })
  if (!name.ok) throw new SettingsNotAllowed('The name of a site is a text of 1 to 100 characters, without control characters.')
  const origins = [...new Set(site.origins.map(checkedOrigin))]
  if (origins.length === 0 || origins.length > mostOrigins) throw new SettingsNotAllowed(`A site has 1 to ${mostOrigins} origins.`)
  const settings = siteSettings.strict().safeParse(site.settings)
  if (!settings.success) throw new SettingsNotAllowed(faultsOfSettings(settings.error))
  return { name: name.value, origins, settings: settings.data }
}

function checkedOrigin(text: string): string {
  const fault = faultOfOrigin(text)
  if (fault !== null) throw new SettingsNotAllowed(fault)
  return originOf(text) ?? text
}

/** A URL belongs to one site: who could claim another's would be given what its readers ask for. */
function assertFree({ origins, settings }: CheckedSite, others: readonly store.SiteRow[]): void {
  const wanted = placesOf(origins, settings.hostAliases)
  const taken = new Set(others.flatMap((other) => placesOf(other.origins, siteSettings.parse(other.settings).hostAliases)))
  const place = wanted.find((each) => taken.has(each))
  if (place !== undefined) throw new OriginTaken(place)
}
