/** Many readers of one server in a process of their own, as light as they can be: they note when each frame came, and no more. */
import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { Frames, opcodes, pong, textFrame, upgradeRequest } from './frames.js'

/** Whom to read. */
export interface Opening {
  port: number
  sockets: number
  /** What each subscribes to, in turn, over the graphql-transport-ws protocol; null reads whatever a plain socket sends. */
  subscriptions: readonly { query: string; variables: object }[] | null
}

/** What the process is told to do; it answers each when it is done. */
export type Task = { open: Opening } | { expect: number } | 'stop reading'

/** When each frame came, socket by socket, in milliseconds since 1970; and the last frame of the first socket. */
export interface Received {
  times: Float64Array
  frame: string
}

export type Answer = 'done' | Received

/** Handshakes under way at once. */
const ramp = 50

/** The service takes 500 sockets of one address; all of 127.0.0.0/8 is this machine on Linux. */
const socketsAnAddress = 400

/** Who expects frames waits no longer than this for them. Milliseconds. */
const patienceMs = 90_000

/** Where the type of a message stands behind its id, a UUID; `next`, where it is no error. */
const typeAt = '{"id":"00000000-0000-0000-0000-000000000000","type":"'.length
const letterN = 0x6e

/** All sockets read into this: nobody keeps what was read. */
const buffer = Buffer.allocUnsafe(65_536)

let expected = 0
let missing = 0
let times = new Float64Array()
let counts = new Int32Array()
let frame = ''
let reading = true
let impatience: NodeJS.Timeout | undefined

process.on('message', (task: Task) => {
  if (task === 'stop reading') reading = false
  else if ('expect' in task) expect(task.expect)
  if (typeof task === 'object' && 'open' in task) void open(task.open).then(() => answer('done'))
  else answer('done')
})
process.on('disconnect', () => process.exit(0)) // its open sockets would hold it when the benchmark is gone

async function open(opening: Opening): Promise<void> {
  counts = new Int32Array(opening.sockets)
  let next = 0
  const openOneByOne = async () => {
    while (next < opening.sockets) await openOne(opening, next++)
  }
  await Promise.all(Array.from({ length: ramp }, openOneByOne))
}

function expect(frames: number): void {
  expected = frames
  missing = frames * counts.length
  times = new Float64Array(missing)
  counts.fill(0)
  clearTimeout(impatience)
  impatience = setTimeout(() => fail(`${missing} of ${times.length} frames did not come within ${patienceMs / 1000} s`), patienceMs)
}

/** Resolves when it reads. */
function openOne({ port, subscriptions }: Opening, index: number): Promise<void> {
  return new Promise((resolve) => {
    let upgraded = false
    const subscription = subscriptions?.[index % subscriptions.length]
    const greeting = subscription ? greetings(subscription, resolve) : null
    const frames = new Frames((opcode, payload) => {
      if (opcode === opcodes.ping) socket.write(pong)
      else if (opcode === opcodes.close) fail(`a socket was closed: ${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`)
      else if (!greeting?.(socket, payload)) received(index, payload)
    })
    const take = (chunk: Buffer) => {
      if (upgraded) return frames.take(chunk)
      upgraded = true
      if (chunk.toString('latin1', 9, 12) !== '101') fail(`an upgrade was answered with ${chunk.toString('latin1', 0, 60)}`)
      if (!subscription) resolve()
      frames.take(chunk.subarray(chunk.indexOf('\r\n\r\n') + 4))
    }
    const socket = connect({ port, host: '127.0.0.1', ...addressOf(index), onread: { buffer, callback: (bytes) => reads(bytes, take) } })
    socket.on('error', (error) => reading && fail(`a socket failed: ${error.message}`))
    socket.on('close', () => reading && fail('a socket was closed without a word'))
    socket.setNoDelay(true)
    socket.write(upgradeRequest('/graphql', subscription ? 'graphql-transport-ws' : null))
    if (subscription) socket.write(textFrame('{"type":"connection_init"}'))
  })
}

function reads(bytes: number, take: (chunk: Buffer) => void): boolean {
  if (reading) take(buffer.subarray(0, bytes))
  return reading
}

/** Answers the first two messages, the acknowledgement and the first event, which says that following has begun; tells whether it was one. */
function greetings(payload: object, opened: () => void): (socket: Socket, message: Buffer) => boolean {
  let heard = 0
  return (socket, message) => {
    heard++
    if (heard === 1) socket.write(textFrame(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload })))
    else if (heard === 2 && message.includes('"CommentEventsReady"')) opened()
    else if (heard === 2) fail(`a subscription was answered with ${message}`)
    return heard <= 2
  }
}

function received(socket: number, payload: Buffer): void {
  const count = counts[socket] ?? 0
  if (payload[typeAt] !== letterN) fail(`a message came that is no event: ${payload}`)
  if (count >= expected) fail(`a frame came that nobody expected: ${payload}`)
  times[socket * expected + count] = performance.timeOrigin + performance.now()
  counts[socket] = count + 1
  missing--
  if (socket === 0 && count + 1 === expected) frame = payload.toString()
  if (missing > 0) return
  clearTimeout(impatience)
  answer({ times, frame })
}

function addressOf(index: number): { localAddress?: string } {
  return process.platform === 'linux' ? { localAddress: `127.0.0.${1 + Math.floor(index / socketsAnAddress)}` } : {}
}

function answer(content: Answer): void {
  process.send?.(content)
}

function fail(what: string): never {
  throw new Error(`Readers: ${what}`)
}
