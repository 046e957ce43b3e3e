/** What the driver's errors mean for the rest of the program. */
import { LostRace, Refused, Unavailable } from './errors.js'

/** Deadlock, serialization failure, lock not to be had in time: another try may win. */
const lostRaces = new Set(['40P01', '40001', '55P03'])

/** The server is going, gone, full, read-only or took too long (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
const away = /^(08...|57P0.|57014|53...|25006|25P03|58...)$/

/** Node's and the driver's own words for a connection that is not there. */
const broken =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|ENOTFOUND|Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed/

/** A text holds U+0000, or half of a surrogate pair in JSON: no column can keep it, so it cannot be found either. */
const unstorable = new Set(['22021', '22P05'])

const stuck = /Query read timeout/

/** The error to throw in place of the driver's: LostRace, Unavailable, or the error itself where it is a fault of ours. */
export function driverError(error: unknown, onStuck?: () => void): unknown {
  if (!(error instanceof Error) || error instanceof Unavailable || error instanceof LostRace) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (lostRaces.has(code)) return new LostRace(error.message, { cause: error })
  if (unstorable.has(code)) return new Refused('BAD_USER_INPUT', 'A text holds a character that no text can have, such as U+0000.')
  if (stuck.test(error.message)) {
    onStuck?.()
    return new Unavailable(undefined, undefined, { cause: error })
  }
  // The server ends the connection with these, or does not let it begin: whatever the reason, nothing was done.
  const fatal = 'severity' in error && error.severity === 'FATAL'
  if (fatal || away.test(code) || broken.test(code) || broken.test(error.message))
    return new Unavailable(undefined, undefined, { cause: error })
  return error
}
