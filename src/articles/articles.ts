/** What can be done with articles. */
import { v5 as uuidv5 } from 'uuid'
import { noteOf, record } from '../audit/audit.js'
import type { Context, SignedIn } from '../context.js'
import { holdModerator } from '../identity/standing.js'
import { moderates } from '../identity/viewer.js'
import type { Inside } from '../platform/database.js'
import { LostRace, Refused } from '../platform/errors.js'
import { plainText } from '../platform/plain-text.js'
import { once } from '../platform/request-key.js'
import { transaction } from '../platform/transaction.js'
import { canonicalUrl, linkUrl } from './address.js'
import { AddressNotAllowed, AddressTaken, ArticleNotFound, TitleNotAllowed } from './errors.js'
import * as imports from './import.store.js'
import { append, leadOn } from './log.js'
import { type ArticleRow, type ArticleState, addressRuleOf, mayKnowOf } from './rules.js'
import * as store from './store.js'

/** The articles among `ids` that this viewer may know of, by the id that was asked; merged ones answer with what they became. */
export async function visible({ db, site, viewer }: Context, ids: readonly string[]): Promise<Map<string, ArticleRow>> {
  const rows = await store.byIds(db, site.id, ids)
  return new Map(rows.filter((row) => mayKnowOf(row, moderates(viewer))).map((row) => [row.asked, row]))
}

/** The article under this URL; one that nobody has commented on yet is an empty discussion. Null where it is hidden. */
export async function articleByUrl(ctx: Context, url: string): Promise<ArticleRow | null> {
  const address = addressFor(ctx, url)
  if (!address)
    throw new Refused('BAD_USER_INPUT', `"${url.slice(0, 200)}" is not under one of this site’s origins: ${ctx.site.origins.join(', ')}.`)
  const row = (await store.byUrl(ctx.db, ctx.site.id, address.canonical)) ?? unsaved(ctx, address)
  return mayKnowOf(row, moderates(ctx.viewer)) ? row : null
}

/** The article that the publisher registered under this key. */
export async function articleByKey(ctx: Context, key: string): Promise<ArticleRow | null> {
  const row = await store.byKey(ctx.db, ctx.site.id, key)
  return row && mayKnowOf(row, moderates(ctx.viewer)) ? row : null
}

/** How many approved comments stand under each URL, in the order of `urls`; 0 for what nobody has commented on, hidden or foreign. */
export async function commentCounts(ctx: Context, urls: readonly string[]): Promise<{ url: string; count: number }[]> {
  const canonical = urls.map((url) => addressOn(ctx.site, url))
  const rows = await store.counts(
    ctx.db,
    ctx.site.id,
    canonical.filter((url) => url !== null),
  )
  const found = new Map(rows.map((row) => [row.canonicalUrl, mayKnowOf(row, moderates(ctx.viewer)) ? row.commentCount : 0]))
  return urls.map((url, i) => ({ url, count: found.get(canonical[i] ?? '') ?? 0 }))
}

/** Which article a comment is for: an id that is known, or a URL. */
export interface ArticleChoice {
  articleId?: string | null | undefined
  url?: string | null | undefined
}

/** The stored article for a comment, stored now if its URL is new. Throws ArticleNotFound, AddressNotAllowed. */
export async function articleForWriting(inside: Inside<Context>, choice: ArticleChoice): Promise<ArticleRow> {
  const { tx, site, viewer } = inside
  const known = choice.articleId ? (await store.byIds(tx, site.id, [choice.articleId]))[0] : undefined
  const row = known ?? (choice.url ? await storedByUrl(inside, choice.url) : null)
  if (!row || !mayKnowOf(row, moderates(viewer))) throw new ArticleNotFound()
  return row
}

/** The id that `articleForWriting` will answer with, as far as it can be told without reading. */
export function likelyArticleId(ctx: Pick<Context, 'site'>, { articleId, url }: ArticleChoice): string {
  return articleId ?? derivedId(ctx, addressOn(ctx.site, url ?? '') ?? '')
}

/** What a publisher's server says of an article. */
export interface Registration {
  key: string
  articleKey: string
  url: string
  title?: string | null | undefined
  publishedAt?: Date | null | undefined
}

