/** Writes the words of one paragraph as Markdown: emphasis, links and code stay what they were, plain text stays plain. */
import { escapeLine, escapeText, escapeWord, longestRun } from './markdown-escape.js'

/** What can stand around words. */
export type Mark = 'strong' | 'em' | 'del' | 'link'

interface Open {
  mark: Mark
  start: string
  end: string
  /** Where its start stands among the parts; -1 while no word has followed. */
  part: number
}

const delimiters: Readonly<Record<Exclude<Mark, 'link'>, string>> = { strong: '**', em: '*', del: '~~' }

/** Collects words; `take` ends a paragraph. What is still marked at its end goes on in the next. */
export class InlineWriter {
  #parts: string[] = []
  #open: Open[] = []
  /** Marks that ended with the last word: whether their delimiters may stand there depends on what follows. */
  #ended: Open[] = []
  #space: '' | ' ' | '\n' = ''
  /** What CommonMark looks at before a delimiter. */
  #lastChar = ''
  #behindDelimiter = false

  get inLink(): boolean {
    return this.#open.some(({ mark }) => mark === 'link')
  }

  /** Plain text; line breaks in it are breaks. */
  text(text: string): void {
    for (const piece of text.split(/(\s+)/)) {
      if (piece.trim() === '') this.#addSpace(piece)
      else this.#word(this.inLink ? escapeText(piece) : escapeWord(piece))
    }
  }

  break(): void {
    this.#addSpace('\n')
  }

  /** Text to be shown letter by letter, on one line. */
  code(text: string): void {
    const words = text.replace(/\s+/g, ' ').trim()
    const fence = '`'.repeat(longestRun(words, '`') + 1)
    const pad = words.startsWith('`') || words.endsWith('`') ? ' ' : ''
    // Two runs of backticks without a space between would be one.
    if (this.#parts.at(-1)?.endsWith('`')) this.#addSpace(' ')
    if (words) this.#word(fence + pad + words + pad + fence)
  }

  /** Begins to mark; what is marked so already stays so. `url` is a link's, ready to be written. */
  begin(mark: Mark, url = ''): void {
    if (this.#open.some((open) => open.mark === mark)) return
    const last = this.#ended.at(-1)
    if (last?.mark === mark && mark !== 'link' && !this.#space) {
      // `**a****b**` is no emphasis: the one that has just ended goes on.
      this.#ended.pop()
      this.#open.push(last)
    } else if (mark === 'link') this.#open.push({ mark, start: '[', end: `](${url})`, part: -1 })
    else this.#open.push({ mark, start: delimiters[mark], end: delimiters[mark], part: -1 })
  }

  /** Ends a mark; what began within it goes on behind it, except behind a link. */
  end(mark: Mark): void {
    const at = this.#open.findIndex((open) => open.mark === mark)
    const within = this.#open.slice(at + 1)
    // Emphasis that ends in a link that began in it: the link holds more tightly, so the emphasis ends with it.
    if (at < 0 || within.some((open) => open.mark === 'link')) return
    this.#close(at)
    if (mark !== 'link') this.#open.push(...within.map(anew))
  }

  /** The paragraph so far, as lines; none where there was no word. */
  take(): string[] {
    const again = this.#open.map(anew)
    this.#close(0)
    this.#writeEnds('')
    const lines = this.#parts.join('').split('\n').map(escapeLine)
    this.#parts = []
    this.#open = again
    this.#space = ''
    this.#lastChar = ''
    this.#behindDelimiter = false
    return lines.length === 1 && lines[0] === '' ? [] : lines
  }

  #addSpace(piece: string): void {
    if (piece.includes('\n')) this.#space = '\n'
    else if (piece && !this.#space) this.#space = ' '
  }

  /** Ends the open marks from the innermost to that at `from`. */
  #close(from: number): void {
    const ending = this.#open.splice(from).reverse()
    this.#ended.push(...ending.filter(({ part }) => part >= 0))
  }

  #word(word: string): void {
    this.#writeEnds(this.#space || word)
    if (this.#space && this.#parts.length > 0) {
      this.#parts.push(this.#space)
      this.#lastChar = this.#space
      this.#behindDelimiter = false
    }
    this.#space = ''
    this.#writeStarts(word)
    this.#parts.push(word)
    this.#lastChar = [...word.slice(-2)].at(-1) ?? ''
    this.#behindDelimiter = false
  }

  /** CommonMark: a delimiter between a sign and a letter ends nothing. Where that would be so, the mark is dropped. */
  #writeEnds(next: string): void {
    const kept: Open[] = []
    let following = next
    for (const [index, open] of [...this.#ended.entries()].reverse()) {
      const foreign = this.#ended.slice(0, index).some(({ end }) => end[0] !== open.end[0])
      const behindSign = foreign || isSign(this.#lastChar)
      if (open.mark === 'link' || !behindSign || !isLetter(following)) {
        kept.unshift(open)
        following = following[0] === open.end[0] ? following : open.end
      } else this.#parts[open.part] = ''
    }
    for (const open of kept) this.#parts.push(open.end)
    const last = kept.at(-1)
    if (last) this.#behindDelimiter = last.mark !== 'link'
    if (last?.mark === 'link') this.#lastChar = ')'
    this.#ended = []
  }

  /** The same rule at the start, where moreover nothing may begin that could be taken for an end. */
  #writeStarts(word: string): void {
    let before = this.#lastChar
    for (const [index, open] of this.#open.entries()) {
      const within = this.#open.slice(index + 1)
      // What was dropped at its first word cannot begin inside of what began since.
      if (open.part >= 0 || within.some(({ part }) => part >= 0)) continue
      const foreign = within.some(({ start }) => start[0] !== open.start[0])
      if (open.mark !== 'link' && !this.#mayStart(open, before, foreign ? sign : word)) continue
      open.part = this.#parts.length
      this.#parts.push(open.start)
      if (before[0] !== open.start[0]) before = isLetter(before) && open.mark !== 'link' ? before : open.start
    }
  }

  /** CommonMark: a delimiter between a letter and a sign begins nothing; between two letters, or two signs, it could also end what is open. */
  #mayStart({ start }: Open, before: string, next: string): boolean {
    if (this.#behindDelimiter || (isLetter(before) && isSign(next))) return false
    const ambiguous = isLetter(before) || (isSign(before) && before[0] !== start[0] && isSign(next))
    return !ambiguous || !this.#open.some((open) => open.part >= 0 && open.start[0] === start[0])
  }
}

/** Any sign of punctuation, where it does not matter which. */
const sign = '['

function anew(open: Open): Open {
  return { ...open, part: -1 }
}

function isSign(text: string): boolean {
  return /^[\p{P}\p{S}]/u.test(text)
}

function isLetter(text: string): boolean {
  return text !== '' && /^[^\s\p{P}\p{S}]/u.test(text)
}
