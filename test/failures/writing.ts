/** Every answer of the mutations by which people write, vote and report. */
import { randomUUID } from 'node:crypto'
import type { TestApp } from '../support/app.js'
import { act, inside, uuidOf } from '../support/mutations.js'
import { seed } from '../support/seed.js'
import { banned, first, notAllowed, nowhere, type Provocations, type Ready, tooLong, withThread } from './provoking.js'

const words = () => `Words ${randomUUID()}`

/** The failures of a text, and of the person who sends it. */
function writer(start: (program: TestApp, settings?: object) => Promise<Ready>): Provocations[string] {
  const saying = (text: string) => async (program: TestApp) => {
    const ready = await start(program)
    return { ...ready, input: { ...ready.input, text } }
  }
  return {
    done: start,
    TextEmpty: saying(' \n '),
    TextTooLong: saying(tooLong),
    TextNotAllowed: saying(notAllowed),
    NotAllowedToWrite: async (program) => {
      const ready = await start(program)
      return { ...ready, by: await banned(program, ready.site) }
    },
    GuestsNotAllowed: async (program) => {
      const ready = await start(program, { whoMayComment: 'MEMBERS' })
      return { ...ready, by: await ready.site.guest() }
    },
    TooFast: async (program) => {
      const ready = await start(program, { memberSecondsBetweenComments: 60 })
      await ready.site.post(ready.by ?? (await ready.site.member()), ready.site.url())
      return ready
    },
  }
}

async function posting(program: TestApp, settings: object = {}): Promise<Ready & { url: string }> {
  const site = await seed(program, settings)
  const url = site.url()
  return { site, url, by: await site.member(), input: { url, text: words() } }
}

async function replying(program: TestApp, settings: object = {}) {
  const thread = await withThread(program, settings)
  return { ...thread, by: await thread.site.member(), input: { parentId: thread.commentId, text: words() } }
}

async function editing(program: TestApp, settings: object = {}) {
  const thread = await withThread(program, settings)
  return { ...thread, by: thread.author, input: { commentId: thread.commentId, text: words() } }
}

async function voting(program: TestApp, settings: object = {}) {
  const thread = await withThread(program, settings)
  return { ...thread, by: await thread.site.member(), input: { commentId: thread.commentId, value: 'UP' } }
}

async function reporting(program: TestApp, settings: object = {}) {
  const thread = await withThread(program, settings)
  return { ...thread, by: await thread.site.member(), input: { commentId: thread.commentId, reason: 'SPAM' } }
}

const noted = (note: string) => async (program: TestApp) => {
  const ready = await reporting(program)
  return { ...ready, input: { ...ready.input, note } }
}

const { GuestsNotAllowed: _noGuest, ...editor } = writer(editing)

