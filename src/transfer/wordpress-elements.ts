/**
 * Puts the tags and texts of a WordPress export together to articles, comments, meta and their fields, whatever is missing between them: what was
 * not closed is closed by the next element that can only stand outside of it.
 */
import type { FaultCode, Skipped } from './records.js'
import { type XmlEvents, XmlScanner } from './xml.js'

/** Where a field stands: an article, a comment of it, a note of a plugin beside the comment. */
export type Level = 'file' | 'item' | 'comment' | 'meta'

/** What is told, in the order of the file; every `begin` has its `end`, except at the file's own end. */
export interface ElementEvents {
  begin(level: Level, line: number): void
  /** The text of a field, trimmed, without control characters; null where it was too long to be read. */
  value(level: Level, name: string, text: string | null): void
  end(level: Level): void
  /** The file stops in the midst of something. */
  truncated(level: Level): void
  fault(code: FaultCode, detail: string, skipped: Skipped, line: number): void
}

/** A longer text is dropped; WordPress's own column holds 65,535 bytes. In UTF-16 code units. */
const textLimit = 1_000_000

/** A CDATA section that was not closed swallows the markup up to the next one's end: no more than this is read again. */
const rereadLimit = 65_536

const levels: readonly Level[] = ['file', 'item', 'comment', 'meta']
const containers: ReadonlyMap<string, Level> = new Map([
  ['item', 'item'],
  ['wp:comment', 'comment'],
  ['wp:commentmeta', 'meta'],
])
const elementOf: Readonly<Record<Level, string>> = { file: 'rss', item: 'item', comment: 'wp:comment', meta: 'wp:commentmeta' }

/** The first field of an article and of a comment: met a second time, another has begun unnoticed. */
const firstFields: ReadonlyMap<string, Level> = new Map([
  ['title', 'item'],
  ['wp:comment_id', 'comment'],
])

const itemFields = [
  'title',
  'link',
  'guid',
  'pubDate',
  'wp:post_id',
  'wp:post_date',
  'wp:post_date_gmt',
  'wp:comment_status',
  'wp:status',
  'wp:post_password',
  'wp:post_type',
]
const commentFields = ['id', 'author', 'author_email', 'author_url', 'date', 'date_gmt', 'content', 'approved', 'type', 'parent', 'user_id']

/** The fields of each level that are read. */
const wanted: Readonly<Record<Level, ReadonlySet<string>>> = {
  file: new Set(['link', 'wp:base_blog_url']),
  item: new Set(itemFields),
  comment: new Set(commentFields.map((name) => `wp:comment_${name}`)),
  meta: new Set(['wp:meta_key', 'wp:meta_value']),
}

/** Fields whose text is passed over unread: long, or nobody's business; they may hold what looks like markup. */
const unwanted: Readonly<Record<Level, ReadonlySet<string>>> = {
  file: new Set(),
  item: new Set(['description', 'content:encoded', 'excerpt:encoded', 'wp:meta_value']),
  comment: new Set(['wp:comment_author_IP']),
  meta: new Set(),
}

/** Tags that end an unclosed field: nobody writes them into a text, unless as CDATA. */
const structural: ReadonlySet<string> = new Set([
  ...['rss', 'channel', 'wp:postmeta', ...containers.keys()],
  ...[wanted, unwanted].flatMap((fields) => levels.flatMap((level) => [...fields[level]].filter((name) => name.includes(':')))),
])

/** No text: C0 but for white space, DEL, C1 and the two that Unicode reserves. */
const controls = /[^\P{Control}\t\n\r]|[\ufffe\uffff]/u

interface Field {
  name: string
  line: number
  read: boolean
  text: string
  tooLong: boolean
  sections: number
}

/** Reads pieces of a file: `write` as they come, then `end` once. */
export class ElementReader implements XmlEvents {
  readonly #scanner = new XmlScanner(this)
  readonly #events: ElementEvents
  readonly #told = new Set<FaultCode>()
  /** The open elements; a damaged file may have a comment without an article. */
  #stack: Level[] = []
  #field: Field | null = null
  /** An element of no interest that is open beside the fields. */
  #passedOver = ''
  #firstSeen = { item: false, comment: false }
  #root: 'none' | 'open' | 'closed' = 'none'

  constructor(events: ElementEvents) {
    this.#events = events
  }

  write(piece: string): void {
    this.#scanner.write(piece)
  }

  end(): void {
    this.#scanner.end()
    if (this.#root === 'open' || this.#level !== 'file' || this.#field) this.#events.truncated(this.#level)
  }

  get #level(): Level {
    return this.#stack.at(-1) ?? 'file'
  }

