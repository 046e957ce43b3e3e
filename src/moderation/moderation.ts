/** What moderators decide, and what readers report to them. */
import { v7 as uuidv7 } from 'uuid'
import { append } from '../articles/log.js'
import { noteOf, record } from '../audit/audit.js'
import { accept, decide, pin, refuseEdit, visible, type Written } from '../comments/comments.js'
import { CommentNotFound } from '../comments/errors.js'
import type { Context, SignedIn } from '../context.js'
import { batchedPage } from '../graphql/batched-page.js'
import { type Connection, connection, type Page, type PageArguments, pageOf } from '../graphql/pagination.js'
import { holdModerator, holdWriter, takeTurn } from '../identity/standing.js'
import type { Inside } from '../platform/database.js'
import { once } from '../platform/request-key.js'
import { transaction } from '../platform/transaction.js'
import { RevisionChanged } from './errors.js'
import * as store from './store.js'

export { commentsAStep, mergeArticles, mergeContinues, moveOn, readdress } from './merging.js'

export type RejectionReason = 'ABUSE' | 'SPAM' | 'OFF_TOPIC' | 'PERSONAL_DATA' | 'ILLEGAL' | 'OTHER'
export type ReportReason = 'ABUSE' | 'SPAM' | 'OFF_TOPIC' | 'PERSONAL_DATA' | 'ILLEGAL' | 'OTHER'

/** A decision on a comment; `revision` is what the moderator read: by which words become readable names them. */
export interface Decision {
  key: string
  commentId: string
  revision?: number | null | undefined
  note?: string | null | undefined
}

/** Lets a comment, or an edit that waits beside it, be read. Throws CommentNotFound, NotDecidable, RevisionChanged, NoteTooLong, NoteNotAllowed, KeyReused. */
export function approve(ctx: SignedIn, input: Decision): Promise<Written> {
  return decision(ctx, 'comment.approve', input, accept)
}

/** Takes a comment away from readers. Throws CommentNotFound, NotDecidable, RevisionChanged, NoteTooLong, NoteNotAllowed, KeyReused. */
export function reject(ctx: SignedIn, input: Decision & { reason: RejectionReason }): Promise<Written> {
  return decision(ctx, 'comment.reject', input, (inside, id) => decide(inside, id, input.reason === 'SPAM' ? 'SPAM' : 'REJECTED'))
}

/** Refuses the edit that waits beside a comment, whose words stay. Throws CommentNotFound, NotDecidable, RevisionChanged, NoteTooLong, NoteNotAllowed, KeyReused. */
export function rejectEdit(ctx: SignedIn, input: Decision & { reason: RejectionReason }): Promise<Written> {
  return decision(ctx, 'comment.rejectEdit', input, refuseEdit)
}

/** Gives a comment that was rejected back to readers. Throws CommentNotFound, NotDecidable, RevisionChanged, NoteTooLong, NoteNotAllowed, KeyReused. */
export function restore(ctx: SignedIn, input: Decision): Promise<Written> {
  return decision(ctx, 'comment.restore', input, (inside, id) => decide(inside, id, 'APPROVED'))
}

/** Puts a thread before all others, or back. Throws CommentNotFound, NotDecidable, TooManyPinned, KeyReused. */
export function setPinned(ctx: SignedIn, input: { key: string; commentId: string }, pinned: boolean): Promise<Written> {
  const action = pinned ? 'comment.pin' : 'comment.unpin'
  return once<Written>(ctx, action, input, async (keep) => {
    const { articleId } = await known(ctx, input.commentId)
    return transaction(ctx, async (inside) => {
      const { tx, site, viewer } = inside
      const written = { commentId: input.commentId, articleId }
      await keep(tx, written)
      await holdModerator(inside)
      await record(tx, [{ siteId: site.id, actorId: viewer.id, action, subjectKind: 'COMMENT', subjectId: input.commentId, articleId }])
      await pin(inside, input.commentId, pinned)
      return written
    })
  })
}

