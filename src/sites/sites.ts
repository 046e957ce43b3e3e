/** What can be done with sites. */
import { v7 as uuidv7 } from 'uuid'
import { record } from '../audit/audit.js'
import type { Database } from '../platform/database.js'
import { Refused } from '../platform/errors.js'
import { enqueue } from '../platform/jobs.js'
import { plainText } from '../platform/plain-text.js'
import { once } from '../platform/request-key.js'
import { transaction } from '../platform/transaction.js'
import { SettingsNotAllowed } from './errors.js'
import { type Site, siteSettings } from './rules.js'
import * as store from './store.js'

/** A change of settings reaches the other processes within this time. */
const freshMs = 1000

interface Known {
  readAt: number
  sites: Promise<Site[]>
}

const known = new WeakMap<Database, Known>()

/** All sites, at most a second old. */
export function allSites(db: Database): Promise<Site[]> {
  const kept = known.get(db)
  if (kept && Date.now() - kept.readAt < freshMs) return kept.sites
  const sites = store.all(db).then((rows) => rows.map(siteOf))
  known.set(db, { readAt: Date.now(), sites })
  sites.catch(() => known.delete(db))
  return sites
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

/** One site as it is at this moment; null where there is none. */
export async function siteNow(db: Database, id: string): Promise<Site | null> {
  const row = (await store.all(db)).find((each) => each.id === id)
  return row ? siteOf(row) : null
}

/** What a request says of the site it means. */
export interface SiteHints {
  /** The header X-Colloquy-Site: a slug or an id. */
  name?: string | null | undefined
  /** An article's URL, or the header Origin. */
  urls: readonly (string | null | undefined)[]
}

/** The site a request is for: by its name, else by the origin of a URL, else the only one. Throws NOT_FOUND, BAD_USER_INPUT. */
export async function siteFor(db: Database, { name, urls }: SiteHints): Promise<Site> {
  const sites = await allSites(db)
  if (name) {
    const named = sites.find((site) => site.slug === name || site.id === name)
    if (named) return named
    throw new Refused('NOT_FOUND', `There is no site "${name.slice(0, 100)}".`)
  }
  const origins = urls.map(originOf)
  const site = sites.find((each) => each.origins.some((origin) => origins.includes(origin))) ?? (sites.length === 1 ? sites[0] : undefined)
  if (!site) throw new Refused('BAD_USER_INPUT', 'Name the site that is meant in the header X-Colloquy-Site.')
  return site
}

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

/** Makes a site; null when the slug is taken. Throws SettingsNotAllowed. */
export async function createSite(db: Database, input: NewSite): Promise<string | null> {
  if (!slugs.test(input.slug))
    throw new SettingsNotAllowed(`A slug has at most 50 small letters, digits and hyphens; "${input.slug}" is none.`)
  const checked = checkedSite({ settings: {}, ...input })
  const id = uuidv7()
  const made = await transaction({ db }, ({ tx }) =>
    store.insert(tx, { id, slug: input.slug, ssoSecret: input.ssoSecret ?? null, ...checked }),
  )
  known.delete(db)
  return made ? id : null
}

/** What an admin may change of a site; what is absent stays. */
export interface SiteChange {
  key: string
  name?: string | null | undefined
  origins?: string[] | null | undefined
  settings?: object | null | undefined
}

/** The kind of job that follows every change of a site, so that higher features can do what it means for them. */
export const siteChanged = 'site.changed'

/** Changes a site's name, origins or settings, for every process within a second. Throws SettingsNotAllowed, KeyReused. */
export async function updateSite(ctx: { db: Database; site: Site; viewer: { id: string } }, input: SiteChange): Promise<Site | null> {
  const { siteId } = await once<{ siteId: string }>(ctx, 'updateSite', input, (keep) =>
    transaction(ctx, async ({ tx, site, viewer }) => {
      await keep(tx, { siteId: site.id })
      // Held, and not the site that the request knows: that may be a second old, and another admin at work.
      const had = await store.hold(tx, site.id)
      const settings = { ...siteSettings.parse(had.settings), ...input.settings }
      const next = checkedSite({ name: input.name ?? had.name, origins: input.origins ?? had.origins, settings })
      await store.update(tx, { id: site.id, ...next })
      await record(tx, [{ siteId: site.id, actorId: viewer.id, action: 'site.update', subjectKind: 'SITE', subjectId: site.id }])
      await enqueue(tx, { kind: siteChanged, data: {}, key: site.id, siteId: site.id })
      return { siteId: site.id }
    }),
  )
  known.delete(ctx.db)
  return (await allSites(ctx.db)).find(({ id }) => id === siteId) ?? null
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

function siteOf(row: store.SiteRow): Site {
  return { ...row, settings: siteSettings.parse(row.settings) }
}

function checkedSite(site: { name: string; origins: string[]; settings: unknown }) {
  const name = plainText(site.name, { maximum: 100 })
  if (!name.ok) throw new SettingsNotAllowed('The name of a site has 1 to 100 characters.')
  const origins = site.origins.map((origin) => originOf(origin) ?? refuseOrigin(origin))
  const settings = siteSettings.strict().safeParse(site.settings)
  if (!settings.success)
    throw new SettingsNotAllowed(settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return { name: name.value, origins, settings: settings.data }
}

function refuseOrigin(origin: string): never {
  throw new SettingsNotAllowed(`"${origin}" is not an origin such as https://www.example.com.`)
}

function originOf(url: string | null | undefined): string | undefined {
  const parsed = url && URL.canParse(url) ? new URL(url) : null
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.origin : undefined
}
