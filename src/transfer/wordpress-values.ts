/** What the fields of a WordPress export mean: dates, states, votes, and the marks that wpDiscuz leaves. */
import { parseUrl } from '../platform/url.js'
import { plainFromHtml } from './markdown.js'
import { type PhpValue, unserialize } from './php.js'
import type { Access, ArticleRecord, CommentRecord, FaultCode, ImportedStatus, Skipped } from './records.js'

/** The texts of an element's fields by their names, and of a comment's meta by their keys. */
export type Fields = Map<string, string>

/** Told of what a field should not hold. */
export type TellFault = (code: FaultCode, detail: string, skipped: Skipped) => void

/** A comment's local time can be ahead of UTC by the widest zone there is. */
const zoneAllowanceMs = 14 * 3_600_000

/** Larger counts are no votes; the database's columns hold no more. */
const mostVotes = 2_147_483_647

/** The article that an item describes; null where neither link, guid nor the blog's own address gives it a URL. */
export function articleFrom(
  fields: Fields,
  options: { line: number; blogUrl: string; access: Access; tell: TellFault },
): ArticleRecord | null {
  const postId = fields.get('wp:post_id') || null
  const guid = fields.get('guid') || null
  const short = postId && webUrl(`${options.blogUrl.replace(/\/+$/, '')}/?p=${encodeURIComponent(postId)}`)
  const url = webUrl(fields.get('link')) ?? webUrl(guid) ?? short
  if (!url) return null
  const published = articleDate(fields)
  if (published === 'impossible') options.tell('DATE_IMPOSSIBLE', 'the date of the article is no date', 'VALUE')
  return {
    kind: 'article',
    line: options.line,
    key: postId ?? guid ?? url,
    url,
    title: plainFromHtml(fields.get('title') ?? '') || null,
    publishedAt: published instanceof Date ? published : null,
    open: fields.get('wp:comment_status') !== 'closed',
    type: fields.get('wp:post_type') || 'post',
    access: options.access,
  }
}

/** The comment that the fields and its meta describe; null, and a fault, where it cannot be kept. */
export function commentFrom(fields: Fields, meta: Fields, options: { line: number; now: Date; tell: TellFault }): CommentRecord | null {
  const { tell } = options
  const sourceId = fields.get('wp:comment_id') ?? ''
  if (!/^[1-9]\d{0,19}$/.test(sourceId)) {
    tell('COMMENT_WITHOUT_ID', 'a comment whose id is no number', 'COMMENT')
    return null
  }
  const createdAt = commentDate(fields, options)
  if (!createdAt) return null
  const type = (fields.get('wp:comment_type') || 'comment').toLowerCase()
  return {
    kind: 'comment',
    line: options.line,
    sourceId,
    parentSourceId: parentFrom(fields, tell),
    authorName: plainFromHtml(fields.get('wp:comment_author') ?? ''),
    authorEmail: emailFrom(fields, tell),
    authorUrl: webUrl(fields.get('wp:comment_author_url')),
    authorUserId: idOrNull(fields.get('wp:comment_user_id')),
    createdAt,
    status: statusFrom(fields, tell),
    type: type === stickyMark ? 'comment' : type,
    text: fields.get('wp:comment_content') ?? '',
    votes: votesFrom(meta, tell),
    sticky: type === stickyMark || meta.get(stickyMark) === '1',
    closed: meta.get('wpdiscuz_closed') === '1',
    passageId: idOrNull(meta.get('wpdiscuz_feedback_form_id')),
  }
}

/** wpDiscuz keeps a sticky comment as a type of its own. */
const stickyMark = 'wpdiscuz_sticky'

/** Meta that is read; everything else that plugins store beside a comment is passed over. */
export const knownMeta: ReadonlySet<string> = new Set([
  'wpdiscuz_votes',
  'wpdiscuz_votes_seperate',
  'wpdiscuz_closed',
  'wpdiscuz_feedback_form_id',
  stickyMark,
])

const statuses: ReadonlyMap<string, ImportedStatus> = new Map([
  ['1', 'APPROVED'],
  ['approve', 'APPROVED'],
  ['approved', 'APPROVED'],
  ['0', 'PENDING'],
  ['hold', 'PENDING'],
  ['spam', 'SPAM'],
  ['trash', 'TRASH'],
  ['post-trashed', 'TRASH'],
])

function statusFrom(fields: Fields, tell: TellFault): ImportedStatus {
  const status = statuses.get(fields.get('wp:comment_approved') ?? '')
  if (!status) tell('STATUS_UNKNOWN', 'approved or not is not said: taken as pending', 'VALUE')
  return status ?? 'PENDING'
}

