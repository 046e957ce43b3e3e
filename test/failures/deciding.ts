/** Every answer of the mutations of moderators, admins and publishers, and of those about people. */

import type { TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { seed } from '../support/seed.js'
import { first, nowhere, type Provocations, type Ready, withThread } from './provoking.js'

/** A comment that was rejected, or in moderation from the beginning. */
async function waiting(program: TestApp) {
  const thread = await withThread(program, { premoderation: true })
  return { ...thread, by: thread.moderator, input: { commentId: thread.commentId } }
}

async function rejected(program: TestApp) {
  const thread = await withThread(program)
  await first(program, thread.site, 'rejectComment', { commentId: thread.commentId, reason: 'OTHER' })
  return { ...thread, by: thread.moderator, input: { commentId: thread.commentId } }
}

async function toReject(program: TestApp) {
  const thread = await withThread(program)
  return { ...thread, by: thread.moderator, input: { commentId: thread.commentId, reason: 'ABUSE' } }
}

async function toRejectEdit(program: TestApp) {
  const ready = await toReject(program)
  const { commentId } = ready.input
  for (const [mutation, more] of [
    ['rejectComment', { reason: 'OTHER' }],
    ['restoreComment', {}],
  ] as const)
    await first(program, ready.site, mutation, { commentId, ...more })
  await act(program, ready.site, ready.author, 'editComment', { commentId, text: 'Other words' })
  return ready
}

async function pinning(program: TestApp) {
  const thread = await withThread(program)
  return { ...thread, by: thread.moderator, input: { commentId: thread.commentId } }
}

async function pinned(program: TestApp) {
  const ready = await pinning(program)
  await first(program, ready.site, 'pinComment', ready.input)
  return ready
}

type Start = (program: TestApp) => Promise<Ready & { input: { commentId: string } }>

function decision(start: Start): Provocations[string] {
  const but = (more: object) => async (program: TestApp) => {
    const ready = await start(program)
    return { ...ready, input: { ...ready.input, ...more } }
  }
  return {
    done: start,
    CommentNotFound: but({ commentId: nowhere('Comment') }),
    NotDecidable: async (program) => {
      const ready = await start(program)
      const { author } = ready as Ready & { author: Ready['by'] }
      if (start === toRejectEdit) await act(program, ready.site, ready.by, 'rejectEdit', ready.input)
      else await act(program, ready.site, author, 'deleteComment', { commentId: ready.input.commentId })
      return ready
    },
    RevisionChanged: but({ revision: 7 }),
    NoteTooLong: but({ note: 'x'.repeat(1001) }),
    NoteNotAllowed: but({ note: 'Not\u0000this' }),
  }
}

async function articleState(program: TestApp): Promise<Ready> {
  const { articleId, site, moderator } = await withThread(program)
  return { site, by: moderator, input: { articleId } }
}

const noted = (note: string) => async (program: TestApp) => {
  const ready = await articleState(program)
  return { ...ready, input: { ...ready.input, note } }
}

const stateOfArticle: Provocations[string] = {
  done: articleState,
  ArticleNotFound: async (program) => ({ ...(await articleState(program)), input: { articleId: nowhere('Article') } }),
  NoteTooLong: noted('x'.repeat(1001)),
  NoteNotAllowed: noted('Not\u0000this'),
}

async function registering(program: TestApp) {
  const site = await seed(program)
  const url = site.url()
  return { site, url, by: await site.admin(), input: { articleKey: 'one', url, title: 'A title' } }
}

async function muting(program: TestApp): Promise<Ready> {
  const { site, author } = await withThread(program)
  const { comment } = await site.post(author, site.url())
  return { site, by: await site.member(), input: { personId: comment.author.id } }
}

export const deciding: Provocations = {
  approveComment: decision(waiting),
  restoreComment: decision(rejected),
  rejectComment: decision(toReject),
  rejectEdit: decision(toRejectEdit),
  pinComment: {
    done: pinning,
    CommentNotFound: async (program) => ({ ...(await pinning(program)), input: { commentId: nowhere('Comment') } }),
    NotDecidable: async (program) => {
      const ready = await pinning(program)
      const { comment } = await ready.site.reply(ready.author, ready.commentId)
      return { ...ready, input: { commentId: comment.id } }
    },
    TooManyPinned: async (program) => {
      const ready = await pinning(program)
      for (let n = 0; n < 3; n++) {
        const { comment } = await ready.site.post(ready.author, ready.url)
        await first(program, ready.site, 'pinComment', { commentId: comment.id })
      }
      return ready
    },
  },
  unpinComment: {
    done: pinned,
    CommentNotFound: async (program) => ({ ...(await pinned(program)), input: { commentId: nowhere('Comment') } }),
    NotDecidable: pinning,
  },
  closeArticle: stateOfArticle,
  reopenArticle: stateOfArticle,
  hideArticle: stateOfArticle,
  mergeArticles: {
    done: async (program) => {
      const { articleId, site, author, moderator } = await withThread(program)
      const { article } = await site.post(author, site.url())
      return { site, by: moderator, input: { fromId: articleId, intoId: article.id } }
    },
    ArticleNotFound: async (program) => {
      const { articleId, site, moderator } = await withThread(program)
      return { site, by: moderator, input: { fromId: articleId, intoId: nowhere('Article') } }
    },
    SameArticle: async (program) => {
      const { articleId, site, moderator } = await withThread(program)
      return { site, by: moderator, input: { fromId: articleId, intoId: articleId } }
    },
  },
  registerArticle: {
    done: registering,
    AddressNotAllowed: async (program) => ({
      ...(await registering(program)),
      input: { articleKey: 'one', url: 'https://elsewhere.example/' },
    }),
    AddressTaken: async (program) => {
      const ready = await registering(program)
      await act(program, ready.site, ready.by, 'registerArticle', ready.input)
      return { ...ready, input: { articleKey: 'two', url: ready.url } }
    },
    TitleNotAllowed: async (program) => {
      const ready = await registering(program)
      return { ...ready, input: { ...ready.input, title: 'x'.repeat(501) } }
    },
  },
  updateSite: {
    done: async (program) => {
      const site = await seed(program)
      return { site, by: await site.admin(), input: { name: 'Another name' } }
    },
    SettingsNotAllowed: async (program) => {
      const site = await seed(program)
      return { site, by: await site.admin(), input: { settings: { maxDepth: -1 } } }
    },
    OriginTaken: async (program) => {
      const [site, other] = [await seed(program), await seed(program)]
      return { site, by: await site.admin(), input: { origins: [site.origin, other.origin] } }
    },
  },
  becomeGuest: {
    done: async (program) => ({ site: await seed(program), by: null, input: { name: 'Somebody new' } }),
    NameNotAllowed: async (program) => ({ site: await seed(program), by: null, input: { name: ' ' } }),
    NameReserved: async (program) => ({ site: await seed(program), by: null, input: { name: 'The M0derator' } }),
    NameTaken: async (program) => {
      const { site } = await withThread(program)
      return { site, by: null, input: { name: 'Аn AUTH0R' } }
    },
    GuestsNotAllowed: async (program) => ({
      site: await seed(program, { whoMayComment: 'MEMBERS', guestsMayVote: false }),
      by: null,
      input: { name: 'Somebody new' },
    }),
    TooFast: async (program) => {
      const site = await seed(program)
      for (let n = 0; n < 60; n++) await act(program, site, null, 'becomeGuest', { name: `Guest ${n}` })
      return { site, by: null, input: { name: 'One too many' } }
    },
  },
  mutePerson: {
    done: muting,
    PersonNotFound: async (program) => ({ ...(await muting(program)), input: { personId: nowhere('Person') } }),
  },
  unmutePerson: { done: muting },
}
