/** Knows a file again by how it begins, while it is read as a stream. */
import { createHash } from 'node:crypto'

/** In bytes: it holds the moment of the export and the first articles. */
const headBytes = 65_536

/** The input, whole, with a name for it that its first bytes decide. */
export async function knownByHead(input: AsyncIterable<Uint8Array>): Promise<{ file: string; bytes: AsyncIterable<Uint8Array> }> {
  const iterator = input[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let size = 0
  while (size < headBytes) {
    const next = await iterator.next()
    if (next.done) break
    head.push(next.value)
    size += next.value.length
  }
  const file = createHash('sha256').update(Buffer.concat(head).subarray(0, headBytes)).digest('hex')
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* head
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { file, bytes: bytes() }
}
