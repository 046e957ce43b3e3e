/** Writes paragraphs and code in nested quotes and lists as the lines of a Markdown text. */

/** Deeper quotes and lists are written at this depth: a screen has no more room, and the work for a line grows with it. */
const deepest = 10

interface Container {
  kind: 'quote' | 'item'
  /** What stands before its first line, and before the others. */
  first: string
  rest: string
  begun: boolean
  /** The list of an item. */
  list: List | null
}

interface List {
  /** The next number; null in a list of points. */
  next: number | null
  begun: boolean
}

/** Collects blocks; `text` gives them all. */
export class BlockWriter {
  #lines: string[] = []
  #containers: Container[] = []
  #lists: List[] = []

  /** A block of its own, of at least one line. */
  block(lines: readonly string[]): void {
    if (this.#lines.length > 0 && !this.#closeItem())
      this.#lines.push(this.#prefix((container) => (container.begun ? container.rest : '')).trimEnd())
    for (const line of lines) {
      const prefix = this.#prefix((container) => (container.begun ? container.rest : container.first))
      for (const container of this.#containers) container.begun = true
      this.#lines.push((prefix + line).trimEnd())
    }
    for (const { list } of this.#containers) if (list) list.begun = true
  }

  beginQuote(): void {
    this.#push({ kind: 'quote', first: '> ', rest: '> ', begun: false, list: null })
  }

  endQuote(): void {
    this.#popFrom(this.#containers.findLastIndex(({ kind }) => kind === 'quote'))
  }

  /** `from` is the first number; null for points. */
  beginList(from: number | null): void {
    this.#lists.push({ next: from, begun: false })
  }

  endList(): void {
    this.endItem()
    this.#lists.pop()
  }

  beginItem(): void {
    if (this.#lists.length === 0) this.beginList(null)
    this.endItem()
    const list = this.#lists.at(-1) ?? null
    const marker = list?.next == null ? '- ' : `${list.next++}. `
    this.#push({ kind: 'item', first: marker, rest: ' '.repeat(marker.length), begun: false, list })
  }

  endItem(): void {
    const list = this.#lists.at(-1)
    this.#popFrom(this.#containers.findIndex((container) => container.kind === 'item' && container.list === list))
  }

  text(): string {
    return this.#lines.join('\n')
  }

  /** Whether the next block begins an item that stands close to what is before it: the item of a list, or the words that a list belongs to. */
  #closeItem(): boolean {
    const at = this.#containers.findIndex(({ begun }) => !begun)
    const fresh = this.#containers[at]
    if (fresh?.kind !== 'item') return false
    // Only these can follow a line of text without a blank one.
    const follows = fresh.first === '- ' || fresh.first === '1. '
    return fresh.list?.begun === true || (follows && this.#containers[at - 1]?.kind === 'item')
  }

  #prefix(part: (container: Container) => string): string {
    return this.#containers.map(part).join('')
  }

  #push(container: Container): void {
    if (this.#containers.length < deepest) this.#containers.push(container)
  }

  #popFrom(index: number): void {
    if (index >= 0) this.#containers.splice(index)
  }
}
