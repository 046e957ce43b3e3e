/**
 * Makes Markdown of the HTML that other programs keep, so that an imported comment has a source like any other. The words all stay; what Markdown
 * cannot say, or a comment may not hold, is reduced to its words. Time grows with the length only.
 */
import { withoutForbiddenCharacters } from '../platform/plain-text.js'
import { type HtmlEvents, readHtml } from './html.js'
import { BlockWriter } from './markdown-blocks.js'
import { linkTarget, longestRun } from './markdown-escape.js'
import { InlineWriter, type Mark } from './markdown-inline.js'

/** The Markdown of a comment's HTML. As in WordPress, a line break outside of code is a line break, an empty line a new paragraph. */
export function markdownFromHtml(html: string): string {
  const writer = new Writer()
  readHtml(html, writer)
  return withoutForbiddenCharacters(writer.end().replaceAll('\r', ''))
}

/** The words of a title, a name or an address, on one line. */
export function plainFromHtml(html: string): string {
  if (!/[<&]/.test(html)) return html.replace(/\s+/g, ' ').trim()
  let words = ''
  const add = (text: string) => {
    words += text
  }
  readHtml(html, { open: () => undefined, close: () => undefined, text: add })
  return words.replace(/\s+/g, ' ').trim()
}

const marks: ReadonlyMap<string, Mark> = new Map([
  ['b', 'strong'],
  ['strong', 'strong'],
  ['i', 'em'],
  ['em', 'em'],
  ['cite', 'em'],
  ['del', 'del'],
  ['s', 'del'],
  ['strike', 'del'],
])

const headings = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'])
const blockNames =
  'p div section article aside header footer figure figcaption address center details summary dl dt dd table caption tr hr form'
const blocks = new Set([...blockNames.split(' '), ...headings])

/** Listens to tags and writes what they mean. */
class Writer implements HtmlEvents {
  readonly #blocks = new BlockWriter()
  #inline = new InlineWriter()
  /** The text of the code at hand, null outside of any; and the tag that ends it. */
  #code: string | null = null
  #codeEnd = ''

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#code !== null) {
      if (name === 'br') this.#code += '\n'
      return
    }
    const mark = marks.get(name)
    if (mark) this.#inline.begin(mark)
    else if (name === 'a') this.#beginLink(attributes.get('href') ?? '')
    else if (name === 'br') this.#inline.break()
    else if (name === 'img') this.#image(attributes)
    else if (name === 'q') this.#inline.text('"')
    else if (name === 'td' || name === 'th') this.#inline.text(' ')
    else if (name === 'code' || name === 'pre') this.#beginCode(name)
    else this.#openBlock(name, attributes)
  }

  close(name: string): void {
    if (this.#code !== null) {
      if (name === this.#codeEnd) this.#endCode()
      return
    }
    const mark = marks.get(name)
    if (mark) this.#inline.end(mark)
    else if (name === 'a') this.#inline.end('link')
    else if (name === 'q') this.#inline.text('"')
    else this.#closeBlock(name)
  }

  text(text: string): void {
    if (this.#code !== null) {
      this.#code += text
      return
    }
    for (const [index, paragraph] of text.split(/\n[^\S\n]*\n\s*/).entries()) {
      if (index > 0) this.#flush()
      this.#inline.text(paragraph)
    }
  }

  end(): string {
    if (this.#code !== null) this.#endCode()
    this.#flush()
    return this.#blocks.text()
  }

  #openBlock(name: string, attributes: ReadonlyMap<string, string>): void {
    const list = name === 'ul' || name === 'ol'
    if (!list && name !== 'li' && name !== 'blockquote' && !blocks.has(name)) return
    this.#flush()
    if (name === 'blockquote') this.#blocks.beginQuote()
    if (list) this.#blocks.beginList(name === 'ul' ? null : firstNumber(attributes.get('start')))
    if (name === 'li') this.#blocks.beginItem()
    if (headings.has(name)) this.#inline.begin('strong')
  }

  #closeBlock(name: string): void {
    const list = name === 'ul' || name === 'ol'
    if (!list && name !== 'li' && name !== 'blockquote' && !blocks.has(name)) return
    if (headings.has(name)) this.#inline.end('strong')
    this.#flush()
    if (name === 'blockquote') this.#blocks.endQuote()
    if (list) this.#blocks.endList()
    if (name === 'li') this.#blocks.endItem()
  }

  #flush(): void {
    const lines = this.#inline.take()
    if (lines.length > 0) this.#blocks.block(lines)
  }

  #beginLink(href: string): void {
    this.#inline.end('link')
    const url = linkTarget(href)
    if (url) this.#inline.begin('link', url)
  }

  /** A comment shows no images: a link to it, or, in a link and for a smiley, its words. */
  #image(attributes: ReadonlyMap<string, string>): void {
    const url = linkTarget(attributes.get('src') ?? '')
    const words = attributes.get('alt') ?? ''
    const smiley = /\b(?:emoji|wp-smiley)\b/.test(attributes.get('class') ?? '')
    const linked = url !== null && !smiley && !this.#inline.inLink
    if (linked) this.#inline.begin('link', url)
    this.#inline.text(linked ? words.trim() || 'image' : words)
    if (linked) this.#inline.end('link')
  }

  #beginCode(name: string): void {
    this.#code = ''
    this.#codeEnd = name
  }

  #endCode(): void {
    const code = (this.#code ?? '').replace(/\r\n?/g, '\n').replace(/^(?:[^\S\n]*\n)+|\s+$/g, '')
    const lines = code.split('\n')
    this.#code = null
    if (code === '') return
    if (this.#codeEnd === 'code' && lines.length === 1) this.#inline.code(code)
    else this.#codeBlock(lines, '`'.repeat(Math.max(3, longestRun(code, '`') + 1)))
  }

  #codeBlock(lines: readonly string[], fence: string): void {
    this.#flush()
    this.#blocks.block([fence, ...lines, fence])
  }
}

function firstNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,8}$/.test(text) ? Number(text) : 1
}