/** Registers an article under the publisher's own key, or brings it up to date. Throws AddressNotAllowed, AddressTaken, TitleNotAllowed, KeyReused. */
export function registerArticle(ctx: SignedIn, input: Registration): Promise<{ articleId: string }> {
  return once<{ articleId: string }>(ctx, 'registerArticle', input, (keep) => {
    const address = addressFor(ctx, input.url)
    if (!address) throw new AddressNotAllowed()
    const { canonical, link: url } = address
    const title = input.title == null ? null : plainOr(input.title, 500)
    const about = { key: plainOr(input.articleKey, 200), title, publishedAt: input.publishedAt ?? null, url }
    return transaction(ctx, async (inside) => {
      const { tx, site } = inside
      await holdModerator(inside)
      const named = await store.byKey(tx, site.id, about.key)
      const known = named ?? (await store.byUrl(tx, site.id, canonical))
      const { id, key } = known ?? (await storeNew(inside, address, about))
      if (!named && key && key !== about.key) throw new AddressTaken()
      await keep(tx, { articleId: id })
      if (await store.claimUrl(tx, site.id, id, address)) throw new AddressTaken()
      await leadOn(inside, derivedId(inside, canonical), { id, url })
      // A key that leads to another article by a merge stays with the one that was merged.
      await store.describe(tx, id, { ...about, key: named ? null : about.key })
      await append(tx, site.id, id, { events: known ? [{ kind: 'ARTICLE' }] : [] })
      return { articleId: id }
    })
  })
}

/** Opens, closes or hides a discussion. Throws ArticleNotFound, NoteTooLong, NoteNotAllowed, KeyReused. */
export function setArticleState(
  ctx: SignedIn,
  input: { key: string; articleId: string; note?: string | null | undefined },
  state: ArticleState,
): Promise<{ articleId: string }> {
  return once<{ articleId: string }>(ctx, `setArticleState:${state}`, input, (keep) => {
    const note = noteOf(input.note) ?? undefined
    return transaction(ctx, async (inside) => {
      const { tx, site, viewer } = inside
      await holdModerator(inside)
      const [article] = await store.byIds(tx, site.id, [input.articleId])
      if (!article) throw new ArticleNotFound()
      await keep(tx, { articleId: article.id })
      if ((await store.holdTarget(tx, site.id, article.id)) !== null) throw new LostRace('The article was merged meanwhile.')
      const subject = { subjectKind: 'ARTICLE', subjectId: article.id } as const
      await record(tx, [{ siteId: site.id, actorId: viewer.id, action: `article.${state.toLowerCase()}`, ...subject, note }])
      await store.setState(tx, site.id, article.id, state)
      await append(tx, site.id, article.id, { events: [{ kind: 'ARTICLE' }] })
      return { articleId: article.id }
    })
  })
}

export type { FoundArticle } from './import.store.js'
export { closeRetired, giveAddress, holdArticles, holdTarget, onlyHidden, retireArticle } from './joining.js'

/** An article as an importer found it. */
export interface ImportedArticle {
  key: string
  url: string
  /** What `addressOn` makes of `url`. */
  canonical: string
  title: string | null
  publishedAt: Date | null
  /** Its discussion's where it is new here; one that is here keeps its own. */
  state: ArticleState
}

/** A URL as this site compares it; null where it belongs to none of the site's origins. */
export function addressOn(site: Context['site'], url: string): string | null {
  return addressFor({ site }, url)?.canonical ?? null
}

/** The stored articles that are meant, in the order of `articles`: by their address, else by their key. */
export async function findImported(db: Context['db'], site: Context['site'], articles: readonly ImportedArticle[]) {
  return imports.find(db, site.id, articles)
}

/**
 * The same, stored now where they are new; an article that readers have commented on gains what it lacks of key, title and date. What is to
 * be hidden tells nothing to one that is not.
 */
export async function storeImported({ tx, site }: Pick<Inside<Context>, 'tx' | 'site'>, articles: readonly ImportedArticle[]) {
  const found = await imports.find(tx, site.id, articles)
  const missing = articles.filter((_article, i) => !found[i])
  if (missing.length > 0) {
    // Of two with one address the first is the article.
    const first = new Map(missing.toReversed().map((article) => [derivedId({ site }, article.canonical), article]))
    const rows = [...first].map(([id, article]) => ({ ...article, id, link: addressFor({ site }, article.url)?.link ?? article.canonical }))
    await imports.insert(tx, site.id, rows)
  }
  const known = articles.flatMap((article, i) => {
    const here = found[i]
    return here && (article.state !== 'HIDDEN' || here.state === 'HIDDEN') ? [{ ...article, id: here.id }] : []
  })
  if (known.length > 0) await imports.fill(tx, site.id, known)
  const stored = missing.length > 0 ? await imports.find(tx, site.id, articles) : found
  return stored.map((article, i) => {
    if (!article) throw new Error('A new article was stored without its URL.')
    return { ...article, isNew: !found[i] }
  })
}

