/** The one catalogue of what can happen in an article's discussion. */

export type EventKind =
  /** A comment can be read for the first time. */
  | 'POSTED'
  /** A comment's words changed. */
  | 'EDITED'
  /** A comment can no longer be read: deleted, rejected, spam. */
  | 'REMOVED'
  /** A comment can be read again. */
  | 'RESTORED'
  | 'PINNED'
  | 'UNPINNED'
  /** Votes were counted: the scores of some comments changed. */
  | 'VOTED'
  /** The article itself changed: state, title, or so much of the discussion at once that a reader should page again. */
  | 'ARTICLE'

/** Something that happened; which comment, where it has one. */
export interface ArticleEvent {
  kind: EventKind
  commentId?: string
  threadId?: string
  parentId?: string | null
}

/** An event as it stands in the log. */
export interface LoggedEvent {
  articleId: string
  /** Counts up by one with every event of the article, in the order of the commits. */
  seq: bigint
  kind: EventKind
  commentId: string | null
  threadId: string | null
  parentId: string | null
  at: Date
}

/** The first number that is still kept, and the last one given. */
export interface LogEnds {
  articleId: string
  firstSeq: bigint
  lastSeq: bigint
}

/** By how much a change moves the article's counters. */
export interface CountDeltas {
  /** Approved comments, of all levels. */
  comments?: number
  /** Listed threads. */
  threads?: number
  /** Pinned threads. */
  pinned?: number
}

/** What a transaction tells the log of one article. */
export interface Change {
  events: readonly ArticleEvent[]
  counts?: CountDeltas
  /** The article must still be open when this commits. */
  mustBeOpen?: boolean
}

/** The bus channel that is rung when something happened in this article. */
export function articleChannel(articleId: string): string {
  return `article:${articleId}`
}
