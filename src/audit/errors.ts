/** The ways an entry of the audit log can be refused. */
import { UserError } from '../platform/errors.js'

export class NoteTooLong extends UserError {
  static readonly description = 'A note has more than 1,000 characters.'
  readonly code = 'NOTE_TOO_LONG'
  override message = 'A note has at most 1,000 characters.'
}

export class NoteNotAllowed extends UserError {
  static readonly description = 'A note has characters that no text needs.'
  readonly code = 'NOTE_NOT_ALLOWED'
  override message = 'This note contains control characters, characters that turn text around, or piled-up marks.'
}

/** What can be wrong with a note, whoever sends it. */
export const noteFailures = [NoteTooLong, NoteNotAllowed]
