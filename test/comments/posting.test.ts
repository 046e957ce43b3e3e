/** Starting threads and answering them. */
import { randomUUID } from 'node:crypto'
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

describe('the first comment under a URL', () => {
  test('stores the article, which has the id that its empty discussion had', async () => {
    const site = await seed(program)
    const url = site.url()
    const empty = await discussion(program, site, url)
    expect(empty).toMatchObject({ state: 'OPEN', commentCount: 0, threadCount: 0, comments: { totalCount: 0 } })
    expect(await inside(program)`SELECT id FROM article WHERE id = ${uuidOf(empty.id)}::uuid`).toEqual([])

    const posted = await act(program, site, await site.member(), 'postComment', { url, text: '**First**' })
    expect(posted).toMatchObject({
      held: false,
      cursor: expect.any(String),
      article: { id: empty.id, url, commentCount: 1, threadCount: 1 },
      comment: { html: '<p><strong>First</strong></p>', source: '**First**', status: 'APPROVED', depth: 0, author: { name: 'A member' } },
    })
    expect(await discussion(program, site, url)).toMatchObject({
      commentCount: 1,
      comments: { edges: [{ node: { id: posted.comment.id } }] },
    })
  })

  test('of several people at the same time makes one article with all of them', async () => {
    const site = await seed(program)
    const url = site.url()
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => site.member(`Member ${n}`)))
    const posted = await Promise.all(people.map((by) => act(program, site, by, 'postComment', { url, text: randomUUID() })))
    expect(new Set(posted.map(({ article }) => article.id)).size).toBe(1)
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 8, threadCount: 8 })
    expect(await disagreements(program, posted[0].article.id)).toEqual([])
  })

  test('under another site’s origin is refused and stores nothing', async () => {
    const [site, other] = [await seed(program), await seed(program)]
    const url = other.url()
    expect(await act(program, site, await site.member(), 'postComment', { url, text: 'Here?' })).toMatchObject({
      code: 'ADDRESS_NOT_ALLOWED',
    })
    expect(await inside(program)`SELECT 1 FROM article_url WHERE "givenUrl" = ${url}`).toEqual([])
  })
})

test('a comment can be posted under an article that is known by its id', async () => {
  const site = await seed(program)
  const { article } = await site.post(await site.member(), site.url())
  const posted = await act(program, site, await site.member(), 'postComment', { articleId: article.id, text: 'By id' })
  expect(posted.article).toMatchObject({ id: article.id, commentCount: 2 })
})

test('an article of another site is not found', async () => {
  const [site, other] = [await seed(program), await seed(program)]
  const { article, comment } = await other.post(await other.member(), other.url())
  const by = await site.member()
  expect(await act(program, site, by, 'postComment', { articleId: article.id, text: 'A' })).toMatchObject({ code: 'ARTICLE_NOT_FOUND' })
  expect(await act(program, site, by, 'replyToComment', { parentId: comment.id, text: 'A' })).toMatchObject({ code: 'COMMENT_NOT_FOUND' })
})

test('a text is measured after it is composed, in characters', async () => {
  const site = await seed(program, { maxTextLength: 3 })
  const by = await site.member()
  expect((await act(program, site, by, 'postComment', { url: site.url(), text: '👍u\u0308e' })).comment.source).toBe('👍\u00fce')
  expect(await act(program, site, by, 'postComment', { url: site.url(), text: '👍üeo' })).toMatchObject({ code: 'TEXT_TOO_LONG' })
})

