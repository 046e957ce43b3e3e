/** The road to a running server, with verbs of the test's own. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Control, startControl } from '../../src/cli/control.js'
import type { Ground } from '../../src/cli/ground.js'
import { isServed, runInServer } from '../../src/cli/remote.js'
import type { DatabaseVerb, Io } from '../../src/cli/verb.js'
import { readConfig } from '../../src/config.js'
import { lockFolder } from '../../src/platform/folder-lock.js'
import { emptyFolder } from './process.js'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const ground = { config: readConfig({}) } as Ground

let folder: string
let control: Control
let lock: { release(): Promise<void> }
let sockets: Socket[]
let reached: (() => void) | undefined

const measure: DatabaseVerb = {
  words: 'measure',
  about: 'Counts the bytes of its input.',
  needs: 'database',
  input: 'FILE',
  parameters: ['FILE'],
  async run(_ground, { parameters }, io) {
    let bytes = 0
    for await (const chunk of io.input ?? []) bytes += (chunk as Buffer).length
    io.note(`in ${io.cwd}: ${parameters.FILE}`)
    io.print(`${bytes}`)
    return 7
  },
}

const wait: DatabaseVerb = {
  words: 'wait',
  about: 'Waits until it is stopped.',
  needs: 'database',
  async run(_ground, _asked, io) {
    io.print('waiting')
    if (!io.signal.aborted) await once(io.signal, 'abort')
    reached?.()
    throw new Error('stopped')
  },
}

const fail: DatabaseVerb = {
  words: 'fail',
  about: 'Reads nothing and fails.',
  needs: 'database',
  run: () => Promise.reject(new Error('a fault of ours')),
}

beforeEach(async () => {
  folder = await emptyFolder()
  sockets = []
  control = startControl({ log, verbs: [measure, wait, fail] })
  lock = await lockFolder(folder, {
    onConnection: (socket) => {
      sockets.push(socket)
      control.accept(socket, ground)
    },
  })
})

afterEach(async () => {
  await control.stop()
  await lock.release()
  await rm(folder, { recursive: true })
})

/** What a command writes, as it comes. */
function listening(given: Partial<Io> = {}) {
  const said: string[] = []
  const lines: { wake?: () => void } = {}
  const say = (line: string) => {
    said.push(line)
    lines.wake?.()
  }
  const io: Io = { print: say, note: say, input: null, cwd: '/somewhere', signal: new AbortController().signal, ...given }
  return { io, said, first: new Promise<void>((resolve) => (lines.wake = resolve)) }
}

test('input is streamed to the verb, its lines and exit code come back', async () => {
  const size = 20_000_000
  const chunks = Array.from({ length: 200 }, () => Buffer.alloc(size / 200))
  const { io, said } = listening({ input: Readable.from(chunks) })
  expect(await isServed(folder)).toBe(true)
  expect(await runInServer(folder, ['measure', 'a file ü.xml'], io)).toBe(7)
  expect(said).toEqual(['in /somewhere: a file ü.xml', String(size)])
})

test('an input that cannot be read ends the command and the verb', async () => {
  const broken = new Readable({ read: () => {} })
  const { io } = listening({ input: broken })
  const running = runInServer(folder, ['measure', 'x'], io)
  broken.destroy(new Error('the disk is gone'))
  await expect(running).rejects.toThrow('the disk is gone')
})

test('a verb that does not read its input answers all the same', async () => {
  const { io, said } = listening({ input: Readable.from([Buffer.alloc(5_000_000), Buffer.alloc(5_000_000)]) })
  expect(await runInServer(folder, ['fail'], io)).toBe(1)
  expect(said[0]).toMatch('a fault of ours')
})

test('a verb that this server does not know is refused by the server', async () => {
  const { io, said } = listening()
  expect(await runInServer(folder, ['newer', 'verb'], io)).toBe(2)
  expect(said[0]).toBe('There is no verb "newer"; there is measure, wait, fail.')
})

test('whoever leaves stops the verb in the server', async () => {
  const stopped = new Promise<void>((resolve) => (reached = resolve))
  const leave = new AbortController()
  const { io, first } = listening({ signal: leave.signal })
  const running = runInServer(folder, ['wait'], io)
  await first
  leave.abort()
  await expect(running).rejects.toThrow(/abort/)
  await stopped
})

test('a server that stops ends the verb first and says so', async () => {
  const { io, said, first } = listening()
  const running = runInServer(folder, ['wait'], io)
  await first
  await control.stop()
  expect(await running).toBe(1)
  expect(said).toEqual(['waiting', 'It was stopped before it was done.'])
})

test('an answer that breaks off is a failure', async () => {
  const { io, said, first } = listening()
  const running = runInServer(folder, ['wait'], io)
  await first
  for (const socket of sockets) socket.destroy()
  expect(await running).toBe(1)
  expect(said).toEqual(['waiting', 'The server stopped before this was done. Give the command again.'])
})

test('a folder that nobody holds is not served', async () => {
  await lock.release()
  expect(await isServed(folder)).toBe(false)
  lock = { release: async () => {} }
})
