/** The ways an entry of the audit log can be refused. */
import { UserError } from '../platform/errors.js'

export class NoteTooLong extends UserError {
  static readonly description = 'A note has more than 1,000 characters, or characters that no text needs.'
  readonly code = 'NOTE_TOO_LONG'
  override message = 'A note has at most 1,000 characters.'
}
