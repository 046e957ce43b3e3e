/** The ways a decision can be refused. */
import { UserError } from '../platform/errors.js'

export class RevisionChanged extends UserError {
  static readonly description = 'The comment has other words than those that were decided on or reported.'
  readonly code = 'REVISION_CHANGED'
  override message = 'This comment has been edited meanwhile: read it again.'
}

export class SameArticle extends UserError {
  static readonly description = 'An article cannot be joined with itself.'
  readonly code = 'SAME_ARTICLE'
  override message = 'These are the same article.'
}
