/** The little of RFC 6455 that a very light reader needs: frames of a server are counted, not read. */
import { randomBytes } from 'node:crypto'

/** The low four bits of a frame's first byte. */
export const opcodes = { text: 1, close: 8, ping: 9 }

/** What a client answers to a ping: empty, masked with zeros. */
export const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

/** Splits what a server sends into frames. Chunks need not outlive the call. */
export class Frames {
  private readonly onFrame: (opcode: number, payload: Buffer) => void
  private rest: Buffer | null = null

  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.onFrame = onFrame
  }

  take(chunk: Buffer): void {
    const bytes = this.rest ? Buffer.concat([this.rest, chunk]) : chunk
    let at = 0
    while (at + 2 <= bytes.length) {
      const from = at + headerBytes(bytes, at)
      if (from > bytes.length) break
      const to = from + payloadBytes(bytes, at)
      if (to > bytes.length) break
      this.onFrame((bytes[at] ?? 0) & 15, bytes.subarray(from, to))
      at = to
    }
    this.rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : null
  }
}

/** A client's text frame of less than 64 KiB, masked with zeros. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]), payload])
}

/** The request that makes a connection a WebSocket. */
export function upgradeRequest(path: string, protocol: string | null): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(protocol ? [`Sec-WebSocket-Protocol: ${protocol}`] : []),
    '\r\n',
  ].join('\r\n')
}

function headerBytes(bytes: Buffer, at: number): number {
  const length = bytes[at + 1]
  return length === 126 ? 4 : length === 127 ? 10 : 2
}

function payloadBytes(bytes: Buffer, at: number): number {
  const length = bytes[at + 1] ?? 0
  if (length < 126) return length
  return length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
}
