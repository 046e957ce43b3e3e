/** What can be done with comments. */
import { v7 as uuidv7 } from 'uuid'
import { type ArticleChoice, articleForWriting, likelyArticleId } from '../articles/articles.js'
import { append } from '../articles/log.js'
import type { Context, SignedIn } from '../context.js'
import { assertMayTakePart, holdPerson, holdWriter, takeTurn } from '../identity/standing.js'
import type { Inside } from '../platform/database.js'
import { Refused } from '../platform/errors.js'
import { once } from '../platform/request-key.js'
import { touch, transaction } from '../platform/transaction.js'
import { decide } from './decisions.js'
import { CommentNotFound, ThreadLocked, TooDeep } from './errors.js'
import { eyesOf } from './lists.js'
import { newsChannel } from './news.js'
import * as pages from './page.store.js'
import * as revisions from './revision.store.js'
import { assertMayEdit, type CommentRow } from './rules.js'
import { assertNotSaidBefore, screen } from './screening.js'
import * as store from './store.js'
import { renderText } from './text.js'

export { accept, decide, holdSome, pin, refuseEdit, takeOver } from './decisions.js'
export { authorsStillShown, scoredSince, visible } from './lists.js'
export { newsChannel, newsMarks } from './news.js'

/** Which comment a mutation wrote, and under which article; nothing else is kept of it, so that a repeated request reads it anew. */
export interface Written {
  commentId: string
  articleId: string
}

/**
 * Starts a thread. Throws ArticleNotFound, AddressNotAllowed, ArticleClosed, GuestsNotAllowed, NotAllowedToWrite, TooFast, SaidBefore,
 * TextEmpty, TextTooLong, TextNotAllowed, KeyReused; BAD_USER_INPUT where not one article is named.
 */
export async function post(ctx: SignedIn, input: ArticleChoice & { key: string; text: string }): Promise<Written> {
  if ((input.articleId == null) === (input.url == null)) throw new Refused('BAD_USER_INPUT', 'Name exactly one of "articleId" and "url".')
  const articleId = likelyArticleId(ctx, input)
  return write(ctx, 'postComment', input, articleId, async (inside, text, keep) => {
    const standing = await holdWriter(inside)
    const article = await articleForWriting(inside, input)
    return insert(inside, { articleId: article.id, parent: null, standing, text }, keep)
  })
}

/** Answers a comment. Throws what `post` does, and CommentNotFound, ThreadLocked, TooDeep. */
export async function reply(ctx: SignedIn, input: { key: string; parentId: string; text: string }): Promise<Written> {
  const [seen] = await pages.visible(ctx.db, eyesOf(ctx), [input.parentId])
  if (!seen) throw new CommentNotFound()
  return write(ctx, 'replyToComment', input, seen.articleId, async (inside, text, keep) => {
    const standing = await holdWriter(inside)
    const counted = screen(inside, standing) === 'APPROVED'
    const parent = await store.countReply(inside.tx, inside.site.id, input.parentId, counted)
    if (!parent) throw await whyNoReply(inside, input.parentId)
    if (parent.depth >= inside.site.settings.maxDepth) throw new TooDeep()
    return insert(inside, { articleId: parent.articleId, parent, standing, text }, keep)
  })
}

/**
 * Gives one's own comment other words, within the site's time. Where the new text would be held, or a moderator has decided on the old
 * one, it waits beside it.
 * Throws CommentNotFound, EditWindowOver, NotDecidable, ArticleClosed, NotAllowedToWrite, TooFast, TextEmpty, TextTooLong, TextNotAllowed, KeyReused.
 */
export function edit(ctx: SignedIn, input: { key: string; commentId: string; text: string }): Promise<Written> {
  return once(ctx, 'editComment', input, async (keep) => {
    const text = renderText(input.text, ctx.site.settings.maxTextLength)
    await takeEditTurn(ctx)
    return transaction(ctx, async (inside) => {
      const { tx, site, now } = inside
      const standing = await holdWriter(inside)
      const comment = await lockOwn(inside, input.commentId)
      assertMayEdit(comment, site.settings.editWindowSeconds, now)
      const { id, articleId, threadId, parentId } = comment
      await keep(tx, { commentId: id, articleId })
      const told = await reword(inside, comment, { standing, text })
      await append(tx, site.id, articleId, {
        events: told ? [{ kind: 'EDITED', commentId: id, threadId, parentId }] : [],
        mustBeOpen: true,
      })
      return { commentId: id, articleId }
    })
  })
}

/** Whether words wait beside those of a comment that the viewer has just edited. */
export async function editWaits({ db }: Context, commentId: string): Promise<boolean> {
  return (await revisions.waiting(db, [commentId])).length > 0
}