export const writing: Provocations = {
  postComment: {
    ...writer(posting),
    ArticleNotFound: async (program) => {
      const { articleId, url: _url, ...thread } = await withThread(program)
      await first(program, thread.site, 'hideArticle', { articleId })
      return { ...thread, by: thread.author, input: { articleId, text: words() } }
    },
    AddressNotAllowed: async (program) => ({ ...(await posting(program)), input: { url: 'https://elsewhere.example/a', text: words() } }),
    ArticleClosed: async (program) => {
      const { articleId, ...thread } = await withThread(program)
      await first(program, thread.site, 'closeArticle', { articleId })
      return { ...thread, by: thread.author, input: { articleId, text: words() } }
    },
    SaidBefore: async (program) => {
      const ready = await posting(program)
      if (ready.by) await ready.site.post(ready.by, ready.url, 'The same words')
      return { ...ready, input: { url: ready.url, text: ' The same words\n' } }
    },
  },
  replyToComment: {
    ...writer(replying),
    CommentNotFound: async (program) => {
      const ready = await replying(program)
      await first(program, ready.site, 'rejectComment', { commentId: ready.commentId, reason: 'OTHER' })
      return ready
    },
    ThreadLocked: async (program) => {
      const ready = await replying(program)
      await inside(program)`UPDATE comment SET locked = true WHERE id = ${uuidOf(ready.commentId)}::uuid`
      return ready
    },
    TooDeep: (program) => replying(program, { maxDepth: 0 }),
    ArticleClosed: async (program) => {
      const ready = await replying(program)
      await first(program, ready.site, 'closeArticle', { articleId: ready.articleId })
      return ready
    },
    SaidBefore: async (program) => {
      const ready = await replying(program)
      await ready.site.reply(ready.by, ready.commentId, 'The same words')
      return { ...ready, input: { parentId: ready.commentId, text: 'The same words' } }
    },
  },
  editComment: {
    ...editor,
    TooFast: async (program) => {
      const ready = await editing(program)
      for (let n = 0; n < 10; n++) await act(program, ready.site, ready.by, 'editComment', { ...ready.input, text: words() })
      return ready
    },
    NotAllowedToWrite: async (program) => {
      const ready = await editing(program)
      await inside(program)`UPDATE person SET standing = 'SUSPENDED' WHERE "siteId" = (SELECT id FROM site WHERE slug = ${ready.site.site})`
      return ready
    },
    CommentNotFound: async (program) => {
      const ready = await editing(program)
      return { ...ready, by: await ready.site.member('Somebody else') }
    },
    EditWindowOver: async (program) => {
      const ready = await editing(program)
      await inside(program)`UPDATE comment SET "createdAt" = now() - interval '301 seconds' WHERE id = ${uuidOf(ready.commentId)}::uuid`
      return ready
    },
    NotDecidable: async (program) => {
      const ready = await editing(program)
      await first(program, ready.site, 'rejectComment', { commentId: ready.commentId, reason: 'OTHER' })
      return ready
    },
    ArticleClosed: async (program) => {
      const ready = await editing(program)
      await first(program, ready.site, 'closeArticle', { articleId: ready.articleId })
      return ready
    },
  },
  deleteComment: {
    done: async (program) => {
      const { commentId, author, site } = await withThread(program)
      return { site, by: author, input: { commentId } }
    },
    CommentNotFound: async (program) => {
      const { commentId, site } = await withThread(program)
      return { site, by: await site.moderator(), input: { commentId } }
    },
    NotDecidable: async (program) => {
      const { commentId, author, site } = await withThread(program)
      await act(program, site, author, 'deleteComment', { commentId })
      return { site, by: author, input: { commentId } }
    },
  },
  vote: {
    done: voting,
    CommentNotFound: async (program) => ({ ...(await voting(program)), input: { commentId: nowhere('Comment'), value: 'DOWN' } }),
    OwnComment: async (program) => {
      const ready = await voting(program)
      return { ...ready, by: ready.author }
    },
    GuestsNotAllowed: async (program) => {
      const ready = await voting(program)
      return { ...ready, by: await ready.site.guest() }
    },
    NotAllowedToWrite: async (program) => {
      const ready = await voting(program)
      return { ...ready, by: await banned(program, ready.site) }
    },
    TooFast: async (program) => {
      const ready = await voting(program, { votesASecond: 1 })
      await act(program, ready.site, ready.by, 'vote', ready.input)
      return ready
    },
  },
  reportComment: {
    done: reporting,
    CommentNotFound: async (program) => {
      const ready = await reporting(program)
      await act(program, ready.site, ready.author, 'deleteComment', { commentId: ready.commentId })
      return ready
    },
    RevisionChanged: async (program) => {
      const ready = await reporting(program)
      return { ...ready, input: { ...ready.input, revision: 2 } }
    },
    NoteTooLong: noted('x'.repeat(1001)),
    NoteNotAllowed: noted('Not\u0000this'),
    NotAllowedToWrite: async (program) => {
      const ready = await reporting(program)
      return { ...ready, by: await banned(program, ready.site) }
    },
    TooFast: async (program) => {
      const ready = await reporting(program, { reportsADay: 1 })
      await act(program, ready.site, ready.by, 'reportComment', ready.input)
      return ready
    },
  },
}
