/** Runs a verb and turns whatever it throws into words and an exit code: the same here and in the server. */
import { UsageFault } from './arguments.js'
import { explain } from './faults.js'
import type { Ground } from './ground.js'
import { usage } from './help.js'
import type { Asked, DatabaseVerb, Io, Verb } from './verb.js'

/** Runs a verb of the database; resolves with the exit code and never rejects. */
export async function runVerb(verb: DatabaseVerb, ground: Ground, asked: Asked, io: Io): Promise<number> {
  try {
    return await verb.run(ground, asked, io)
  } catch (error) {
    return io.signal.aborted ? stopped(io) : tell(error, verb, io, ground.config)
  }
}

/** Says that a command was interrupted; returns the exit code. */
export function stopped(io: Pick<Io, 'note'>): number {
  io.note('It was stopped before it was done.')
  return 1
}

/** Writes what a failure means; returns the exit code. */
export function tell(error: unknown, verb: Verb | null, io: Pick<Io, 'note'>, config?: Ground['config']): number {
  const { text, exitCode } = explain(error, config)
  io.note(text)
  if (error instanceof UsageFault)
    io.note(verb ? `\n${usage(verb)}\n\n"colloquy help ${verb.words}" tells more.` : '\n"colloquy help" tells more.')
  return exitCode
}
