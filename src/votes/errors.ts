/** The ways a vote can be refused. */
import { UserError } from '../platform/errors.js'

export class OwnComment extends UserError {
  static readonly description = 'Nobody votes on their own comment.'
  readonly code = 'OWN_COMMENT'
  override message = 'This comment is your own.'
}