describe('a reply', () => {
  test('is counted with its parent and its article, and is told to followers', async () => {
    const site = await seed(program)
    const by = await site.member()
    const { comment, article } = await site.post(by, site.url())
    const replied = await act(program, site, await site.guest(), 'replyToComment', { parentId: comment.id, text: 'Yes' })
    expect(replied).toMatchObject({ comment: { depth: 1, author: { kind: 'GUEST' } }, article: { commentCount: 2, threadCount: 1 } })
    expect(await read(program, site, null, comment.id)).toMatchObject({ replyCount: 1 })
    expect(await eventsOf(program, article.id)).toEqual(['POSTED', 'POSTED'])
    expect(await disagreements(program, article.id)).toEqual([])
  })

  test('goes as deep as the site allows and no deeper, and what is refused counts nowhere', async () => {
    const site = await seed(program, { maxDepth: 2 })
    const by = await site.member()
    const { comment, article } = await site.post(by, site.url())
    const first = await site.reply(by, comment.id)
    const second = await site.reply(by, first.comment.id)
    expect(second.comment.depth).toBe(2)
    expect(await act(program, site, by, 'replyToComment', { parentId: second.comment.id, text: 'Deeper' })).toMatchObject({
      code: 'TOO_DEEP',
    })
    expect(await read(program, site, null, second.comment.id)).toMatchObject({ replyCount: 0 })
    expect(await disagreements(program, article.id)).toEqual([])
  })

  test('to a comment in a hidden article is refused as if there were none, so that nobody learns of it', async () => {
    const site = await seed(program)
    const by = await site.member()
    const { comment, article } = await site.post(by, site.url())
    await act(program, site, await site.moderator(), 'hideArticle', { articleId: article.id })
    for (const [mutation, input] of [
      ['replyToComment', { parentId: comment.id, text: 'Hello?' }],
      ['editComment', { commentId: comment.id, text: 'Hello?' }],
      ['deleteComment', { commentId: comment.id }],
      ['vote', { commentId: comment.id, value: 'UP' }],
      ['reportComment', { commentId: comment.id, reason: 'SPAM' }],
    ] as const) {
      expect(await act(program, site, by, mutation, input)).toMatchObject({ code: 'COMMENT_NOT_FOUND' })
    }
  })

  test.each(['PENDING', 'SHADOWED', 'DELETED', 'SPAM'])('to a comment that is %s is refused', async (status) => {
    const site = await seed(program)
    const by = await site.member()
    const { comment } = await site.post(by, site.url())
    await inside(program)`UPDATE comment SET status = ${status}, listed = false WHERE id = ${uuidOf(comment.id)}::uuid`
    expect(await act(program, site, by, 'replyToComment', { parentId: comment.id, text: 'Hm' })).toMatchObject({
      code: 'COMMENT_NOT_FOUND',
    })
  })
})

describe('the same words again', () => {
  test('are refused under the same article and taken under another', async () => {
    const site = await seed(program)
    const by = await site.member()
    const url = site.url()
    const { comment } = await site.post(by, url, 'Well said')
    expect(await act(program, site, by, 'replyToComment', { parentId: comment.id, text: 'Well said' })).toMatchObject({
      code: 'SAID_BEFORE',
    })
    expect((await act(program, site, by, 'postComment', { url: site.url(), text: 'Well said' })).comment).toBeTruthy()
    expect((await act(program, site, await site.member(), 'postComment', { url, text: 'Well said' })).comment).toBeTruthy()
  })

  test('are taken when the first were taken back, and after five minutes', async () => {
    const site = await seed(program)
    const by = await site.member()
    const url = site.url()
    const first = await site.post(by, url, 'Well said')
    await act(program, site, by, 'deleteComment', { commentId: first.comment.id })
    const second = await act(program, site, by, 'postComment', { url, text: 'Well said' })
    await inside(program)`UPDATE comment SET "createdAt" = now() - interval '301 seconds' WHERE id = ${uuidOf(second.comment.id)}::uuid`
    expect((await act(program, site, by, 'postComment', { url, text: 'Well said' })).comment).toBeTruthy()
  })
})

test('a comment names its article by its id or its URL: by both, or by neither, nothing is written', async () => {
  const site = await seed(program)
  const by = await site.member()
  const url = site.url()
  const { article } = await site.post(by, url)
  const text = 'Where does this go?'
  for (const input of [{ articleId: article.id, url }, {}, { articleId: null, url: null }])
    await expect(act(program, site, by, 'postComment', { ...input, text })).rejects.toThrow('BAD_USER_INPUT')
  expect((await act(program, site, by, 'postComment', { articleId: article.id, text })).article).toMatchObject({ commentCount: 2 })
})

describe('of somebody who is shadowed', () => {
  test('a comment looks approved to its author and is there for nobody else', async () => {
    const site = await seed(program)
    const by = await site.member()
    const url = site.url()
    const { comment, article } = await site.post(by, url)
    await inside(program)`UPDATE person SET standing = 'SHADOWED' WHERE id = ${uuidOf(comment.author.id)}::uuid`
    const posted = await act(program, site, by, 'postComment', { url, text: 'Can you hear me?' })
    expect(posted).toMatchObject({ held: false, comment: { status: 'APPROVED' }, article: { commentCount: 1 } })
    expect(await read(program, site, null, posted.comment.id)).toBeNull()
    expect(await read(program, site, await site.moderator(), posted.comment.id)).toMatchObject({ status: 'SHADOWED' })
    expect(await eventsOf(program, article.id)).toEqual(['POSTED'])
  })
})
