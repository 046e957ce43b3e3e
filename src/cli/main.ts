#!/usr/bin/env node
/** The command line: finds the verb and runs it, in the server where one runs on the data folder, else here. */
import { type Config, readConfig } from '../config.js'
import { createLog } from '../platform/log.js'
import { findVerb, readArguments } from './arguments.js'
import { openGround } from './ground.js'
import { manual, overview } from './help.js'
import { openInput } from './input.js'
import { isServed, runInServer } from './remote.js'
import { runVerb, stopped, tell } from './run.js'
import type { Asked, DatabaseVerb, Io, PlainVerb, Verb } from './verb.js'
import { verbs } from './verbs.js'

/** Whoever read what this writes may leave, as in `| head`: that interrupts the command, and nothing more is written. */
let isLeft = false
for (const stream of [process.stdout, process.stderr]) stream.on('error', leave)

const io = { print: (line: string) => write(process.stdout, line), note: (line: string) => write(process.stderr, line) }

/** The server is a process of its own making: it reads its configuration and ends by itself. */
const start: PlainVerb = {
  words: 'start',
  about: 'Starts the server, as `npm start` does.',
  needs: 'configuration',
  run: async () => {
    await import('../main.js')
    return 0
  },
}
const all: readonly Verb[] = [start, ...verbs]

process.exitCode = await obey(process.argv.slice(2))

/** Runs a command; resolves with the exit code. */
async function obey(words: readonly string[]): Promise<number> {
  const [first] = words
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') return help(words.slice(1))
  let verb: Verb | null = null
  let config: Config | undefined
  const signal = untilInterrupted()
  try {
    const found = findVerb(all, words)
    verb = found.verb
    if (found.rest.includes('--help')) return help([verb.words])
    const asked = readArguments(verb, found.rest)
    config = readConfig()
    const whole: Io = { ...io, input: null, cwd: process.cwd(), signal }
    return verb.needs === 'configuration'
      ? await verb.run(config, asked, whole)
      : await onDatabase({ verb, asked, words, config, io: whole })
  } catch (error) {
    return signal.aborted ? stopped(io) : tell(error, verb, io, config)
  }
}

async function onDatabase(command: {
  verb: DatabaseVerb
  asked: Asked
  words: readonly string[]
  config: Config
  io: Io
}): Promise<number> {
  const { verb, asked, words, config } = command
  const file = verb.input && asked.parameters[verb.input]
  const io = file ? { ...command.io, input: await openInput(file) } : command.io
  if (!config.databaseUrl && (await isServed(config.dataDir))) return runInServer(config.dataDir, words, io)
  const level = config.logLevel === 'silent' ? 'silent' : 'warn'
  const log = createLog({ level, destination: { write: (line) => void process.stderr.write(line) } })
  const { ground, close } = await openGround(config, log)
  try {
    return await runVerb(verb, ground, asked, io)
  } finally {
    await close()
  }
}

function help(words: readonly string[]): number {
  try {
    io.print(words.length === 0 || words[0] === 'help' ? overview(all) : manual(findVerb(all, words.join(' ').split(' ')).verb))
    return 0
  } catch (error) {
    return tell(error, null, io)
  }
}

/** The first interrupt asks the verb to end well, the second ends the process. */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
  return interrupted.signal
}

function write(stream: NodeJS.WriteStream, line: string): void {
  if (!isLeft) stream.write(`${line}\n`)
}

function leave(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  if (isLeft) return
  isLeft = true
  process.emit('SIGTERM', 'SIGTERM')
}
