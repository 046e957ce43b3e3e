/** Many people in one article at once: counters, lists and logs stay exact, and what was not allowed at commit was not done. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Data, startApp, type TestApp } from './support/app.js'
import { onServer, type TestDatabase, testDatabase } from './support/database.js'
import { act, inside, meet, until, uuidOf } from './support/mutations.js'
import { disagreements } from './support/numbers.js'
import { type Person, type Seed, seed } from './support/seed.js'

/** How many of each kind: the embedded database takes one transaction after the other. */
const many = onServer ? 50 : 20

let database: TestDatabase
let programs: TestApp[]
beforeAll(async () => {
  database = await testDatabase()
  programs = [await startApp({}, database)]
  if (onServer) programs.push(await startApp({}, database))
})
afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop()))
  await database.remove()
})

const program = (n = 0) => programs[n % programs.length] as TestApp

async function crowd(settings: object = {}) {
  const site = await seed(program(), settings)
  for (const each of programs) await meet(each, site)
  const people = await Promise.all(Array.from({ length: 10 }, (_, n) => site.member(`Member ${n}`)))
  const person = (n: number) => people[n % people.length] as Person
  const url = site.url()
  return { site, person, url, moderator: await site.moderator() }
}

/** Runs all of these, `atOnce` of them at a time, as so many clients would; fails where one met an error that no mutation declares. */
async function run(works: (() => Promise<Data>)[], atOnce = 16): Promise<Data[]> {
  const queue = works.entries()
  const answers: Data[] = []
  const client = async () => {
    for (const [n, work] of queue) answers[n] = await work()
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return answers
}

/** Every second element first, so that kinds of work meet each other. */
function shuffled<T>(items: T[]): T[] {
  return items
    .map((item, n) => ({ item, at: (n * 7919) % 1009 }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

async function settled(articleId: string): Promise<void> {
  const waiting = () =>
    inside(program())`SELECT 1 FROM vote_delta d JOIN comment c ON c.id = d."commentId" WHERE c."articleId" = ${uuidOf(articleId)}::uuid`
  await until(async () => (await waiting()).length === 0)
}

test('replies, votes, decisions, deletions, edits and pins in one article leave every number exact', async () => {
  const { site, person, url, moderator } = await crowd()
  const threads: { id: string; by: Person }[] = []
  let articleId = ''
  for (let n = 0; n < 6; n++) {
    const { comment, article } = await site.post(person(n), url)
    articleId = article.id
    threads.push({ id: comment.id, by: person(n) })
    for (let m = 0; m < 3; m++) threads.push({ id: (await site.reply(person(n + m), comment.id)).comment.id, by: person(n + m) })
  }
  const target = (n: number) => threads[n % threads.length] as { id: string; by: Person }
  const works = Array.from({ length: many }, (_, n) => [
    () => act(program(n), site, person(n), 'replyToComment', { parentId: target(n).id, text: randomUUID() }),
    () => act(program(n + 1), site, person(n + 3), 'vote', { commentId: target(n * 5).id, value: ['UP', 'DOWN', 'NONE'][n % 3] }),
    () => act(program(n), site, moderator, 'rejectComment', { commentId: target(n * 3).id, reason: 'OTHER' }),
    () => act(program(n), site, moderator, 'restoreComment', { commentId: target(n * 3 + 1).id }),
    () =>
      act(program(n + 1), site, target(n * 11).by, n % 4 ? 'editComment' : 'deleteComment', {
        commentId: target(n * 11).id,
        ...(n % 4 ? { text: randomUUID() } : {}),
      }),
    () => act(program(n), site, moderator, n % 2 ? 'unpinComment' : 'pinComment', { commentId: target(n * 4).id }),
  ])
  const answers = await run(shuffled(works.flat()))
  const done = answers.filter(({ __typename }) => __typename.endsWith('Payload'))
  expect(done.length).toBeGreaterThan(many)
  await settled(articleId)
  expect(await disagreements(program(), articleId)).toEqual([])
}, 120_000)

describe('a reply and the rejection of its parent at once', () => {
  test('never leave an approved reply that came after the rejection', async () => {
    const { site, person, url, moderator } = await crowd()
    const parents: Data[] = []
    for (let n = 0; n < many / 2; n++) parents.push((await site.post(person(n), url)).comment)
    const works = parents.flatMap(({ id }, n) => [
      ...Array.from(
        { length: 3 },
        (_, m) => () => act(program(m), site, person(n + m), 'replyToComment', { parentId: id, text: randomUUID() }),
      ),
      () => act(program(n), site, moderator, 'rejectComment', { commentId: id, reason: 'OTHER' }),
    ])
    const answers = await run(works, 8)
    for (const { __typename } of answers) expect(['ReplyToCommentPayload', 'RejectCommentPayload', 'CommentNotFound']).toContain(__typename)
    const { article } = await site.post(person(0), url)
    // The log is in the order of the commits: no reply is told after its parent was removed.
    const late = await inside(program())`
      SELECT e."commentId" FROM event e JOIN event removed ON removed."articleId" = e."articleId" AND removed."commentId" = e."parentId"
      WHERE e."articleId" = ${uuidOf(article.id)}::uuid AND e.kind = 'POSTED' AND removed.kind = 'REMOVED' AND e.seq > removed.seq`
    expect(late).toEqual([])
    expect(await disagreements(program(), article.id)).toEqual([])
  }, 60_000)
})

test('comments and the closing of their article at once never leave a comment that came after it', async () => {
  const { site, person, moderator } = await crowd()
  const rounds = onServer ? 8 : 4
  for (let round = 0; round < rounds; round++) {
    const url = site.url()
    const { comment, article } = await site.post(person(0), url)
    const works = Array.from(
      { length: 8 },
      (_, n) => () =>
        n % 2
          ? act(program(n), site, person(n), 'postComment', { url, text: randomUUID() })
          : act(program(n), site, person(n), 'replyToComment', { parentId: comment.id, text: randomUUID() }),
    )
    works.splice(3, 0, () => act(program(), site, moderator, 'closeArticle', { articleId: article.id }))
    const answers = await run(works, 9)
    for (const { __typename } of answers) expect(__typename).toMatch(/Payload$|^ArticleClosed$/)
    const late = await inside(program())`
      SELECT seq FROM event e WHERE "articleId" = ${uuidOf(article.id)}::uuid AND kind = 'POSTED'
        AND seq > (SELECT seq FROM event WHERE "articleId" = e."articleId" AND kind = 'ARTICLE')`
    expect(late).toEqual([])
    const posted = answers.filter(({ __typename }) => /^(Post|Reply).*Payload$/.test(__typename))
    expect(
      (await inside(program())<{ n: number }>`SELECT count(*)::int AS n FROM comment WHERE "articleId" = ${uuidOf(article.id)}::uuid`)[0]
        ?.n,
    ).toBe(posted.length + 1)
    expect(await disagreements(program(), article.id)).toEqual([])
  }
}, 60_000)

test('decisions on one comment by many moderators at once are one decision', async () => {
  const { site, person, url } = await crowd({ premoderation: true })
  const { comment, article } = await site.post(person(0), url)
  const moderators = await Promise.all(Array.from({ length: 8 }, () => site.moderator()))
  const answers = await run(
    moderators.map((by, n) => () => act(program(n), site, by, 'approveComment', { commentId: comment.id })),
    8,
  )
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['ApproveCommentPayload', ...Array(7).fill('NotDecidable')])
  expect(await disagreements(program(), article.id)).toEqual([])
})

test('a person who is banned while they write writes nothing after it', async () => {
  const { site, url } = await crowd()
  const by = await site.member('Somebody')
  const { comment, article } = await site.post(by, url)
  const write = () => act(program(), site, by, 'postComment', { url, text: randomUUID() })
  const answers = run(
    Array.from({ length: 12 }, () => write),
    4,
  )
  const [banned] = await inside(program())<{ at: Date }>`
    UPDATE person SET standing = 'BANNED' WHERE id = ${uuidOf(comment.author.id)}::uuid RETURNING clock_timestamp() AS at`
  for (const { __typename } of await answers) expect(__typename).toMatch(/^PostCommentPayload$|^NotAllowedToWrite$/)
  expect(await write()).toMatchObject({ code: 'NOT_ALLOWED_TO_WRITE' })
  const late = await inside(
    program(),
  )`SELECT seq FROM event WHERE "articleId" = ${uuidOf(article.id)}::uuid AND at > ${banned?.at}::timestamptz + interval '50 milliseconds'`
  expect(late).toEqual([])
  expect(await disagreements(program(), article.id)).toEqual([])
})

test('the first things that somebody new does may come at the same time', async () => {
  const { site, person, url } = await crowd()
  const { comment } = await site.post(person(0), url)
  const people = await Promise.all(Array.from({ length: many }, (_, n) => site.member(`Newcomer ${n}`)))
  const works = people.flatMap((by, n) => [
    () => act(program(n), site, by, 'vote', { commentId: comment.id, value: 'UP' }),
    () => act(program(n + 1), site, by, 'replyToComment', { parentId: comment.id, text: randomUUID() }),
    () => act(program(n), site, by, 'reportComment', { commentId: comment.id, reason: 'SPAM' }),
  ])
  for (const { __typename } of await run(works, 24)) expect(__typename).toMatch(/Payload$/)
}, 60_000)

test('names of one person that change while they write end as one of them, without an error', async () => {
  const { site, url } = await crowd()
  const { signToken } = await import('../src/identity/identity.js')
  const named = (name: string) =>
    signToken(program().app.secret, { subject: 'test:one', kind: 'MEMBER', role: 'READER', name, siteSlug: site.site, lifeSeconds: 600 })
  const tokens = await Promise.all(['Ann', 'Ann A.', 'Ann B.', 'Ann C.'].map(async (name) => ({ name, token: await named(name) })))
  const answers = await run(
    Array.from(
      { length: 12 },
      (_, n) => () => act(program(n), site as Seed, tokens[n % 4] as Person, 'postComment', { url, text: randomUUID() }),
    ),
    6,
  )
  for (const { __typename } of answers) expect(__typename).toBe('PostCommentPayload')
  expect(new Set(answers.map(({ comment }) => comment.author.id)).size).toBe(1)
}, 60_000)
