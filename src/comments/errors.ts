/** The ways a comment can be refused. */
import { UserError } from '../platform/errors.js'

export class CommentNotFound extends UserError {
  static readonly description = 'There is no such comment on this site, or the viewer may not know of it.'
  readonly code = 'COMMENT_NOT_FOUND'
  override message = 'There is no such comment.'
}

export class ThreadLocked extends UserError {
  static readonly description = 'The thread takes no more replies.'
  readonly code = 'THREAD_LOCKED'
  override message = 'This thread is closed.'
}

export class TooDeep extends UserError {
  static readonly description = 'The site lets threads go no deeper.'
  readonly code = 'TOO_DEEP'
  override message = 'This thread cannot go any deeper: reply further up.'
}

export class EditWindowOver extends UserError {
  static readonly description = 'The time in which an author may edit is over.'
  readonly code = 'EDIT_WINDOW_OVER'
  override message = 'This comment can no longer be edited.'
}

export class NotDecidable extends UserError {
  static readonly description =
    'As the comment stands, there is nothing to do, or it may not be done: what its author deleted stays deleted, what is pinned is not pinned again, and where no edit waits none is decided on. `message` says which.'
  readonly code = 'NOT_DECIDABLE'

  constructor(why = 'The status of this comment does not allow this.') {
    super(why)
  }
}

export class SaidBefore extends UserError {
  static readonly description = 'The same person wrote the same text under this article a moment ago.'
  readonly code = 'SAID_BEFORE'
  override message = 'You have just said this here.'
}

export class TextEmpty extends UserError {
  static readonly description = 'Nothing of the text can be seen.'
  readonly code = 'TEXT_EMPTY'
  override message = 'There is nothing to read in this text.'
}

export class TextTooLong extends UserError {
  static readonly description = 'The text is longer than the site allows.'
  readonly code = 'TEXT_TOO_LONG'
  /** In characters. */
  readonly maximum: number

  constructor(maximum: number) {
    super(`A comment may have ${maximum} characters at most.`)
    this.maximum = maximum
  }
}

export class TextNotAllowed extends UserError {
  static readonly description = 'The text has characters that cannot be shown safely.'
  readonly code = 'TEXT_NOT_ALLOWED'
  override message =
    'This text contains characters that cannot be shown safely: control characters, characters that turn text around, or piled-up marks.'
}
