/** What the reader of another program's export hands on: articles, their comments, and what could not be read. */

/** An article that the comments after it belong to. */
export interface ArticleRecord {
  kind: 'article'
  /** The line of the file on which it begins, counted from 1. */
  line: number
  /** How the other program names it: WordPress's post id, else its guid, else its URL. */
  key: string
  /** Absolute, http or https, as the file has it. */
  url: string
  /** Plain text; null where the file has none. */
  title: string | null
  publishedAt: Date | null
  /** Whether new comments were allowed. */
  open: boolean
  /** `post`, `page`, `attachment`, `nav_menu_item` …: many have no page of their own, so only those with comments are worth keeping. */
  type: string
  access: Access
}

/** What decides who may read an article in the other program. */
export interface Access {
  /** `publish`, `private`, `draft` …; empty where the file contradicts itself, null where nothing has said it yet. */
  status: string | null
  /** Whether readers need a password, which itself is not kept; null where nothing has said it yet. */
  hasPassword: boolean | null
}

/** The article that came last before it is whole, and something of this stood behind its comments or not at all. */
export interface AccessRecord {
  kind: 'access'
  access: Access
}

/** Where a comment stood in the other program. */
export type ImportedStatus = 'APPROVED' | 'PENDING' | 'SPAM' | 'TRASH'

/** A comment of the article that came last before it. */
export interface CommentRecord {
  kind: 'comment'
  line: number
  /** Its id in the other program; the file may hold one twice. */
  sourceId: string
  /** The id of the comment it answers, which may come later or never; null for the first of a thread. */
  parentSourceId: string | null
  /** Plain text, perhaps empty. */
  authorName: string
  /** Private: never shown to readers. */
  authorEmail: string | null
  /** http or https. */
  authorUrl: string | null
  /** The member's id in the other program; null for a guest. */
  authorUserId: string | null
  createdAt: Date
  status: ImportedStatus
  /** `comment`, `pingback`, `trackback`, or what a plugin made of it (some are not meant for readers). */
  type: string
  /** HTML as the other program stores it, not sanitized: for markdownFromHtml. */
  text: string
  votes: { up: number; down: number } | null
  /** Kept at the top of the page. */
  sticky: boolean
  /** No more replies to it. */
  closed: boolean
  /** The question on a passage of the article that it answers; a row's id of the other program. */
  passageId: string | null
}

/** What was lost to a fault: a value of a record, the record itself, or nothing. */
export type Skipped = 'NOTHING' | 'VALUE' | 'COMMENT' | 'ARTICLE'

/** A place in the file that could not be read as it should be. */
export interface FaultRecord {
  kind: 'fault'
  line: number
  code: FaultCode
  /** For people. Names elements, ids and dates; never what somebody wrote, nor who it was. */
  detail: string
  skipped: Skipped
  /** The comment it is about, where that is known. */
  sourceId: string | null
}

/** Anything that a reader hands on. */
export type ImportRecord = ArticleRecord | AccessRecord | CommentRecord | FaultRecord

/** The ways in which a file can be at fault, by code. */
export type FaultCode =
  | 'ARTICLE_WITHOUT_URL'
  | 'BARE_AMPERSAND'
  | 'BARE_LESS_THAN'
  | 'CDATA_NOT_CLOSED'
  | 'COMMENT_MIXED'
  | 'COMMENT_WITHOUT_ARTICLE'
  | 'COMMENT_WITHOUT_ID'
  | 'CONTROL_CHARACTER'
  | 'DATE_IMPOSSIBLE'
  | 'DOCTYPE_IGNORED'
  | 'ELEMENT_NOT_CLOSED'
  | 'ELEMENT_NOT_OPENED'
  | 'EMAIL_UNREADABLE'
  | 'ENCODING_UNKNOWN'
  | 'ENTITY_UNKNOWN'
  | 'MARKUP_IN_TEXT'
  | 'MARKUP_NOT_CLOSED'
  | 'NOT_WORDPRESS'
  | 'PARENT_UNREADABLE'
  | 'STATUS_UNKNOWN'
  | 'STRAY_TEXT'
  | 'TEXT_TOO_LONG'
  | 'TRUNCATED'
  | 'UNREADABLE_BYTES'
  | 'VOTES_UNREADABLE'
