/** Turns a file's bytes into text by the encoding that it declares. */
import { TextDecoder } from 'node:util'
import type { FaultCode } from './records.js'

/** Bytes handled at once, whatever pieces they come in: what is held in memory follows from it. */
const pieceBytes = 65_536

/** A byte order mark and the XML declaration stand within these first bytes, also behind a stray word or two. */
const headBytes = 1_024

const declaration = /<\?xml[^>]{0,200}\sencoding\s*=\s*["']([\w.:-]{1,40})["']/

/**
 * The text of `bytes` in pieces; characters cut by a border between pieces arrive whole. What is not valid in the encoding becomes U+FFFD.
 * `fault` is told of an encoding that nobody knows; the file is then read as UTF-8.
 */
export async function* decodeXml(
  bytes: AsyncIterable<Uint8Array>,
  fault: (code: FaultCode, detail: string) => void,
): AsyncGenerator<string> {
  let head: Uint8Array | null = new Uint8Array(0)
  let decoder = new TextDecoder()
  for await (const chunk of bytes) {
    let part: Uint8Array = chunk
    if (head) {
      part = Buffer.concat([head, chunk])
      head = part.length < headBytes ? part : null
      if (head) continue
      decoder = decoderFor(part, fault)
    }
    for (let at = 0; at < part.length; at += pieceBytes) yield decoder.decode(part.subarray(at, at + pieceBytes), { stream: true })
  }
  if (head) decoder = decoderFor(head, fault)
  yield decoder.decode(head ?? new Uint8Array(0))
}

function decoderFor(head: Uint8Array, fault: (code: FaultCode, detail: string) => void): TextDecoder {
  const [first, second] = head
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le')
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be')
  const start = Buffer.from(head.subarray(0, headBytes)).toString('latin1')
  const label = declaration.exec(start)?.[1]
  // Who can read the declaration byte by byte does not read UTF-16, whatever it says.
  if (label === undefined || /^utf-?16/i.test(label)) return new TextDecoder()
  try {
    return new TextDecoder(label)
  } catch {
    fault('ENCODING_UNKNOWN', `the encoding ${label} is unknown; read as UTF-8`)
    return new TextDecoder()
  }
}
