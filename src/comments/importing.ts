/** Bringing in comments from another program: quiet, by the hundred, each once. */
import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Context } from '../context.js'
import { type ImportedAuthor, storeAuthors } from '../identity/identity.js'
import type { Inside, Tx } from '../platform/database.js'
import { withoutForbiddenCharacters } from '../platform/plain-text.js'
import { TextEmpty, TextNotAllowed, TextTooLong } from './errors.js'
import { type Arranged, type Arriving, arrange, type Bounds, type Held } from './import.rules.js'
import * as store from './import.store.js'
import type { Status } from './rules.js'
import { longestText, renderText, sanitize } from './text.js'

export { type LostWhy, lostAmong, type Oddity } from './import.rules.js'
export { type Origin, whereabouts } from './import.store.js'

/** A comment as it was elsewhere. */
export interface ImportedComment extends store.Origin {
  parentSourceId: string | null
  articleId: string
  author: ImportedAuthor
  status: Status
  createdAt: Date
  text: ImportedText
  votes: { up: number; down: number } | null
  sticky: boolean
  closed: boolean
  /** Nothing of its article comes any more. */
  final: boolean
}

/** A comment's words; `kept` says how. */
export interface ImportedText {
  source: string
  html: string
  kept: 'AS_WRITTEN' | 'EMPTY' | 'WHOLE'
}

/**
 * The words of an imported comment: its Markdown, made into HTML like any other. What a reader could not post here (too long, for one) is
 * kept all the same, as the HTML that it was, sanitized: nothing that somebody said is lost.
 */
export function importedText(markdown: string, original: string): ImportedText {
  try {
    return { ...renderText(markdown, longestText), kept: 'AS_WRITTEN' }
  } catch (error) {
    const foreseen = [TextEmpty, TextNotAllowed, TextTooLong].some((kind) => error instanceof kind)
    if (!foreseen) throw error
    const text = { source: markdown.normalize('NFC').trim() }
    if (error instanceof TextEmpty) return { ...text, html: '', kept: 'EMPTY' }
    return { ...text, html: withoutForbiddenCharacters(sanitize(withParagraphs(original))), kept: 'WHOLE' }
  }
}

/** By which key `Bounds.lost` and `lostAmong` name a comment. */
export function keyOf({ source, sourceId }: store.Origin): string {
  return `${source}\n${sourceId}`
}

/**
 * Writes comments that are not there yet, in one transaction with whatever else the caller does; the caller tells the articles' logs
 * `growth`, last of all. What is in `waiting` was not written.
 */
export async function importComments<T extends ImportedComment>(
  { tx, site }: Pick<Inside<Context>, 'tx' | 'site'>,
  comments: readonly T[],
  bounds: Pick<Bounds, 'pins' | 'lost'>,
): Promise<Arranged<Arriving & { given: T }>> {
  // People before comments, as everywhere.
  const authors = await storeAuthors(
    { tx, site },
    comments.map(({ author }) => author),
  )
  const arriving = comments.map((given, i) => ({ ...arrivingOf(site.id, given), authorId: authors[i] ?? '' }))
  const held = await hold(tx, site.id, arriving)
  const arranged = arrange(arriving, held, { ...bounds, maxDepth: site.settings.maxDepth })
  const { placed, changed } = arranged
  const rows = placed.map(({ comment: { given, authorId }, place }) => ({ ...place, ...columnsOf(given), authorId }))
  if (rows.length > 0) await store.insert(tx, site.id, rows)
  if (changed.length > 0) await store.recountHeld(tx, changed)
  return arranged
}

/** Holds the parents that are there already, and all above them. */
async function hold(tx: Tx, siteId: string, arriving: readonly (Arriving & { given: ImportedComment })[]): Promise<Held> {
  const known = new Set(arriving.map(({ key }) => key))
  const above = arriving.flatMap(({ given }) => parentOf(given) ?? []).filter((parent) => !known.has(keyOf(parent)))
  const parents = above.length > 0 ? await store.whereabouts(tx, siteId, above) : []
  const ids = [...new Set(parents.flatMap(({ path }) => path))]
  const places = ids.length > 0 ? await store.lock(tx, ids) : []
  return { places, parents: new Map(parents.map((parent) => [keyOf(parent), parent.id])) }
}

function arrivingOf<T extends ImportedComment>(siteId: string, given: T): Arriving & { given: T } {
  const { articleId, status, createdAt, sticky, closed, final } = given
  const parent = parentOf(given)
  const id = importedId(siteId, given)
  return { given, id, key: keyOf(given), parentKey: parent && keyOf(parent), articleId, status, createdAt, sticky, closed, final }
}

/**
 * The id of an imported comment, the same in every run: its moment of writing, then its number (comments of one second keep their order),
 * then a hash. A UUIDv7 has 42 bits left for that.
 */
function importedId(siteId: string, { source, sourceId, createdAt }: store.Origin & { createdAt: Date }): string {
  const random = createHash('sha256').update(`${siteId}\n${source}\n${sourceId}`).digest()
  const seq = /^\d+$/.test(sourceId) ? Number(BigInt(sourceId) % 0x1_0000_0000n) : random.readUInt32BE(16)
  return uuidv7({ msecs: createdAt.getTime(), seq, random })
}

function parentOf({ source, parentSourceId }: ImportedComment): store.Origin | null {
  return parentSourceId === null ? null : { source, sourceId: parentSourceId }
}

function columnsOf({ source, sourceId, createdAt, text, votes }: ImportedComment) {
  return { source, sourceId, createdAt, text: text.source, html: text.html, importedUp: votes?.up ?? 0, importedDown: votes?.down ?? 0 }
}

/** Older names of tags that a comment may have. */
const todays: Readonly<Record<string, string>> = { b: 'strong', i: 'em', del: 's', strike: 's' }

/** Line breaks and empty lines mean the same in such a text as in Markdown. */
function withParagraphs(html: string): string {
  const named = html.replace(
    /<(\/?)(b|i|del|strike)(?=[\s>])/gi,
    (_tag, slash: string, name: string) => `<${slash}${todays[name.toLowerCase()]}`,
  )
  const paragraphs = named.replace(/\r\n?/g, '\n').split(/\n[^\S\n]*\n\s*/)
  return paragraphs.map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br />')}</p>`).join('\n')
}
