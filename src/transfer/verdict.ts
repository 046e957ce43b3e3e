/** Who may read an article here: everybody, where WordPress says that its post is public; where it does not, moderators alone. */
import type { Access } from './records.js'

/** `UNKNOWN` while the file may still say it. */
export type Verdict = 'EVERYBODY' | 'UNKNOWN' | { hidden: string }

/** What the file has said so far makes of an article; `isWhole` when it says no more of it. */
export function verdictOn({ status, hasPassword }: Access, isWhole: boolean): Verdict {
  if (hasPassword) return { hidden: 'its post has a password' }
  if (status === 'publish') return isWhole || hasPassword === false ? 'EVERYBODY' : 'UNKNOWN'
  if (status === null && !isWhole) return 'UNKNOWN'
  // An attachment is for whoever may read the post that it belongs to, which the file need not hold.
  if (status === 'inherit') return { hidden: 'its status is "inherit": another post decides who may read it' }
  return { hidden: status !== null && /^[\w-]{1,40}$/.test(status) ? `its status is "${status}"` : 'nothing says that its post is public' }
}
