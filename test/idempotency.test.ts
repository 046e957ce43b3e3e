/** Once, and only once: a request that is repeated with its key is answered as the first was, and done no second time. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Data, startApp, type TestApp } from './support/app.js'
import { onServer, type TestDatabase, testDatabase } from './support/database.js'
import { act, discussion, documentOf, inside, meet, read, until, uuidOf } from './support/mutations.js'
import { disagreements } from './support/numbers.js'
import { newKey, type Person, type Seed, seed } from './support/seed.js'

let database: TestDatabase
let program: TestApp
/** Another process on the same database, where that can be: the embedded one has one owner. Both limit how fast people may act. */
let second: TestApp
beforeAll(async () => {
  database = await testDatabase()
  program = await startApp({ COLLOQUY_RATE_LIMITS: 'on' }, database)
  second = onServer ? await startApp({ COLLOQUY_RATE_LIMITS: 'on' }, database) : program
})
afterAll(async () => {
  if (second !== program) await second.stop()
  await program.stop()
  await database.remove()
})

async function siteOfBoth(settings: object = {}): Promise<Seed> {
  const site = await seed(program, settings)
  await meet(second, site)
  return site
}

const commentsUnder = async (site: Seed, url: string) => (await discussion(program, site, url)).commentCount

describe('the same key twice', () => {
  test('gives the same comment, which is there once', async () => {
    const site = await siteOfBoth()
    const by = await site.member()
    const input = { key: newKey(), url: site.url(), text: 'Once' }
    const answers = [await act(program, site, by, 'postComment', input), await act(second, site, by, 'postComment', input)]
    expect(answers[1]).toEqual(answers[0])
    expect(await commentsUnder(site, input.url)).toBe(1)
  })

  test('at the same time, ten times, gives the same answer and one effect, also where pace is limited', async () => {
    const site = await seed(program, { memberSecondsBetweenComments: 60 })
    const by = await site.member()
    const input = { key: newKey(), url: site.url(), text: 'Once' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => act(program, site, by, 'postComment', input)))
    expect(new Set(answers.map(({ comment }) => comment?.id)).size).toBe(1)
    expect(answers[0].comment.id).toEqual(expect.any(String))
    expect(await commentsUnder(site, input.url)).toBe(1)
    expect(await disagreements(program, answers[0].article.id)).toEqual([])
  })

  test('in two processes at the same time gives the same answer and one effect', async () => {
    const site = await siteOfBoth()
    const by = await site.member()
    const { comment: parent } = await site.post(await site.member(), site.url())
    const input = { key: newKey(), parentId: parent.id, text: 'Once' }
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => act(n % 2 ? second : program, site, by, 'replyToComment', input)),
    )
    expect(new Set(answers.map(({ comment }) => comment?.id)).size).toBe(1)
    expect(await read(program, site, null, parent.id)).toMatchObject({ replyCount: 1 })
  })

  test('is never refused for what the first has just done in another process', async () => {
    const site = await siteOfBoth()
    const by = await site.member()
    for (let round = 0; round < 10; round++) {
      const input = { key: newKey(), url: site.url(), text: 'Once' }
      const answers = await Promise.all([program, second].map((each) => act(each, site, by, 'postComment', input)))
      expect(answers[0].comment?.id).toEqual(expect.any(String))
      expect(answers[1].comment?.id).toBe(answers[0].comment.id)
    }
  }, 60_000)

  test('is answered before any limit, and after what made it possible has changed', async () => {
    const site = await seed(program, { memberSecondsBetweenComments: 60 })
    const by = await site.member()
    const url = site.url()
    const input = { key: newKey(), url, text: 'Once' }
    const { comment, article } = await act(program, site, by, 'postComment', input)
    await act(program, site, await site.moderator(), 'closeArticle', { articleId: article.id })
    await act(program, site, await site.admin(), 'updateSite', { settings: { maxTextLength: 1 } })
    expect((await act(program, site, by, 'postComment', input)).comment.id).toBe(comment.id)
    expect(await act(program, site, by, 'postComment', { ...input, key: newKey() })).toMatchObject({
      __typename: expect.not.stringContaining('Payload'),
    })
  })

  test('after a failure is done as if it were new', async () => {
    const site = await seed(program)
    const by = await site.member()
    const { article, comment } = await site.post(await site.member(), site.url())
    const moderator = await site.moderator()
    const input = { key: newKey(), parentId: comment.id, text: 'Once' }
    await act(program, site, moderator, 'closeArticle', { articleId: article.id })
    expect(await act(program, site, by, 'replyToComment', input)).toMatchObject({ code: 'ARTICLE_CLOSED' })
    await act(program, site, moderator, 'reopenArticle', { articleId: article.id })
    const answers = [await act(program, site, by, 'replyToComment', input), await act(program, site, by, 'replyToComment', input)]
    expect(answers[0].comment.id).toEqual(expect.any(String))
    expect(answers[1].comment.id).toBe(answers[0].comment.id)
  })

  test('reads what the first wrote anew, with the rights that its sender has by now', async () => {
    const site = await seed(program)
    const by = await site.member()
    const input = { key: newKey(), url: site.url(), text: 'Once' }
    const { comment, article } = await act(program, site, by, 'postComment', input)
    const moderator = await site.moderator()
    await act(program, site, moderator, 'rejectComment', { commentId: comment.id, reason: 'OTHER' })
    expect((await act(program, site, by, 'postComment', input)).comment).toMatchObject({ status: 'REJECTED' })
    await act(program, site, moderator, 'hideArticle', { articleId: article.id })
    expect(await act(program, site, by, 'postComment', input)).toMatchObject({ comment: null, article: null, cursor: null, held: false })
    const onlyId = 'mutation($input: PostCommentInput!) { postComment(input: $input) { ... on PostCommentPayload { held } } }'
    expect(await program.ask(onlyId, { input }, { token: by.token, site: site.site })).toEqual({ postComment: { held: false } })
  })

  test.each([
    ['a pin', 'pinComment', {}],
    ['a rejection', 'rejectComment', { reason: 'SPAM' }],
  ])('does %s once', async (_what, mutation, more) => {
    const site = await seed(program)
    const { comment } = await site.post(await site.member(), site.url())
    const moderator = await site.moderator()
    const input = { key: newKey(), commentId: comment.id, ...more }
    const answers = await Promise.all(Array.from({ length: 4 }, () => act(program, site, moderator, mutation, input)))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await inside(program)`SELECT action FROM audit WHERE "subjectId" = ${uuidOf(comment.id)}::uuid`).toHaveLength(1)
  })

  test('does not bring an old vote back', async () => {
    const site = await seed(program, { votesASecond: 100 })
    const { comment } = await site.post(await site.member(), site.url())
    const by = await site.member()
    const input = { key: newKey(), commentId: comment.id, value: 'UP' }
    await act(program, site, by, 'vote', input)
    await act(program, site, by, 'vote', { commentId: comment.id, value: 'NONE' })
    expect((await act(program, site, by, 'vote', input)).comment).toMatchObject({ viewerVote: 'NONE', score: 0 })
  })
})

