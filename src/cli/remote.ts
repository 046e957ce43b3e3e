/** The command line's side of the running server: sends a command and its input, and shows the answer as it comes. */
import { type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { controlPath } from '../platform/folder-lock.js'
import { type Command, commandHeader, type Told } from './control.js'
import type { Io } from './verb.js'

/** A server that is starting or stopping holds the folder and does not answer yet or any more. Milliseconds. */
const patienceMs = 20_000
const againMs = 100

/** Whether a server runs on this data folder; waits for one that is starting or stopping. */
export async function isServed(dataDir: string): Promise<boolean> {
  for (const began = performance.now(); performance.now() - began < patienceMs; await pause(againMs)) {
    const state = await look(dataDir)
    if (state !== 'busy') return state === 'served'
  }
  return false
}

/** Runs the command in the server and resolves with its exit code. */
export async function runInServer(dataDir: string, words: readonly string[], io: Io): Promise<number> {
  const command: Command = { words: [...words], cwd: io.cwd }
  const headers = { [commandHeader]: encodeURIComponent(JSON.stringify(command)) }
  const sent = request({ socketPath: controlPath(dataDir), method: 'POST', agent: false, headers, signal: io.signal })
  const response = new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject))
  const failed = io.input && new Promise<never>((_, reject) => io.input?.once('error', reject))
  if (io.input) io.input.pipe(sent)
  else sent.end()
  try {
    const ended = show(await (failed ? Promise.race([response, failed]) : response), io)
    return await (failed ? Promise.race([ended, failed]) : ended)
  } finally {
    // What is left of an input that nobody reads any more is not sent.
    io.input?.unpipe(sent).destroy()
    sent.destroy()
  }
}

async function show(response: IncomingMessage, io: Io): Promise<number> {
  let exitCode: number | null = null
  try {
    for await (const line of linesOf(response)) {
      const [kind, value] = JSON.parse(line) as Told
      if (kind === 'exit') exitCode = value
      else io[kind](value)
    }
  } catch (error) {
    if (io.signal.aborted) throw error
  }
  if (exitCode === null) io.note('The server stopped before this was done. Give the command again.')
  return exitCode ?? 1
}

/** Whole lines; readline would wait for ever for the rest of an answer that breaks off. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

type State = 'served' | 'busy' | 'alone'

function look(dataDir: string): Promise<State> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: controlPath(dataDir), method: 'GET', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 204 ? 'served' : 'busy')
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENOTSOCK'].includes(error.code ?? '')) resolve('alone')
      else if (['ECONNRESET', 'EPIPE', 'EAGAIN'].includes(error.code ?? '')) resolve('busy')
      else reject(error)
    })
    asked.end()
  })
}
