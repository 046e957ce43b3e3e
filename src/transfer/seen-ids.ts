/** Which numbers a file has named already, in a few bits each, so that a number that comes twice is noticed. */

/** Numbers are noted in blocks of a thousand. */
const digitsInBlock = 3
const bytesInBlock = 10 ** digitsInBlock / 8

/** 12 MB, enough for 100 million numbers in a row. Where a file's numbers are strewn wider, the blocks that came first are forgotten. */
const mostBlocks = 100_000

/** Numbers of any length, written in decimal. */
export class SeenIds {
  readonly #blocks = new Map<string, Uint8Array>()

  /** Notes a number; false where it was noted before. */
  add(id: string): boolean {
    const block = this.#block(id.slice(0, -digitsInBlock))
    const place = Number(id.slice(-digitsInBlock))
    const [byte, bit] = [place >> 3, 1 << (place & 7)]
    const bits = block[byte] ?? 0
    block[byte] = bits | bit
    return (bits & bit) === 0
  }

  #block(name: string): Uint8Array {
    const known = this.#blocks.get(name)
    if (known) return known
    if (this.#blocks.size >= mostBlocks) this.#blocks.delete(this.#blocks.keys().next().value ?? '')
    const block = new Uint8Array(bytesInBlock)
    this.#blocks.set(name, block)
    return block
  }
}