  open(name: string, raw: string): void {
    if (this.#root === 'none') this.#root = 'open'
    if (this.#field && !structural.has(name)) this.#markup(raw)
    else {
      this.#endUnclosed()
      this.#beginElement(name)
    }
  }

  close(name: string, raw: string): void {
    if (this.#field?.name === name) this.#endField()
    else if (this.#field && !structural.has(name)) this.#markup(raw)
    else if (!this.#readAgain(name)) {
      this.#endUnclosed()
      this.#endElement(name)
    }
  }

  text(piece: string): void {
    const field = this.#field
    if (!field) this.#strayText(piece)
    if (!field?.read || field.tooLong) return
    field.text += piece
    if (field.text.length <= textLimit) return
    field.text = ''
    field.tooLong = true
  }

  cdata(): void {
    if (this.#field) this.#field.sections++
  }

  fault(code: FaultCode, detail: string): void {
    if (this.#told.has(code)) return
    this.#told.add(code)
    const field = this.#field
    this.#events.fault(code, field ? `${detail}, in <${field.name}>` : detail, 'NOTHING', field?.line ?? this.#scanner.line)
  }

  #markup(raw: string): void {
    this.fault('MARKUP_IN_TEXT', 'markup that is neither escaped nor CDATA is read as text')
    this.text(raw)
  }

  #strayText(piece: string): void {
    const watched = this.#root === 'none' || this.#level === 'comment' || this.#level === 'meta'
    if (watched && !this.#passedOver && piece.trim() !== '') this.fault('STRAY_TEXT', 'text outside of every field is passed over')
  }

  #beginElement(name: string): void {
    const level = containers.get(name)
    if (level) this.#begin(level)
    else this.#beginField(name)
  }

  #endElement(name: string): void {
    if (name === this.#passedOver) this.#passedOver = ''
    if (name === 'rss') this.#root = 'closed'
    const level = name === 'rss' || name === 'channel' ? 'file' : containers.get(name)
    if (level === undefined) return
    if (level === 'file' || this.#stack.includes(level)) this.#endDownTo(level)
    else this.fault('ELEMENT_NOT_OPENED', `</${name}> ends nothing`)
  }

  #endDownTo(level: Level): void {
    while (rank(this.#level) > rank(level)) this.#endLevel('not closed')
    if (level !== 'file') this.#endLevel('closed')
  }

  #begin(level: Level): void {
    while (rank(this.#level) >= rank(level)) this.#endLevel('not closed')
    this.#stack.push(level)
    this.#passedOver = ''
    this.#told.clear()
    if (level === 'item') this.#firstSeen = { item: false, comment: false }
    if (level === 'comment') this.#firstSeen.comment = false
    this.#events.begin(level, this.#scanner.line)
  }

  #endLevel(how: 'closed' | 'not closed'): void {
    const level = this.#level
    if (how === 'not closed') this.fault('ELEMENT_NOT_CLOSED', `<${elementOf[level]}> is never closed`)
    this.#stack.pop()
    this.#told.clear()
    this.#events.end(level)
  }

  #beginField(name: string): void {
    const first = firstFields.get(name)
    // The file has a title of its own.
    if (first === 'comment' || (first === 'item' && this.#level !== 'file')) this.#beginByFirst(first)
    if (this.#level === 'meta' && wanted.comment.has(name)) this.#endLevel('not closed')
    const read = wanted[this.#level].has(name)
    if (read || unwanted[this.#level].has(name))
      this.#field = { name, line: this.#scanner.line, read, text: '', tooLong: false, sections: 0 }
    if (this.#field) this.#told.clear()
    this.#passedOver = this.#field ? '' : name
  }

  #beginByFirst(level: 'item' | 'comment'): void {
    if (this.#level !== level || this.#firstSeen[level]) {
      this.fault('ELEMENT_NOT_OPENED', `another <${elementOf[level]}> begins without its tag`)
      this.#begin(level)
    }
    this.#firstSeen[level] = true
  }

  #endField(): void {
    const field = this.#field
    if (!field) return
    if (field.tooLong) this.#tellTooLong(field)
    const text = field.tooLong || !field.read ? null : this.#clean(field.text)
    this.#field = null
    if (field.read) this.#events.value(this.#level, field.name, text)
  }

  /** Ends the field that should have ended before the tag at hand. */
  #endUnclosed(): void {
    if (!this.#field) return
    this.fault('ELEMENT_NOT_CLOSED', `<${this.#field.name}> is never closed`)
    this.#endField()
  }

  /**
   * A CDATA section that is never closed runs on to the end of the next one, whose end tag is the one at hand. True where that was so: what it
   * swallowed, and then the tag, are read once more. Only where all of that is seen in the text is a reader's comment not mistaken for the file.
   */
  #readAgain(closing: string): boolean {
    const field = this.#field
    if (field?.sections !== 1 || field.text.length > rereadLimit) return false
    const end = `</${field.name}>`
    const at = field.text.indexOf(end)
    const swallowed = field.text.slice(at + end.length)
    const opened = swallowed.lastIndexOf(`<${closing}>`)
    const runsOn = opened > swallowed.lastIndexOf(`</${closing}>`) && swallowed.includes('<![CDATA[', opened)
    if (at < 0 || !runsOn) return false
    this.fault('CDATA_NOT_CLOSED', 'a CDATA section is never closed; what follows it is read as markup')
    field.text = field.text.slice(0, at)
    this.#endField()
    this.#scanner.reread(swallowed)
    return true
  }

  #tellTooLong({ name, line }: Field): void {
    const skipped = name === 'wp:comment_content' ? 'COMMENT' : 'VALUE'
    this.#events.fault('TEXT_TOO_LONG', `<${name}> has more than ${textLimit} characters`, skipped, line)
  }

  #clean(text: string): string {
    if (controls.test(text)) this.fault('CONTROL_CHARACTER', 'control characters are left out')
    if (text.includes('\ufffd')) this.fault('UNREADABLE_BYTES', 'bytes that are no text in the declared encoding became U+FFFD')
    const clean = controls.test(text) ? text.replace(new RegExp(controls, 'gu'), '') : text
    return ownCopy(clean.replace(/\r\n?/g, '\n').trim())
  }
}

function rank(level: Level): number {
  return levels.indexOf(level)
}

/** A substring keeps the whole piece of the file alive in V8, for as long as somebody remembers an id: this one stands alone. */
function ownCopy(text: string): string {
  return ` ${text}`.slice(1)
}
