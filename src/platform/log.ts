/** The log: JSON lines by pino, from which whatever could name a person or open a door has been taken out. */
import { type DestinationStream, pino } from 'pino'

/** What the rest of the program may tell the log: fields for machines, then a sentence for people. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** From the most to the least talkative. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** A line is written when its level is this one or a graver one. */
export type LogLevel = (typeof logLevels)[number]

/** Starts a log that writes to `destination`, by default the standard output. */
export function createLog({ level, destination }: { level: LogLevel; destination?: DestinationStream }): Log {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const writer = destination ? pino(options, destination) : pino(options)
  const at = (name: Exclude<LogLevel, 'silent'>) => (fields: object, message: string) => {
    if (writer.isLevelEnabled(name)) writer[name](withoutSecrets(fields), masked(message))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A log that gives one line a second for each message and says how many it held back: for failures that come in hundreds. */
export function calmLog(log: Log, everyMs = 1000): Log {
  const last = new Map<string, { at: number; heldBack: number }>()
  const calm = (write: (fields: object, message: string) => void) => (fields: object, message: string) => {
    const before = last.get(message)
    if (before && performance.now() - before.at < everyMs) {
      before.heldBack++
      return
    }
    last.set(message, { at: performance.now(), heldBack: 0 })
    write(before?.heldBack ? { ...fields, heldBack: before.heldBack } : fields, message)
  }
  return {
    debug: calm((fields, message) => log.debug(fields, message)),
    info: calm((fields, message) => log.info(fields, message)),
    warn: calm((fields, message) => log.warn(fields, message)),
    error: calm((fields, message) => log.error(fields, message)),
  }
}

const removed = '[removed]'

/** A field with such a name is not written, whatever it holds. */
const secretName = /token|authori[sz]ation|password|passphrase|secret|cookie|e-?mail|credential|api-?key|private-?key|bearer/i

/** Objects are written this deep; what lies deeper is of no use in a log. */
const mostDepth = 6

/** Lists are written this far. */
const mostEntries = 50

/** Texts are cut here, in characters: a line of a log is read by people, and the patterns below take time by length. */
const mostText = 8000

/** A copy of the fields in which those with telling names are masked and failures are plain objects. */
function withoutSecrets(fields: object): Record<string, unknown> {
  return copyOf(fields, mostDepth, new Set())
}

function copyOf(fields: object, depth: number, above: Set<object>): Record<string, unknown> {
  const within = new Set(above).add(fields)
  const copy: Record<string, unknown> = {}
  for (const [name, value] of entriesOf(fields)) copy[name] = isSecret(name, value) ? removed : plain(value, depth - 1, within)
  return copy
}

/** Counts and switches tell nothing, whatever their name. */
function isSecret(name: string, value: unknown): boolean {
  return secretName.test(name) && (typeof value === 'string' || (typeof value === 'object' && value !== null))
}

function plain(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return masked(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (value instanceof URL) return masked(value.href)
  if (depth <= 0 || above.has(value)) return '[more]'
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((entry) => plain(entry, depth - 1, new Set(above).add(value)))
  return copyOf(value, depth, above)
}

/** The fields of an object; those of a failure include the ones that JSON leaves out. */
function entriesOf(fields: object): [string, unknown][] {
  if (fields instanceof Map) return [...fields].map(([key, value]) => [String(key), value])
  if (!(fields instanceof Error)) return Object.entries(fields)
  const { name, message, stack, cause } = fields
  return Object.entries({
    type: name,
    message,
    stack,
    ...(cause === undefined ? {} : { cause }),
    ...Object.fromEntries(Object.entries(fields)),
  })
}

/** What gives itself away by its form wherever it stands in a text. Repetitions are bounded, so that no text makes a pattern slow. */
const patterns: readonly [RegExp, string][] = [
  [/:\/\/[^\s"/]{1,512}@/g, `://${removed}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{1,4096}/gi, `$1 ${removed}`],
  [/(?<![\w-])eyJ[\w-]{4,4096}\.[\w-]{1,8192}(?:\.[\w-]{0,8192})?/g, removed],
  [/((?:token|secret|password|passphrase|api_?key|[?&](?:code|ticket|key))=)[^\s"&#]{1,4096}/gi, `$1${removed}`],
  [/[\w.%+-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi, removed],
]

function masked(text: string): string {
  const short = text.length > mostText ? `${text.slice(0, mostText)}…` : text
  return patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), short)
}
