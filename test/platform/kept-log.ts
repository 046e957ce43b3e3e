/** A log whose lines a test can read. */
import { createLog, type Log, type LogLevel } from '../../src/platform/log.js'

/** The log, its lines as objects, and the very text that was written. */
export function keptLog(level: LogLevel = 'debug'): { log: Log; lines: () => Record<string, unknown>[]; text: () => string } {
  const written: string[] = []
  const log = createLog({ level, destination: { write: (line) => void written.push(line) } })
  return { log, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>), text: () => written.join('') }
}