/** To be asked after writing under these articles: throws LostRace, for the transaction to be tried again, where a merge was faster. */
export async function assertNotMerged({ tx, site }: Pick<Inside<Context>, 'tx' | 'site'>, ids: readonly string[]): Promise<void> {
  if (await imports.anyMerged(tx, site.id, ids)) throw new LostRace('An article was merged meanwhile.')
}

/** The id that a URL's article has, before it is stored and after. */
function derivedId({ site }: Pick<Context, 'site'>, canonical: string): string {
  return uuidv5(canonical, site.id)
}

/** A URL under which this site may have an article. */
interface Address {
  /** As somebody wrote it: a rule that is widened later begins with it. */
  given: string
  canonical: string
  /** As others are shown it. */
  link: string
}

/** null for a URL that belongs to none of the site's origins. */
function addressFor({ site }: Pick<Context, 'site'>, given: string): Address | null {
  const rule = addressRuleOf(site)
  const link = linkUrl(given, site.origins, rule)
  const canonical = link === null ? null : canonicalUrl(given, rule)
  return link !== null && canonical !== null ? { given, canonical, link } : null
}

async function storedByUrl(inside: Inside<Context>, url: string): Promise<ArticleRow> {
  const address = addressFor(inside, url)
  if (!address) throw new AddressNotAllowed()
  const stored = await store.byUrl(inside.tx, inside.site.id, address.canonical)
  return stored ?? storeNew(inside, address, { key: null, title: null, publishedAt: null })
}

async function storeNew(
  { tx, site }: Inside<Context>,
  { canonical, link: url, given }: Address,
  { key, title, publishedAt }: Pick<ArticleRow, 'key' | 'title' | 'publishedAt'>,
): Promise<ArticleRow> {
  await store.insert(tx, { id: derivedId({ site }, canonical), siteId: site.id, key, title, publishedAt, url, canonical, given })
  // Where others were faster, it is the article that they stored under the same URL or key.
  const row = (await store.byUrl(tx, site.id, canonical)) ?? (key === null ? null : await store.byKey(tx, site.id, key))
  if (!row) throw new Error('A new article was stored without its URL.')
  return row
}

function unsaved(ctx: Context, { canonical, link: url }: Address): ArticleRow {
  const nothing = { key: null, title: null, publishedAt: null, createdAt: null, lastSeq: 0n, commentCount: 0, threadCount: 0 }
  return { id: derivedId(ctx, canonical), url, state: 'OPEN', ...nothing }
}

function plainOr(text: string, maximum: number): string {
  const plain = plainText(text, { maximum })
  if (!plain.ok) throw new TitleNotAllowed()
  return plain.value
}

/** A URL whose canonical form is another by now. */
export interface StaleAddress {
  articleId: string
  canonical: string
  given: string
}

/** URLs are looked through in pages of this size. */
const addressesAPage = 500

/** The URLs after `after` whose canonical form the site's rule changed; `last` is where to go on, null at the end. */
export async function staleAddresses(
  { db, site }: Pick<Context, 'db' | 'site'>,
  after: string,
): Promise<{ stale: StaleAddress[]; last: string | null }> {
  const rows = await store.urlsAfter(db, site.id, after, addressesAPage)
  const stale = rows.flatMap(({ articleId, canonicalUrl: old, givenUrl: given }) => {
    const canonical = canonicalUrl(given, addressRuleOf(site))
    return canonical && canonical !== old ? [{ articleId, canonical, given }] : []
  })
  return { stale, last: rows.length === addressesAPage ? (rows.at(-1)?.canonicalUrl ?? null) : null }
}

/** Points a URL's new form at its article; where another article has it already, says which would join which. */
export async function moveAddress(
  { tx, site }: Pick<Inside<Context>, 'tx' | 'site'>,
  { articleId, canonical, given }: StaleAddress,
): Promise<{ fromId: string; intoId: string } | null> {
  const [article] = await store.byIds(tx, site.id, [articleId])
  if (!article) return null
  const other = await store.claimUrl(tx, site.id, article.id, { canonical, given })
  if (other === null) await leadOn({ tx, site }, derivedId({ site }, canonical), article)
  return other === null ? null : { fromId: article.id, intoId: other }
}
