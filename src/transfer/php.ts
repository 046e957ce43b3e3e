/** Reads the values that PHP's `serialize` writes, as far as plain data goes; never objects, never references. */

/** A value of plain data; an array is a map in PHP's order, its keys as text. */
export type PhpValue = null | boolean | number | string | ReadonlyMap<string, PhpValue>

/** What was read, or why nothing could be. */
export type PhpResult = { ok: true; value: PhpValue } | { ok: false; reason: string }

/** Limits of what is read at all; wpDiscuz writes two numbers. */
const limits = { bytes: 65_536, depth: 8, items: 10_000 }

/** Reads one serialized value. Lengths of strings count bytes of UTF-8, as PHP writes them. Never throws. */
export function unserialize(text: string): PhpResult {
  if (text.length > limits.bytes) return { ok: false, reason: `longer than ${limits.bytes} characters` }
  const source: Source = { bytes: Buffer.from(text, 'utf8'), at: 0, items: 0 }
  try {
    const value = readValue(source, 0)
    if (source.at !== source.bytes.length) throw new Unreadable('something follows the value', source)
    return { ok: true, value }
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, reason: error.message }
    throw error
  }
}

interface Source {
  bytes: Buffer
  at: number
  items: number
}

class Unreadable extends Error {
  constructor(reason: string, source: Source) {
    super(`${reason} at byte ${source.at}`)
  }
}

function readValue(source: Source, depth: number): PhpValue {
  const start = source.bytes.toString('latin1', source.at, source.at + 2)
  source.at += 2
  switch (start) {
    case 'N;':
      return null
    case 'b:':
      return upTo(source, ';', /^[01]$/) === '1'
    case 'i:':
      return Number(upTo(source, ';', /^[+-]?\d{1,19}$/))
    case 'd:':
      return float(upTo(source, ';', /^(?:-?INF|NAN|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)$/))
    case 's:':
      return readString(source)
    case 'a:':
      return readArray(source, depth)
    default:
      source.at -= 2
      throw new Unreadable('no value of a kind that is read', source)
  }
}

function readString(source: Source): string {
  const length = Number(upTo(source, ':', /^\d{1,9}$/))
  const { bytes, at } = source
  const end = at + 1 + length
  if (bytes[at] !== quote || bytes[end] !== quote || bytes[end + 1] !== semicolon)
    throw new Unreadable('a string of another length', source)
  source.at = end + 2
  return bytes.toString('utf8', at + 1, end)
}

function readArray(source: Source, depth: number): PhpValue {
  const count = Number(upTo(source, ':', /^\d{1,9}$/))
  source.items += count
  if (depth >= limits.depth || source.items > limits.items) throw new Unreadable('an array too deep or too large', source)
  expect(source, '{')
  const entries = new Map<string, PhpValue>()
  for (let index = 0; index < count; index++) {
    const key = readValue(source, limits.depth)
    if (typeof key !== 'string' && typeof key !== 'number') throw new Unreadable('a key that is neither number nor text', source)
    entries.set(String(key), readValue(source, depth + 1))
  }
  expect(source, '}')
  return entries
}

const quote = 0x22
const semicolon = 0x3b

function upTo(source: Source, end: string, shape: RegExp): string {
  const stop = source.bytes.indexOf(end, source.at, 'latin1')
  const text = stop < 0 ? '' : source.bytes.toString('latin1', source.at, stop)
  if (!shape.test(text)) throw new Unreadable('no number', source)
  source.at = stop + 1
  return text
}

function expect(source: Source, sign: string): void {
  if (source.bytes[source.at] !== sign.charCodeAt(0)) throw new Unreadable(`no "${sign}"`, source)
  source.at++
}

function float(text: string): number {
  if (text === 'NAN') return Number.NaN
  return text.endsWith('INF') ? (text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number(text)
}
