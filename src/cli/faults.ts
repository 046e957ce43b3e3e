/** What a failure means for whoever starts the program or gives a command: a sentence instead of a stack. */
import { type Config, ConfigurationFault } from '../config.js'
import { Refused, Unavailable, UserError } from '../platform/errors.js'
import { FolderInUse } from '../platform/folder-lock.js'
import { MigrationFailed } from '../platform/migrate.js'
import { UsageFault } from './arguments.js'

/** What to write on the standard error and what to end with. */
export interface Explanation {
  text: string
  exitCode: 1 | 2
}

/** Explains a failure; only one that nobody foresaw shows where it was thrown. */
export function explain(error: unknown, config?: Config): Explanation {
  if (error instanceof ConfigurationFault || error instanceof UsageFault) return { text: error.message, exitCode: 2 }
  const known = [FolderInUse, MigrationFailed, UserError, Refused].some((kind) => error instanceof kind)
  if (known && error instanceof Error) return { text: error.message, exitCode: 1 }
  const text = ofListening(error, config) ?? ofDatabase(error, config) ?? ofFiles(error)
  return { text: text ?? `Something went wrong that should not: ${detailsOf(error)}`, exitCode: 1 }
}

interface SystemFault {
  code: string
  syscall: string
  path: string
  message: string
}

function ofListening(error: unknown, config?: Config): string | null {
  const { code, syscall } = systemFault(error)
  if (!config || (syscall !== 'listen' && syscall !== 'getaddrinfo')) return null
  const { host, port } = config
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken by another program. Stop that one, or choose another with PORT.`
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Choose one above 1023 with PORT.`
  if (code === 'EADDRNOTAVAIL' || (code === 'ENOTFOUND' && !config.databaseUrl))
    return `HOST is "${host}", which is no address of this machine.`
  return null
}

/** Codes of PostgreSQL with what to do about them (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
const databaseFaults: Record<string, string> = {
  '28P01': 'it refuses the password. Check DATABASE_URL.',
  '28000': 'it refuses this user. Check DATABASE_URL.',
  '3D000': 'it has no database of this name. Create it, or check DATABASE_URL.',
  '42501': 'this user may not do what the program needs. Make the user the owner of the database.',
  '53300': 'it has no connection left. Raise its max_connections, or lower COLLOQUY_DATABASE_READERS and COLLOQUY_DATABASE_WRITERS.',
}

function ofDatabase(error: unknown, config?: Config): string | null {
  const cause = error instanceof Unavailable ? (error.cause ?? error) : error
  const { code, syscall } = systemFault(cause)
  const fromServer = /^[0-9A-Z]{5}$/.test(code) && syscall === ''
  const away = error instanceof Unavailable || /^E[A-Z]+$/.test(code) || /connect|timeout|terminated/i.test(messageOf(cause))
  if (!config?.databaseUrl) return error instanceof Unavailable ? 'The embedded database does not answer. Try again.' : null
  if (!fromServer && !away) return null
  const { hostname, port, pathname } = new URL(config.databaseUrl)
  const where = `The database ${pathname.slice(1)} at ${hostname || 'localhost'}:${port || 5432}`
  if (fromServer) return `${where} cannot be used: ${databaseFaults[code] ?? `${messageOf(cause)} (${code}).`}`
  return `${where} cannot be reached${code ? ` (${code})` : ''}. Check DATABASE_URL, and whether the server runs.`
}

function ofFiles(error: unknown): string | null {
  const { code, path, message } = systemFault(error)
  const meaning = { EACCES: 'may not be used by this user', EPERM: 'may not be used by this user', EROFS: 'is on a read-only disk' }[code]
  if (meaning && path) return `${path} ${meaning}. Name another folder with DATA_DIR, or give this one to the user.`
  if (code === 'ENOSPC') return 'The disk is full.'
  if ((code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'EEXIST') && path)
    return `${path} cannot be used: ${message}.`
  return null
}

/** Several addresses of one host make an AggregateError, which has their code. */
function systemFault(error: unknown): SystemFault {
  const of = (error ?? {}) as Partial<Record<keyof SystemFault, unknown>>
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return { code: text(of.code), syscall: text(of.syscall), path: text(of.path), message: text(of.message) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function detailsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
