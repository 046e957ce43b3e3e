/** The ways a person can be refused. */
import { UserError } from '../platform/errors.js'

export class NameNotAllowed extends UserError {
  static readonly description = 'The name is empty, longer than 50 characters, or has characters that no name needs.'
  readonly code = 'NAME_NOT_ALLOWED'
  override message = 'A name has 1 to 50 characters that can be seen.'
}

export class NameTaken extends UserError {
  static readonly description = 'The name looks like that of a member or moderator.'
  readonly code = 'NAME_TAKEN'
  override message = 'This name looks like that of somebody who is a member here: take another.'
}

export class NameReserved extends UserError {
  static readonly description =
    'The name says that its bearer is a moderator, an admin or of the editors, or speaks for the site: roles are shown as badges.'
  readonly code = 'NAME_RESERVED'
  override message = 'This name is kept for those who run the discussions here: take another.'
}

export class GuestsNotAllowed extends UserError {
  static readonly description = 'On this site one has to be a member to do this.'
  readonly code = 'GUESTS_NOT_ALLOWED'
  override message = 'On this site you have to be signed in as a member to do this.'
}

export class NotAllowedToWrite extends UserError {
  static readonly description = 'The person is banned or suspended.'
  readonly code = 'NOT_ALLOWED_TO_WRITE'
  override message = 'You cannot take part here at present.'
}

export class PersonNotFound extends UserError {
  static readonly description = 'There is no such person on this site.'
  readonly code = 'PERSON_NOT_FOUND'
  override message = 'There is no such person.'
}

export class TooFast extends UserError {
  static readonly description = 'The person did this too often in a short time.'
  readonly code = 'TOO_FAST'
  /** Milliseconds. */
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super(`That was quick: try again in ${Math.ceil(retryAfterMs / 1000)} s.`)
    this.retryAfterMs = Math.max(1, Math.ceil(retryAfterMs))
  }
}
