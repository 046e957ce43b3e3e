/**
 * Reads XML that may be damaged as a stream of tags and text, in bounded memory, and names what it could not read. Strict parsers hold a text until
 * it ends and let one stray end tag close the whole document; here every fault stays where it is, and nesting is the listener's to judge. Entities
 * are never declared, fetched or expanded beyond the five of XML and numbers.
 */
import type { FaultCode } from './records.js'

/** What the scanner tells, in the order of the file. */
export interface XmlEvents {
  /** A start tag; an empty element gives `open` and at once `close`. `raw` is the tag as it stands in the file. */
  open(name: string, raw: string): void
  /** An end tag, whether or not there was a start tag. */
  close(name: string, raw: string): void
  /** A piece of text, references resolved; a long text comes in many pieces. */
  text(piece: string): void
  /** A CDATA section begins; its text follows in pieces. */
  cdata(): void
  fault(code: FaultCode, detail: string): void
}

/** A tag longer than this is none: those of WordPress have a few hundred characters. */
const tagLimit = 8_192

/** A comment, instruction or document type longer than this was never closed; the one that WordPress writes has two thousand characters. */
const skipLimit = 65_536

/** No reference is longer: the longest name that HTML knows has 31 letters. */
const referenceLimit = 40

const tagName = /^[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*$/
const reference = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z]\w{0,31}));|&/g
const named: ReadonlyMap<string, string> = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }))

/** Marks that are passed over, with their ends; the document type's may hold declarations. */
const skipped = [
  { start: '<!--', whole: /<!--[\s\S]*?-->/y },
  { start: '<?', whole: /<\?[\s\S]*?\?>/y },
  { start: '<!DOCTYPE', whole: /<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>/y },
] as const

const cdataStart = '<![CDATA['
const cdataEnd = ']]>'

/** Turns pieces of a file into events; `write` as they come, then `end` once. */
export class XmlScanner {
  readonly #events: XmlEvents
  #buffer = ''
  #at = 0
  #tagStart = 0
  #inCdata = false
  #line = 1
  #newline = -1

  constructor(events: XmlEvents) {
    this.#events = events
  }

