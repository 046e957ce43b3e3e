/** What is allowed and what is shown: decisions only, from values the caller already has. */
import type { Viewer } from '../identity/viewer.js'
import { idOf, moderates } from '../identity/viewer.js'
import { EditWindowOver, NotDecidable } from './errors.js'

export type Status = 'PENDING' | 'APPROVED' | 'REJECTED' | 'SPAM' | 'SHADOWED' | 'DELETED' | 'ERASED'

/** A comment with its words and its author, as every list reads it. */
export interface CommentRow {
  id: string
  articleId: string
  parentId: string | null
  threadId: string
  /** The ids from the thread's first comment to this one, as PostgreSQL writes an array: few readers need them apart. */
  path: string
  depth: number
  status: Status
  listed: boolean
  locked: boolean
  createdAt: Date
  editedAt: Date | null
  pinnedAt: Date | null
  notPinned: boolean
  newness: bigint
  replyCount: number
  listCount: number
  upvotes: number
  downvotes: number
  score: number
  best: number
  controversial: number
  revision: number
  html: string
  authorId: string
  authorKind: 'GUEST' | 'MEMBER'
  authorName: string
  authorAvatarUrl: string | null
  authorRole: 'READER' | 'MODERATOR' | 'ADMIN'
  authorCreatedAt: Date
}

/** The ids of the comments above one, from the thread's first down to its parent. */
export function ancestorIds({ path }: Pick<CommentRow, 'path'>): string[] {
  return path.slice(1, -1).split(',').slice(0, -1)
}

/** Where a comment may go from each status. DELETED is its author's word, ERASED the law's: nobody takes either back. */
const moves: Record<Status, readonly Status[]> = {
  PENDING: ['APPROVED', 'REJECTED', 'SPAM', 'SHADOWED', 'DELETED', 'ERASED'],
  APPROVED: ['REJECTED', 'SPAM', 'SHADOWED', 'DELETED', 'ERASED'],
  REJECTED: ['APPROVED', 'SPAM', 'DELETED', 'ERASED'],
  SPAM: ['APPROVED', 'REJECTED', 'DELETED', 'ERASED'],
  SHADOWED: ['APPROVED', 'REJECTED', 'SPAM', 'DELETED', 'ERASED'],
  DELETED: ['ERASED'],
  ERASED: [],
}

/** Throws NotDecidable. */
export function assertMayMove(from: Status, to: Status): void {
  if (!moves[from].includes(to)) throw new NotDecidable()
}

/** A tombstone keeps its place in the thread and loses its words and its author, except to the author and to moderators. */
export function isShown(viewer: Viewer | null, comment: Pick<CommentRow, 'status' | 'authorId'>): boolean {
  if (comment.status === 'APPROVED') return true
  if (comment.status === 'ERASED') return false
  return idOf(viewer) === comment.authorId || moderates(viewer)
}

/** Someone whose comments only they can see must not learn of it; a reader of a tombstone learns only who removed it. What was erased is nobody's own. */
export function shownStatus(viewer: Viewer | null, { status, authorId }: Pick<CommentRow, 'status' | 'authorId'>): Status {
  if (moderates(viewer)) return status
  if (status === 'ERASED') return 'DELETED'
  if (idOf(viewer) === authorId) return status === 'SHADOWED' ? 'APPROVED' : status
  return status === 'APPROVED' ? 'APPROVED' : status === 'DELETED' ? 'DELETED' : 'REJECTED'
}

/** Its author and the moderators may read what a comment was written as and what it said before. */
export function mayReadSource(viewer: Viewer | null, comment: Pick<CommentRow, 'status' | 'authorId'>): boolean {
  return comment.status !== 'ERASED' && (idOf(viewer) === comment.authorId || moderates(viewer))
}

/** Until when its author may edit a comment; by the server's clock. */
export function editableUntil(comment: Pick<CommentRow, 'createdAt'>, editWindowSeconds: number): Date {
  return new Date(comment.createdAt.getTime() + editWindowSeconds * 1000)
}

/** Throws EditWindowOver, NotDecidable. */
export function assertMayEdit(comment: Pick<CommentRow, 'createdAt' | 'status'>, editWindowSeconds: number, now: Date): void {
  if (comment.status !== 'APPROVED' && comment.status !== 'PENDING' && comment.status !== 'SHADOWED') throw new NotDecidable()
  if (now > editableUntil(comment, editWindowSeconds)) throw new EditWindowOver()
}

/** What deciding on a comment needs to know of it and of each comment above it. */
export interface ChainLink {
  id: string
  parentId: string | null
  status: Status
  listed: boolean
  replyCount: number
  listCount: number
  pinnedAt: Date | null
}

/** How a decision changes one comment of the chain; `decided` where it is a moderator's, on this one. */
export type ChainChange = Pick<ChainLink, 'id' | 'status' | 'listed' | 'replyCount' | 'listCount'> & { unpin: boolean; decided: boolean }

/**
 * What follows when the first of `chain` (the comment, then its parent, up to the thread's first) gets a new status. A comment is
 * listed while it is approved or has a listed reply, so a decision can move the listing of those above it; it stops at the first
 * whose listing stays.
 */
export function follow(
  chain: readonly ChainLink[],
  to: Status,
): { changes: ChainChange[]; comments: number; threads: number; pinned: number } {
  const changes: ChainChange[] = []
  let replies = 0
  let lists = 0
  let [comments, threads, pinned] = [0, 0, 0]
  for (const [i, link] of chain.entries()) {
    const status = i === 0 ? to : link.status
    const listCount = link.listCount + lists
    const listed = status === 'APPROVED' || listCount > 0
    const unpin = link.pinnedAt !== null && status !== 'APPROVED'
    if (i === 0) comments = approved(to) - approved(link.status)
    if (unpin) pinned -= 1
    const decided = i === 0 && to !== 'DELETED'
    changes.push({ id: link.id, status, listed, replyCount: link.replyCount + replies, listCount, unpin, decided })
    replies = i === 0 ? comments : 0
    lists = Number(listed) - Number(link.listed)
    if (link.parentId === null) threads = lists
    if (replies === 0 && lists === 0) break
  }
  return { changes, comments, threads, pinned }
}

function approved(status: Status): number {
  return status === 'APPROVED' ? 1 : 0
}