/** Takes one's own comment back; replies stay under a tombstone. Throws CommentNotFound, NotDecidable, KeyReused. */
export function remove(ctx: SignedIn, input: { key: string; commentId: string }): Promise<Written> {
  return once(ctx, 'deleteComment', input, (keep) =>
    transaction(ctx, async (inside) => {
      await holdPerson(inside)
      const { articleId } = await lockOwn(inside, input.commentId)
      await keep(inside.tx, { commentId: input.commentId, articleId })
      const { events, counts } = await decide(inside, input.commentId, 'DELETED')
      await append(inside.tx, inside.site.id, articleId, { events, counts })
      return { commentId: input.commentId, articleId }
    }),
  )
}

type Keep = (tx: Inside<Context>['tx'], written: Written) => Promise<void>
type Text = ReturnType<typeof renderText>

/** What posting and replying have in common: key, right, pace, text, screening, then one transaction. */
function write(
  ctx: SignedIn,
  operation: string,
  input: { key: string; text: string },
  articleId: string,
  work: (inside: Inside<SignedIn>, text: Text, keep: Keep) => Promise<Written>,
): Promise<Written> {
  return once<Written>(ctx, operation, input, async (keep) => {
    assertMayTakePart(ctx, 'comment')
    const text = renderText(input.text, ctx.site.settings.maxTextLength)
    await assertNotSaidBefore(ctx, { articleId, source: text.source })
    await takeCommentTurn(ctx)
    return transaction(ctx, (inside) => work(inside, text, keep), articleId)
  })
}

async function insert(
  inside: Inside<SignedIn>,
  { articleId, parent, standing, text }: { articleId: string; parent: store.Parent | null; standing: string; text: Text },
  keep: Keep,
): Promise<Written> {
  const { tx, site, viewer, now } = inside
  const id = uuidv7({ msecs: now.getTime() })
  const status = screen(inside, standing)
  await keep(tx, { commentId: id, articleId })
  await store.insert(tx, { id, siteId: site.id, articleId, parent, authorId: viewer.id, status, createdAt: now, ...text })
  const seen = status === 'APPROVED'
  if (seen && parent) touch(tx, newsChannel(parent.authorId))
  await append(tx, site.id, articleId, {
    events: seen ? [{ kind: 'POSTED', commentId: id, threadId: parent?.threadId ?? id, parentId: parent?.id ?? null }] : [],
    counts: { comments: seen ? 1 : 0, threads: seen && !parent ? 1 : 0 },
    mustBeOpen: true,
  })
  return { commentId: id, articleId }
}

async function whyNoReply({ tx, site }: Inside<SignedIn>, parentId: string): Promise<Error> {
  const parent = await store.parentState(tx, site.id, parentId)
  return parent?.status === 'APPROVED' && parent.locked ? new ThreadLocked() : new CommentNotFound()
}

/** The viewer's own comment, held; anybody else's is as if it were not there. */
async function lockOwn(inside: Inside<SignedIn>, id: string): Promise<CommentRow> {
  const [link] = await store.lockChain(inside.tx, inside.site.id, id)
  const [comment] = link?.authorId === inside.viewer.id ? await pages.visible(inside.tx, eyesOf(inside), [id]) : []
  if (!comment) throw new CommentNotFound()
  return comment
}

/** Puts new words in place of a comment's own, or beside them; true where readers have others, or another number, from now on. The same words are no edit. */
async function reword(
  inside: Inside<SignedIn>,
  { id, status }: CommentRow,
  { standing, text }: { standing: string; text: Text },
): Promise<boolean> {
  const { tx, now } = inside
  const had = await revisions.standing(tx, id)
  if (text.source === had?.source) {
    return (await revisions.withdraw(tx, id)) && status === 'APPROVED'
  }
  const takesEffect = status !== 'APPROVED' || screen(inside, standing, had?.decided) === 'APPROVED'
  if (takesEffect) await revisions.replace(tx, { id, ...text, editedAt: now })
  else if (text.source !== had?.waiting) await revisions.propose(tx, { id, ...text })
  return takesEffect && status === 'APPROVED'
}

const hourMs = 3_600_000

/** Nobody mends a text more often by hand, and each edit is kept and told to all who read. */
const editsAMinute = 10

async function takeEditTurn(ctx: SignedIn): Promise<void> {
  if (ctx.viewer.role === 'READER') await takeTurn(ctx, { name: 'edits', points: editsAMinute, perMs: 60_000 }, ctx.viewer.id)
}

async function takeCommentTurn(ctx: SignedIn): Promise<void> {
  const { guestSecondsBetweenComments, guestCommentsAnHourAndAddress, memberSecondsBetweenComments } = ctx.site.settings
  if (ctx.viewer.role !== 'READER') return
  const guest = ctx.viewer.kind === 'GUEST'
  const pause = guest ? guestSecondsBetweenComments : memberSecondsBetweenComments
  if (pause > 0) await takeTurn(ctx, { name: 'comments', points: 1, perMs: pause * 1000 }, ctx.viewer.id)
  if (guest) await takeTurn(ctx, { name: 'guest-comments', points: guestCommentsAnHourAndAddress, perMs: hourMs }, ctx.addressKey)
}
