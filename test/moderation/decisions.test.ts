/** What moderators decide on comments: who reads them then, what is counted, what is told, what is noted. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act, discussion, inside, read, uuidOf } from '../support/mutations.js'
import { disagreements, eventsOf } from '../support/numbers.js'
import { seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

async function thread(settings: object = {}) {
  const site = await seed(program, settings)
  const author = await site.member('An author')
  const url = site.url()
  const { comment, article, held } = await site.post(author, url, 'Some words')
  return { site, author, url, held, id: comment.id as string, articleId: article.id as string, moderator: await site.moderator() }
}

describe('on a site where every comment waits', () => {
  test('a new one is held: its author and moderators see it, nobody else is told, nothing counts', async () => {
    const { site, author, url, held, id, articleId, moderator } = await thread({ premoderation: true })
    expect(held).toBe(true)
    expect(await read(program, site, author, id)).toMatchObject({ status: 'PENDING', html: '<p>Some words</p>' })
    expect(await read(program, site, moderator, id)).toMatchObject({ status: 'PENDING' })
    for (const by of [null, await site.member()]) expect(await read(program, site, by, id)).toBeNull()
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 0, threadCount: 0, comments: { edges: [] } })
    expect(await eventsOf(program, articleId)).toEqual([])
  })

  test('approval counts it, lists it and tells it as a new comment', async () => {
    const { site, url, id, articleId, moderator } = await thread({ premoderation: true })
    expect(await act(program, site, moderator, 'approveComment', { commentId: id })).toMatchObject({
      held: false,
      comment: { status: 'APPROVED' },
      article: { commentCount: 1, threadCount: 1 },
    })
    expect(await discussion(program, site, url)).toMatchObject({
      commentCount: 1,
      comments: { edges: [{ node: { html: '<p>Some words</p>' } }] },
    })
    expect(await eventsOf(program, articleId)).toEqual(['POSTED'])
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('a reply counts with its parent when it is approved, not before', async () => {
    const { site, id, articleId, moderator } = await thread({ premoderation: true })
    await act(program, site, moderator, 'approveComment', { commentId: id })
    const { comment } = await site.reply(await site.member(), id)
    expect(await read(program, site, null, id)).toMatchObject({ replyCount: 0 })
    await act(program, site, moderator, 'approveComment', { commentId: comment.id })
    expect(await read(program, site, null, id)).toMatchObject({ replyCount: 1 })
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('what moderators write themselves does not wait', async () => {
    const { site, url, moderator } = await thread({ premoderation: true })
    expect(await act(program, site, moderator, 'postComment', { url, text: 'From the desk' })).toMatchObject({ held: false })
  })

  test('the queue shows what waits, the oldest first', async () => {
    const { site, url, id, author, moderator } = await thread({ premoderation: true })
    const { comment } = await site.post(author, url)
    const queue = 'query { pendingComments(first: 10) { totalCount edges { node { id status } } } }'
    const asked = () => program.ask(queue, {}, { token: moderator.token, site: site.site })
    expect((await asked()).pendingComments).toMatchObject({ totalCount: 2, edges: [{ node: { id } }, { node: { id: comment.id } }] })
    await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'OFF_TOPIC' })
    expect((await asked()).pendingComments).toMatchObject({ totalCount: 1, edges: [{ node: { id: comment.id } }] })
  })
})

test('of somebody whose comments are to be held, only those wait', async () => {
  const { site, author, url, moderator, id } = await thread()
  const { author: person } = await read(program, site, moderator, id)
  await inside(program)`UPDATE person SET standing = 'HELD' WHERE id = ${uuidOf(person.id)}::uuid`
  expect(await act(program, site, author, 'postComment', { url, text: 'Again' })).toMatchObject({ held: true })
  expect(await act(program, site, await site.member(), 'postComment', { url, text: 'Another' })).toMatchObject({ held: false })
  await inside(program)`UPDATE person SET "standingUntil" = now() - interval '1 second' WHERE id = ${uuidOf(person.id)}::uuid`
  expect(await act(program, site, author, 'postComment', { url, text: 'Later' })).toMatchObject({ held: false })
})

describe('a rejected comment', () => {
  test.each([
    ['OFF_TOPIC', 'REJECTED'],
    ['SPAM', 'SPAM'],
  ])('for %s is %s to its author and moderators, and gone for everybody else', async (reason, status) => {
    const { site, author, id, articleId, moderator } = await thread()
    expect(await act(program, site, moderator, 'rejectComment', { commentId: id, reason })).toMatchObject({
      comment: { status },
      article: { commentCount: 0, threadCount: 0 },
    })
    expect(await read(program, site, author, id)).toMatchObject({ status, html: '<p>Some words</p>' })
    expect(await read(program, site, null, id)).toBeNull()
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'REMOVED'])
  })

  test('is a tombstone while it has replies, whose readers learn only that it was removed', async () => {
    const { site, id, url, articleId, moderator } = await thread()
    await site.reply(await site.member(), id)
    await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'SPAM' })
    expect(await read(program, site, null, id)).toMatchObject({ status: 'REJECTED', html: null, source: null, author: null, replyCount: 1 })
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 1, threadCount: 1 })
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('can be given back, with its counts and its replies', async () => {
    const { site, id, articleId, moderator } = await thread()
    await site.reply(await site.member(), id)
    await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'ABUSE' })
    const restored = await act(program, site, moderator, 'restoreComment', { commentId: id, note: 'It was a quotation.' })
    expect(restored).toMatchObject({ comment: { status: 'APPROVED' }, article: { commentCount: 2, threadCount: 1 } })
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'POSTED', 'REMOVED', 'RESTORED'])
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('cannot be rejected again for the same, and an approved one cannot be approved', async () => {
    const { site, id, moderator } = await thread()
    expect(await act(program, site, moderator, 'approveComment', { commentId: id })).toMatchObject({ code: 'NOT_DECIDABLE' })
    await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'ABUSE' })
    expect(await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'ABUSE' })).toMatchObject({
      code: 'NOT_DECIDABLE',
    })
  })
})

describe('words that a moderator has not read', () => {
  const inQueue = async ({ site, moderator }: Awaited<ReturnType<typeof thread>>) => {
    const queue = '{ pendingComments(first: 1) { edges { node { revision waitingEdit { revision } } } } }'
    return (await program.ask(queue, {}, { token: moderator.token, site: site.site })).pendingComments.edges[0].node
  }

  test('do not come through, where a comment that waits was edited meanwhile', async () => {
    const all = await thread({ premoderation: true })
    const { site, author, id, moderator } = all
    const seen = await inQueue(all)
    expect(seen).toEqual({ revision: 1, waitingEdit: null })
    await act(program, site, author, 'editComment', { commentId: id, text: 'Unread' })
    const approve = (revision: number) => act(program, site, moderator, 'approveComment', { commentId: id, revision })
    expect(await approve(seen.revision)).toMatchObject({ code: 'REVISION_CHANGED' })
    expect(await read(program, site, null, id)).toBeNull()
    const { revision } = await inQueue(all)
    expect(await approve(revision)).toMatchObject({ comment: { html: '<p>Unread</p>', status: 'APPROVED' } })
  })

  test('do not come through, where another has approved the comment and an edit waits beside it', async () => {
    const all = await thread({ premoderation: true })
    const { site, author, id, moderator } = all
    const approve = (revision: number) => act(program, site, moderator, 'approveComment', { commentId: id, revision })
    await act(program, site, await site.moderator(), 'approveComment', { commentId: id, revision: 1 })
    await act(program, site, author, 'editComment', { commentId: id, text: 'Unread' })
    expect(await approve(1)).toMatchObject({ code: 'REVISION_CHANGED' })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>Some words</p>' })
    const seen = await inQueue(all)
    expect(seen).toEqual({ revision: 1, waitingEdit: { revision: 2 } })
    expect(await approve(seen.waitingEdit.revision)).toMatchObject({ comment: { html: '<p>Unread</p>' } })
  })

  test('do not come back with a comment that was edited before it was rejected', async () => {
    const { site, author, id, moderator } = await thread({ premoderation: true })
    await act(program, site, author, 'editComment', { commentId: id, text: 'Unread' })
    await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'OTHER' })
    const restore = (revision: number) => act(program, site, moderator, 'restoreComment', { commentId: id, revision })
    expect(await restore(1)).toMatchObject({ code: 'REVISION_CHANGED' })
    expect(await restore(2)).toMatchObject({ comment: { status: 'APPROVED' } })
  })

  test.each(['approveComment', 'restoreComment'])('cannot be let through by %s without a number', async (mutation) => {
    const { site, id, moderator } = await thread({ premoderation: true })
    await expect(act(program, site, moderator, mutation, { commentId: id, revision: null })).rejects.toThrow('Int!')
    expect(await read(program, site, null, id)).toBeNull()
  })

  test('have a number that everybody who reads the comment can name', async () => {
    const { site, author, id } = await thread()
    await act(program, site, author, 'editComment', { commentId: id, text: 'Other words' })
    const { comment } = await program.ask('query($id: ID!) { comment(id: $id) { revision } }', { id }, { site: site.site })
    expect(comment).toEqual({ revision: 2 })
  })
})

test('what is not to be decided is refused with its reason', async () => {
  const { site, author, id, moderator } = await thread()
  const { comment: reply } = await site.reply(author, id)
  const why = async (mutation: string, input: object) => {
    const { code, message } = await act(program, site, moderator, mutation, { commentId: id, ...input })
    return [code, message]
  }
  const notToPin = 'Only a thread’s first comment can be pinned, while readers can read it and it is not pinned yet.'
  expect(await why('pinComment', { commentId: reply.id })).toEqual(['NOT_DECIDABLE', notToPin])
  expect(await why('unpinComment', {})).toEqual(['NOT_DECIDABLE', 'This comment is not pinned.'])
  await act(program, site, moderator, 'pinComment', { commentId: id })
  expect(await why('pinComment', {})).toEqual(['NOT_DECIDABLE', notToPin])
  expect(await why('rejectEdit', { reason: 'OTHER' })).toEqual(['NOT_DECIDABLE', 'No edit of this comment waits to be refused.'])
  expect(await why('approveComment', {})).toEqual(['NOT_DECIDABLE', 'Nothing of this comment waits to be approved.'])
  expect(await why('restoreComment', {})).toEqual(['NOT_DECIDABLE', 'The status of this comment does not allow this.'])
})

test('deep in a thread, decisions move lists and counts of all above', async () => {
  const { site, author, id, url, articleId, moderator } = await thread()
  const first = await site.reply(author, id)
  const second = await site.reply(author, first.comment.id)
  const reject = (commentId: string) => act(program, site, moderator, 'rejectComment', { commentId, reason: 'OTHER' })
  const restore = (commentId: string) => act(program, site, moderator, 'restoreComment', { commentId })
  for (const decide of [reject(id), reject(first.comment.id)]) expect(await decide).toMatchObject({ article: { threadCount: 1 } })
  expect(await reject(second.comment.id)).toMatchObject({ article: { commentCount: 0, threadCount: 0 } })
  expect(await disagreements(program, articleId)).toEqual([])
  expect(await restore(second.comment.id)).toMatchObject({ article: { commentCount: 1, threadCount: 1 } })
  expect((await discussion(program, site, url)).comments.edges).toMatchObject([{ node: { id, html: null } }])
  expect(await disagreements(program, articleId)).toEqual([])
})

test('every decision stands in the audit log, with the revision, the reason and the note, and a refused one does not', async () => {
  const { site, id, moderator } = await thread()
  await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'ILLEGAL', revision: 2, note: 'Not this' })
  await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'ILLEGAL', revision: 1, note: 'See  the\nletter' })
  const log = 'query { auditLog(first: 10) { edges { node { action reason note revision subjectId } } } }'
  const { auditLog } = await program.ask(log, {}, { token: moderator.token, site: site.site })
  expect(auditLog.edges.map(({ node }: { node: object }) => node)).toEqual([
    { action: 'comment.reject', reason: 'ILLEGAL', note: 'See the letter', revision: 1, subjectId: uuidOf(id) },
  ])
})

test('a note of nothing but white space is none', async () => {
  const { site, id, moderator } = await thread()
  await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'OTHER', note: ' \n ' })
  const { auditLog } = await program.ask(
    '{ auditLog(first: 1) { edges { node { note } } } }',
    {},
    { token: moderator.token, site: site.site },
  )
  expect(auditLog.edges).toEqual([{ node: { note: null } }])
})

describe('a moderator who may not moderate any more', () => {
  const decisions = (id: string, articleId: string) =>
    [
      ['rejectComment', { commentId: id, reason: 'OTHER' }],
      ['pinComment', { commentId: id }],
      ['closeArticle', { articleId }],
      ['mergeArticles', { fromId: articleId, intoId: articleId }],
    ] as const

  test.each([
    ['banned', 'FORBIDDEN', 'BANNED', null],
    ['whose tokens were withdrawn', 'UNAUTHENTICATED', 'GOOD', new Date(Date.now() + 60_000)],
  ])('(%s) is refused, and nothing is done', async (_who, code, standing, tokensValidFrom) => {
    const { site, url, id, articleId } = await thread()
    const moderator = await site.moderator()
    const { comment } = await site.post(moderator, url)
    await inside(
      program,
    )`UPDATE person SET standing = ${standing}, "tokensValidFrom" = ${tokensValidFrom}::timestamptz WHERE id = ${uuidOf(comment.author.id)}::uuid`
    for (const [mutation, input] of decisions(id, articleId))
      await expect(act(program, site, moderator, mutation, input)).rejects.toThrow(code)
    expect(await read(program, site, null, id)).toMatchObject({ status: 'APPROVED', pinned: false })
    expect(await discussion(program, site, url)).toMatchObject({ state: 'OPEN' })
  })
})

test.each(['approveComment', 'rejectComment', 'restoreComment', 'pinComment', 'unpinComment'])(
  '%s needs a moderator of this site',
  async (mutation) => {
    const { site, author, id } = await thread()
    const input = { commentId: id, ...(mutation === 'rejectComment' ? { reason: 'OTHER' } : {}) }
    await expect(act(program, site, null, mutation, input)).rejects.toThrow('UNAUTHENTICATED')
    await expect(act(program, site, author, mutation, input)).rejects.toThrow('FORBIDDEN')
    const other = await seed(program)
    await expect(act(program, site, await other.moderator(), mutation, input)).rejects.toThrow('UNAUTHENTICATED')
    expect(await act(program, other, await other.moderator(), mutation, input)).toMatchObject({ code: 'COMMENT_NOT_FOUND' })
  },
)