describe('a key', () => {
  let site: Seed
  let by: Person
  let used: { key: string; url: string; text: string }
  let first: Data
  beforeAll(async () => {
    site = await seed(program)
    by = await site.member()
    used = { key: newKey(), url: site.url(), text: 'Once' }
    first = await act(program, site, by, 'postComment', used)
  })

  test('stands for one input of one operation', async () => {
    const { key } = used
    for (const [mutation, input] of [
      ['postComment', { ...used, text: 'Twice' }],
      ['postComment', { ...used, url: site.url() }],
      ['editComment', { key, commentId: first.comment.id, text: 'Once' }],
      ['deleteComment', { key, commentId: first.comment.id }],
    ] as const)
      expect(await act(program, site, by, mutation, input)).toMatchObject({ code: 'KEY_REUSED' })
  })

  test('is one person’s own: another’s same key is another thing', async () => {
    const other = await act(program, site, await site.member(), 'postComment', used)
    expect(other.comment.id).not.toBe(first.comment.id)
  })

  test('has 8 to 64 characters, and no control characters', async () => {
    for (const key of ['', 'x'.repeat(7), 'x'.repeat(65), 'eight or\n', 'eight or\u0000'])
      await expect(act(program, site, by, 'postComment', { ...used, key })).rejects.toThrow('BAD_USER_INPUT')
    for (const key of ['x'.repeat(8), 'y'.repeat(64)])
      expect((await act(program, site, by, 'postComment', { ...used, key, text: key })).comment.id).toEqual(expect.any(String))
  })

  test('is remembered for two days at least', async () => {
    const kept = () => inside(program)`SELECT key FROM request_key WHERE key = ${used.key}`
    await inside(program)`UPDATE request_key SET at = now() - interval '47 hours' WHERE key = ${used.key}`
    const { forgetOldKeys } = await import('../src/platform/request-key.js')
    await forgetOldKeys(program.app.db)
    expect(await kept()).not.toEqual([])
    await inside(program)`UPDATE request_key SET at = now() - interval '49 hours' WHERE key = ${used.key}`
    await forgetOldKeys(program.app.db)
    expect(await kept()).toEqual([])
  })
})

test('two mutations with one key in one request are one change', async () => {
  const site = await seed(program)
  const by = await site.member()
  const input = { key: newKey(), url: site.url(), text: 'Once' }
  const document = documentOf('postComment').replace('{ postComment(', '{ again: postComment(input: $input) { __typename } postComment(')
  const answer = await program.ask(document, { input }, { token: by.token, site: site.site })
  expect(answer).toMatchObject({ again: { __typename: 'PostCommentPayload' }, postComment: { __typename: 'PostCommentPayload' } })
  expect(await until(() => commentsUnder(site, input.url))).toBe(1)
})
