/** The program and its command line as processes of their own, in a short data folder of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jest } from '@jest/globals'
import { migratedFolder } from '../support/embedded-template.js'

/** Each process takes a second to start, and several where others keep the machine busy. */
jest.setTimeout(120_000)

/** What a process wrote, and how it ended. */
export interface Ended {
  code: number | null
  out: string
  err: string
}

export interface Running {
  child: ChildProcess
  /** What it has written so far. */
  readonly out: string
  readonly err: string
  ended: Promise<Ended>
}

const made: string[] = []
const started: ChildProcess[] = []

/** An empty folder. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cq-'))
  made.push(folder)
  return folder
}

/** A data folder with a database that is migrated and otherwise empty: starting on it is quick. */
export async function dataFolder(): Promise<string> {
  const folder = await emptyFolder()
  await cp(await migratedFolder(), folder, { recursive: true })
  return folder
}

/** Starts src/main.ts of the program in `folder` (this one) on a free port. */
export function startServer(env: Record<string, string>, folder = '.'): Running {
  return start(['src/main.ts'], { PORT: '0', COLLOQUY_DEMO: 'off', ...env }, folder)
}

/** The same by way of the command line. */
export function startByCommand(env: Record<string, string>): Running {
  return start(['src/cli/main.ts', 'start'], { PORT: '0', COLLOQUY_DEMO: 'off', ...env })
}

/** Where a server listens, once it says that it is ready. */
export async function addressOf(server: Running): Promise<string> {
  for (;;) {
    const found = /"url":"(http:[^"]+)","embedded"/.exec(server.out)
    if (found?.[1]) return found[1]
    if (server.child.exitCode !== null || server.child.signalCode !== null) throw new Error(`The server ended: ${server.err}`)
    await Promise.race([once(server.child.stdout ?? server.child, 'data'), server.ended])
  }
}

/** Runs a command to its end; `input` is its standard input. */
export function colloquy(words: readonly string[], env: Record<string, string>, input = ''): Promise<Ended> {
  const running = startCommand(words, env)
  running.child.stdin?.end(input)
  return running.ended
}

/** Starts a command whose standard input stays open. */
export function startCommand(words: readonly string[], env: Record<string, string>): Running {
  return start(['src/cli/main.ts', ...words], env)
}

/** Asks a process to stop, as an orchestrator does. */
export function stop(server: Running): Promise<Ended> {
  server.child.kill('SIGTERM')
  return server.ended
}

/** Ends what still runs and removes the folders: for `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Of the caller's environment a process gets what it needs to run, and none of the settings. */
function start(args: readonly string[], env: Record<string, string>, cwd = '.'): Running {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  const inherited = { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}) }
  const child = spawn(process.execPath, ['--import', 'tsx/esm', ...args], { cwd, env: { ...inherited, ...env } })
  started.push(child)
  const written = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (written.out += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (written.err += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }))
  return {
    child,
    ended,
    get out() {
      return written.out
    },
    get err() {
      return written.err
    },
  }
}
