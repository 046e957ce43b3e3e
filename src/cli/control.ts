/** The server's side of the command line: runs verbs for whoever can reach the socket in the data folder, which is its owner. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../platform/log.js'
import { findVerb, readArguments, UsageFault } from './arguments.js'
import type { Ground } from './ground.js'
import { runVerb, tell } from './run.js'
import type { DatabaseVerb, Io, Verb } from './verb.js'

/** What the client sends in the header of this name, as encoded JSON. */
export interface Command {
  words: string[]
  cwd: string
}
export const commandHeader = 'x-colloquy-command'

/** The answer is a line of JSON for each line of text as it is written, and at the end the exit code. */
export type Told = ['print' | 'note', string] | ['exit', number]

export interface Control {
  /** Takes a connection to the socket in the data folder. */
  accept(socket: Socket, ground: Ground): void
  /** Stops what runs and closes all connections. */
  stop(): Promise<void>
}

/** Verbs that run when the program stops have this long to end well. Milliseconds. */
const stopWaitsMs = 3000

/** Starts taking commands of these verbs. */
export function startControl({ log, verbs }: { log: Log; verbs: readonly Verb[] }): Control {
  const stopping = new AbortController()
  const sockets = new Map<Socket, Ground>()
  const running = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const ground = sockets.get(request.socket)
    if (!ground || stopping.signal.aborted) return void response.writeHead(503).end()
    // The client asks first whether somebody is there, so that it sends its input only once.
    if (request.method !== 'POST') return void response.writeHead(204).end()
    const work = answer(request, response, { ground, log, verbs, stopping: stopping.signal }).finally(() => running.delete(work))
    running.add(work)
  })
  // An import may send its file for hours.
  server.requestTimeout = 0
  return {
    accept(socket, ground) {
      sockets.set(socket, ground)
      socket.once('close', () => sockets.delete(socket))
      server.emit('connection', socket)
    },
    async stop() {
      stopping.abort()
      await Promise.race([Promise.all(running), pause(stopWaitsMs, undefined, { ref: false })])
      for (const socket of sockets.keys()) socket.destroy()
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { ground, log, verbs, stopping }: { ground: Ground; log: Log; verbs: readonly Verb[]; stopping: AbortSignal },
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const say = (told: Told) => void response.write(`${JSON.stringify(told)}\n`)
  const { words, cwd } = JSON.parse(decodeURIComponent(String(request.headers[commandHeader]))) as Command
  const io: Io = {
    print: (line) => say(['print', line]),
    note: (line) => say(['note', line]),
    input: request,
    cwd,
    signal: AbortSignal.any([gone.signal, stopping]),
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' })
  response.flushHeaders()
  const { verb, exitCode } = await runCommand(words, { ground, verbs, io })
  log.info({ verb: verb?.words ?? 'unknown', exitCode }, 'a command was run for the command line')
  say(['exit', exitCode])
  response.end()
}

/** The client has read the arguments by its own rules; this program may be of another version. */
async function runCommand(
  words: string[],
  { ground, verbs, io }: { ground: Ground; verbs: readonly Verb[]; io: Io },
): Promise<{ verb: DatabaseVerb | null; exitCode: number }> {
  let verb: DatabaseVerb | null = null
  try {
    const found = findVerb(verbs, words)
    if (found.verb.needs !== 'database') throw new UsageFault(`"${found.verb.words}" needs no server.`)
    verb = found.verb
    return { verb, exitCode: await runVerb(verb, ground, readArguments(verb, found.rest), io) }
  } catch (error) {
    return { verb, exitCode: tell(error, verb, io) }
  }
}