function parentFrom(fields: Fields, tell: TellFault): string | null {
  const text = fields.get('wp:comment_parent') ?? ''
  const parent = idOrNull(text)
  if (!parent && text !== '' && text !== '0') tell('PARENT_UNREADABLE', 'the id of the comment that is answered is no number', 'VALUE')
  return parent
}

/** What wpDiscuz invents for guests who give no address. */
const inventedEmail = /^(?:anonymous_)?[0-9a-f]{13,40}@example\.com$/

function emailFrom(fields: Fields, tell: TellFault): string | null {
  const email = plainFromHtml(fields.get('wp:comment_author_email') ?? '')
  if (email === '' || inventedEmail.test(email)) return null
  if (/^[^\s@]{1,255}@[^\s@]{1,255}$/.test(email)) return email
  tell('EMAIL_UNREADABLE', "the author's address is no e-mail address", 'VALUE')
  return null
}

function idOrNull(text: string | undefined): string | null {
  return text !== undefined && /^[1-9]\d{0,19}$/.test(text) ? text : null
}

/** WordPress stores URLs as HTML has them, with `&amp;` or `&#038;`. */
function webUrl(html: string | null | undefined): string | null {
  const text = plainFromHtml(html ?? '')
  if (!/^https?:\/\/./i.test(text) || /\s/.test(text)) return null
  return parseUrl(text) ? text : null
}

function votesFrom(meta: Fields, tell: TellFault): CommentRecord['votes'] {
  const separate = meta.get('wpdiscuz_votes_seperate')
  const read = separate === undefined ? null : unserialize(separate)
  if (read?.ok && read.value instanceof Map) {
    const [up, down] = [voteCount(read.value.get('like')), voteCount(read.value.get('dislike'))]
    if (up !== null && down !== null) return up + down === 0 ? null : { up, down }
  }
  if (read) tell('VOTES_UNREADABLE', `the votes for and against are unreadable${read.ok ? '' : `: ${read.reason}`}`, 'VALUE')
  const total = meta.get('wpdiscuz_votes')
  if (total === undefined || total === '' || total === '0') return null
  const net = /^-?\d{1,10}$/.test(total) ? Number(total) : Number.NaN
  if (Math.abs(net) <= mostVotes) return { up: Math.max(net, 0), down: Math.max(-net, 0) }
  tell('VOTES_UNREADABLE', 'the sum of the votes is no number', 'VALUE')
  return null
}

function voteCount(value: PhpValue | undefined): number | null {
  if (value === undefined || value === null || value === '') return 0
  const count = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= mostVotes ? count : null
}

/** The time in UTC; where WordPress does not know it (zeros, or none), the local one taken as UTC. */
function commentDate(fields: Fields, { now, tell }: { now: Date; tell: TellFault }): Date | null {
  const gmt = fields.get('wp:comment_date_gmt') ?? ''
  const local = fields.get('wp:comment_date') ?? ''
  const known = gmt !== '' && !gmt.startsWith('0000-00-00')
  const utc = possible(gmt, now)
  if (utc && utc <= now) return utc
  const fallback = possible(local, new Date(now.getTime() + zoneAllowanceMs))
  if (known || !fallback)
    tell('DATE_IMPOSSIBLE', `no possible time: ${shown(gmt)}, locally ${shown(local)}`, fallback ? 'VALUE' : 'COMMENT')
  return fallback && fallback > now ? now : fallback
}

/** A time of this calendar, not before 1970 and not after `latest`. */
function possible(text: string, latest: Date): Date | null {
  const date = calendarTime(text)
  return date && date.getTime() >= 0 && date <= latest ? date : null
}

function articleDate(fields: Fields): Date | 'impossible' | null {
  const texts = ['wp:post_date_gmt', 'wp:post_date']
    .map((name) => fields.get(name) ?? '')
    .filter((text) => text !== '' && !text.startsWith('0000-00-00'))
  for (const text of texts) {
    const date = calendarTime(text)
    if (date) return date
  }
  const published = new Date(fields.get('pubDate') ?? '')
  // Drafts are published in November of the year -1.
  if (published.getUTCFullYear() > 0) return published
  return texts.length > 0 ? 'impossible' : null
}

function calendarTime(text: string): Date | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)Z?$/.exec(text)
  if (!parts) return null
  const date = new Date(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`)
  // JavaScript turns the 30th of February into the 2nd of March.
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text.slice(0, 10) ? date : null
}

/** A date as a fault may quote it: nothing that somebody wrote into its place. */
function shown(text: string): string {
  if (text === '') return 'none'
  return /^[-\d:TZ ]{1,30}$/.test(text) ? text : 'unreadable'
}
