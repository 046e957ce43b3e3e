/** The ways an article can refuse. */
import { UserError } from '../platform/errors.js'

export class ArticleNotFound extends UserError {
  static readonly description = 'There is no such article on this site, or the viewer may not know of it.'
  readonly code = 'ARTICLE_NOT_FOUND'
  override message = 'There is no such article.'
}

export class ArticleClosed extends UserError {
  static readonly description = 'The discussion takes no more comments, replies or edits.'
  readonly code = 'ARTICLE_CLOSED'
  override message = 'This discussion is closed.'
}

export class AddressNotAllowed extends UserError {
  static readonly description = 'The URL is not one under which this site may have articles.'
  readonly code = 'ADDRESS_NOT_ALLOWED'
  override message = 'This URL does not belong to one of the site’s origins.'
}

export class AddressTaken extends UserError {
  static readonly description = 'The URL already belongs to an article with another key; `mergeArticles` joins two.'
  readonly code = 'ADDRESS_TAKEN'
  override message = 'This URL already belongs to another article.'
}

export class TitleNotAllowed extends UserError {
  static readonly description = 'The title or key is empty, too long, or has characters that no text needs.'
  readonly code = 'TITLE_NOT_ALLOWED'
  override message = 'This title or key is empty, too long, or has characters that no text needs.'
}

export class TooManyPinned extends UserError {
  static readonly description = 'An article holds at most three pinned comments.'
  readonly code = 'TOO_MANY_PINNED'
  override message = 'Three comments are pinned already: unpin one first.'
}
