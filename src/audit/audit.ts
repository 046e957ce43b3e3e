/** Who did what and why: ids, actions and reasons, never texts or names. */
import type { Tx } from '../platform/database.js'
import { plainText } from '../platform/plain-text.js'
import { NoteNotAllowed, NoteTooLong } from './errors.js'
import * as store from './store.js'

/** Adds lines to the log, in the transaction of what they tell. */
export async function record(tx: Tx, entries: readonly store.AuditEntry[]): Promise<void> {
  await store.insert(tx, entries)
}

/** As much as explains a decision; what is longer belongs in a letter. */
const longestNote = 1000

/** A note as it is kept; null where nothing was noted that can be seen. Throws NoteTooLong, NoteNotAllowed. */
export function noteOf(note: string | null | undefined): string | null {
  if (note == null || note === '') return null
  const plain = plainText(note, { maximum: longestNote })
  if (plain.ok) return plain.value
  if (plain.why === 'EMPTY') return null
  throw plain.why === 'TOO_LONG' ? new NoteTooLong() : new NoteNotAllowed()
}
