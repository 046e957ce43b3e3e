/** Reads HTML of any quality as tags and text, in time that grows with its length only. */
import { Tokenizer } from 'htmlparser2'

/** What is told, in the order of the text; names are in lower case. Nesting is the listener's to judge. */
export interface HtmlEvents {
  open(name: string, attributes: ReadonlyMap<string, string>): void
  close(name: string): void
  /** Text with its entities decoded; consecutive text comes in one piece. The words of scripts and styles are left out. */
  text(text: string): void
}

/** Elements whose content is for machines. */
const silent = new Set(['script', 'style'])

/** Reads `html`. The parser above htmlparser2's tokenizer is not used: 300,000 nested tags take it half a minute. */
export function readHtml(html: string, events: HtmlEvents): void {
  const reader = new HtmlReader(html, events)
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader)
  tokenizer.write(html)
  tokenizer.end()
  reader.flush()
}

/** Puts the tokenizer's offsets together to events. */
class HtmlReader {
  readonly #html: string
  readonly #events: HtmlEvents
  #text: string[] = []
  #silentUntil = ''
  #tag = ''
  #attributes = new Map<string, string>()
  #name = ''
  #value = ''

  constructor(html: string, events: HtmlEvents) {
    this.#html = html
    this.#events = events
  }

  flush(): void {
    const text = this.#text.join('')
    this.#text = []
    if (text) this.#events.text(text)
  }

  ontext(start: number, end: number): void {
    if (!this.#silentUntil) this.#text.push(this.#html.slice(start, end))
  }

  ontextentity(code: number): void {
    if (!this.#silentUntil) this.#text.push(String.fromCodePoint(code))
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#html.slice(start, end).toLowerCase()
    this.#attributes = new Map()
  }

  onattribname(start: number, end: number): void {
    this.#name = this.#html.slice(start, end).toLowerCase()
    this.#value = ''
  }

  onattribdata(start: number, end: number): void {
    this.#value += this.#html.slice(start, end)
  }

  onattribentity(code: number): void {
    this.#value += String.fromCodePoint(code)
  }

  onattribend(): void {
    // As in browsers, the first of two wins.
    if (!this.#attributes.has(this.#name)) this.#attributes.set(this.#name, this.#value)
  }

  onopentagend(): void {
    this.flush()
    if (silent.has(this.#tag)) this.#silentUntil = this.#tag
    this.#events.open(this.#tag, this.#attributes)
  }

  onselfclosingtag(): void {
    this.flush()
    this.#events.open(this.#tag, this.#attributes)
  }

  onclosetag(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase()
    if (name === this.#silentUntil) this.#silentUntil = ''
    this.flush()
    this.#events.close(name)
  }

  /** Not recognized in HTML: what is not escaped is markup, even in CDATA. */
  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}
}