/** Tells the moderators of a comment; twice is once. Throws CommentNotFound, RevisionChanged, NoteTooLong, NoteNotAllowed, NotAllowedToWrite, TooFast, KeyReused. */
export function report(ctx: SignedIn, input: Decision & { reason: ReportReason }): Promise<Written> {
  return once<Written>(ctx, 'reportComment', input, async (keep) => {
    const note = noteOf(input.note)
    const comment = await known(ctx, input.commentId)
    if (comment.status !== 'APPROVED') throw new CommentNotFound()
    if (input.revision != null && input.revision !== comment.revision) throw new RevisionChanged()
    await takeTurn(ctx, { name: 'reports', points: ctx.site.settings.reportsADay, perMs: dayMs }, ctx.viewer.id)
    return transaction(ctx, async (inside) => {
      const { tx, site, viewer } = inside
      const written = { commentId: comment.id, articleId: comment.articleId }
      await keep(tx, written)
      await holdWriter(inside)
      const { id: commentId, revision } = comment
      await store.insertReport(tx, {
        id: uuidv7(),
        siteId: site.id,
        commentId,
        revision,
        reporterId: viewer.id,
        reason: input.reason,
        note,
      })
      return written
    })
  })
}

const oldestFirst = { name: 'PENDING', types: ['uuid'] as const }

/** The comments that wait for a moderator, themselves or with an edit, oldest first. */
export async function pending(ctx: Context, args: PageArguments): Promise<Connection<{ id: string }>> {
  const page = pageOf(args, oldestFirst)
  const rows = await store.pending(ctx.db, ctx.site.id, page)
  return connection(rows, page, { order: oldestFirst, keys: (row) => [row.id], totalCount: () => store.pendingCount(ctx.db, ctx.site.id) })
}

export type ReportRow = store.ReportRow

/** What readers reported of a comment, oldest first. */
export function reportsOf(ctx: Context, commentId: string, args: PageArguments): Promise<Connection<ReportRow>> {
  const { db } = ctx
  const order = { name: 'REPORTS', types: ['uuid'] as const }
  const read = (ids: readonly string[], page: Page) => store.reports(db, ids, page)
  const count = (ids: readonly string[]) => store.reportCount(db, ids)
  return batchedPage<ReportRow>(ctx, commentId, { name: 'reports', order, keys: (row) => [row.id], read, count }, args)
}

const dayMs = 24 * 3_600_000

type Decider = (inside: Inside<SignedIn>, commentId: string) => ReturnType<typeof decide>

function decision(ctx: SignedIn, action: string, input: Decision & { reason?: string }, decider: Decider): Promise<Written> {
  return once<Written>(ctx, action, input, async (keep) => {
    const note = noteOf(input.note)
    const comment = await known(ctx, input.commentId)
    return transaction(ctx, async (inside) => {
      const { tx, site, viewer } = inside
      const written = { commentId: comment.id, articleId: comment.articleId }
      await keep(tx, written)
      await holdModerator(inside)
      // Its article as of now: a merge may have moved it since it was found.
      const { articleId, revision, events, counts } = await decider(inside, input.commentId)
      if (input.revision != null && input.revision !== revision) throw new RevisionChanged()
      const subject = { subjectKind: 'COMMENT', subjectId: input.commentId, articleId, revision } as const
      await record(tx, [{ siteId: site.id, actorId: viewer.id, action, ...subject, reason: input.reason, note: note ?? undefined }])
      // Words that nobody could read were not reported.
      if (decider !== refuseEdit) await store.closeReports(tx, input.commentId)
      await append(tx, site.id, articleId, { events, counts })
      return written
    })
  })
}

async function known(ctx: Context, id: string) {
  const comment = (await visible(ctx, [id])).get(id)
  if (!comment) throw new CommentNotFound()
  return comment
}
