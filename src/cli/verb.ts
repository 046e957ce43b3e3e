/** What a verb of the command line is: the same function on the running server and in a process of its own. */
import type { Readable } from 'node:stream'
import type { Config } from '../config.js'
import type { Ground } from './ground.js'

/** What a verb reads and where it writes, wherever it runs. */
export interface Io {
  /** A line of the answer, on the standard output. */
  print(line: string): void
  /** A line for the person who waits, on the standard error: progress, warnings, faults. */
  note(line: string): void
  /** What the file that the verb names as its input holds; null for verbs without one. */
  input: Readable | null
  /** The folder in which the command was given: paths are relative to it. */
  cwd: string
  /** Aborted when whoever gave the command has left, or the program stops. */
  signal: AbortSignal
}

/** An option such as `--slug SLUG`, or a switch where nothing follows it. */
export interface OptionRule {
  /** What follows it, as the help shows it; absent for a switch. */
  value?: string
  about: string
  /** May be given more than once. */
  repeated?: boolean
  required?: boolean
}

/** The arguments of a command, checked against its verb's rules. */
export interface Asked {
  parameters: Readonly<Record<string, string>>
  /** Each option's values in their order; empty where it was not given. A switch that was given has one, which is empty. */
  options: Readonly<Record<string, readonly string[]>>
}

interface Rules {
  /** `site create` */
  words: string
  about: string
  /** The names of what follows the verb, all of them required. */
  parameters?: readonly string[]
  options?: Readonly<Record<string, OptionRule>>
}

/** A verb that needs the configuration and no database. */
export interface PlainVerb extends Rules {
  needs: 'configuration'
  run(config: Config, asked: Asked, io: Io): Promise<number>
}

/** A verb that works on the database: in the server where one runs on the embedded database, else in this process. */
export interface DatabaseVerb extends Rules {
  needs: 'database'
  /** The parameter whose file is read as the input; `-` is the standard input. */
  input?: string
  /** Returns the exit code: 0 when all is well. Throws UsageFault, and failures that are told by their messages. */
  run(ground: Ground, asked: Asked, io: Io): Promise<number>
}

export type Verb = PlainVerb | DatabaseVerb