  /** The line, from 1, at which the text begins or the tag ends that is being told. */
  get line(): number {
    while (this.#newline < this.#at) {
      if (this.#newline >= 0) this.#line++
      const next = this.#buffer.indexOf('\n', this.#newline + 1)
      this.#newline = next < 0 ? Number.POSITIVE_INFINITY : next
    }
    return this.#line
  }

  write(piece: string): void {
    this.#replace(this.#buffer.slice(this.#at) + piece)
    this.#run(false)
  }

  /** Tells what was held back in hope of more. */
  end(): void {
    this.#run(true)
  }

  /**
   * To be called from within `close` only: reads text that was taken for a CDATA section's as markup after all, and then the tag of this
   * event once more. What it starts as a CDATA section ends where the wrongly taken section ended.
   */
  reread(text: string): void {
    const line = this.line - newlines(this.#buffer.slice(this.#tagStart, this.#at)) - newlines(text)
    this.#replace(text + cdataEnd + this.#buffer.slice(this.#tagStart))
    this.#line = line
  }

  #replace(buffer: string): void {
    void this.line
    this.#buffer = buffer
    this.#at = 0
    this.#newline = -1
  }

  #run(last: boolean): void {
    while (this.#at < this.#buffer.length) {
      if (!(this.#inCdata ? this.#readCdata(last) : this.#readText(last))) return
    }
  }

  #readCdata(last: boolean): boolean {
    const end = this.#buffer.indexOf(cdataEnd, this.#at)
    const held = last ? 0 : cdataEnd.length - 1
    const stop = end < 0 ? Math.max(this.#at, this.#buffer.length - held) : end
    const piece = this.#buffer.slice(this.#at, stop)
    if (piece) this.#events.text(piece)
    this.#at = stop
    if (end < 0) return false
    this.#at += cdataEnd.length
    this.#inCdata = false
    return true
  }

  #readText(last: boolean): boolean {
    const mark = this.#buffer.indexOf('<', this.#at)
    if (mark === this.#at) return this.#readMark(last)
    const stop = mark < 0 && !last ? beforeReference(this.#buffer, this.#at) : mark < 0 ? this.#buffer.length : mark
    if (stop === this.#at) return false
    const piece = this.#buffer.slice(this.#at, stop)
    this.#events.text(piece.includes('&') ? this.#resolve(piece) : piece)
    this.#at = stop
    return true
  }

  #readMark(last: boolean): boolean {
    const second = this.#buffer[this.#at + 1]
    if (second !== '!' && second !== '?') return this.#readTag(last)
    if (this.#buffer.startsWith(cdataStart, this.#at)) {
      this.#at += cdataStart.length
      this.#inCdata = true
      this.#events.cdata()
      return true
    }
    if (!last && this.#buffer.length - this.#at < cdataStart.length) return false
    const skip = skipped.find(({ start }) => this.#buffer.startsWith(start, this.#at))
    return skip ? this.#readSkipped(skip, last) : this.#readBare()
  }

  #readSkipped({ start, whole }: (typeof skipped)[number], last: boolean): boolean {
    whole.lastIndex = this.#at
    const found = whole.exec(this.#buffer)?.[0]
    if (found === undefined && !last && this.#buffer.length - this.#at < skipLimit) return false
    if (found === undefined) this.#events.fault('MARKUP_NOT_CLOSED', `${start} is never closed`)
    else if (start === '<!DOCTYPE') this.#events.fault('DOCTYPE_IGNORED', 'the document type is ignored, and what it declares with it')
    this.#at += found?.length ?? start.length
    return true
  }

  #readTag(last: boolean): boolean {
    const next = this.#buffer.indexOf('<', this.#at + 1)
    const rest = this.#buffer.slice(this.#at, next < 0 ? undefined : next)
    const mayGrow = next < 0 && !last && rest.length < tagLimit
    const end = tagEnd(rest)
    if (!end.whole && mayGrow) return false
    if (end.at < 0) return this.#readBare()
    const raw = rest.slice(0, end.at + 1)
    const closing = raw[1] === '/'
    const name = nameOf(raw, closing ? 2 : 1)
    if (!tagName.test(name)) return this.#readBare()
    this.#tagStart = this.#at
    this.#at += raw.length
    if (!end.whole) this.#events.fault('MARKUP_NOT_CLOSED', `an attribute of <${name}> is never closed`)
    this.#tell(name, raw, closing)
    return true
  }

  #tell(name: string, raw: string, closing: boolean): void {
    if (closing) this.#events.close(name, raw)
    else this.#events.open(name, raw)
    if (!closing && raw.endsWith('/>')) this.#events.close(name, '')
  }

  #readBare(): boolean {
    this.#events.fault('BARE_LESS_THAN', 'a "<" that begins no tag is read as text')
    this.#events.text('<')
    this.#at += 1
    return true
  }

  #resolve(piece: string): string {
    return piece.replace(reference, (whole, decimal?: string, hex?: string, name?: string) => {
      if (whole === '&') this.#events.fault('BARE_AMPERSAND', 'an "&" that begins no reference is read as text')
      if (name !== undefined) return named.get(name) ?? this.#unknown(whole)
      if (decimal === undefined && hex === undefined) return whole
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)
    })
  }

  #unknown(entity: string): string {
    this.#events.fault('ENTITY_UNKNOWN', `${entity} is no entity of XML and stays as it is`)
    return entity
  }
}

/** Where a text can be cut so that no reference is cut in two. */
function beforeReference(buffer: string, from: number): number {
  const start = buffer.lastIndexOf('&')
  const cut = start >= from && buffer.length - start < referenceLimit && !buffer.includes(';', start)
  return cut ? start : buffer.length
}

/** The first ">" outside of quotes, or, where a quote is never closed, the first at all. */
function tagEnd(rest: string): { at: number; whole: boolean } {
  const first = rest.indexOf('>')
  if (first < 0) return { at: -1, whole: false }
  if (!/["']/.test(rest.slice(0, first))) return { at: first, whole: true }
  let quote = ''
  for (let at = 0; at < rest.length && at < tagLimit; at++) {
    const char = rest[at]
    if (char === '>' && !quote) return { at, whole: true }
    if (char === quote) quote = ''
    else if ((char === '"' || char === "'") && !quote) quote = char
  }
  return { at: first, whole: false }
}

function nameOf(raw: string, start: number): string {
  let end = start
  for (let code = raw.charCodeAt(end); code > 0x20 && code !== 0x2f && code !== 0x3e; code = raw.charCodeAt(end)) end++
  return raw.slice(start, end)
}

function newlines(text: string): number {
  return text.split('\n').length - 1
}
