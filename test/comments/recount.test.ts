/** Counters are broken by hand, as only a fault of ours could, and found and put right. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { countDrift, repairCounts } from '../../src/comments/recount.js'
import { sql } from '../../src/platform/client.js'
import { startApp, type TestApp } from '../support/app.js'
import { type Seed, seed } from '../support/seed.js'

let program: TestApp
let world: Seed
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

let article: string
let ids: { thread: string; answer: string; deep: string; pinned: string }

/** A thread of three, whose middle is deleted, a pinned thread, and one that nobody sees any more. */
beforeEach(async () => {
  world = await seed(program)
  const member = await world.member()
  const moderator = await world.moderator()
  const url = world.url()
  const thread = await world.post(member, url)
  const answer = await world.reply(member, thread.comment.id)
  const deep = await world.reply(member, answer.comment.id)
  const pinned = await world.post(member, url)
  const lost = await world.post(member, url)
  const act = (field: string, type: string, id: string, by: { token: string }) =>
    program.ask(
      `mutation($input: ${type}!) { ${field}(input: $input) { __typename } }`,
      { input: { key: randomUUID(), commentId: id } },
      { token: by.token, site: world.site },
    )
  await act('deleteComment', 'DeleteCommentInput', answer.comment.id, member)
  await act('deleteComment', 'DeleteCommentInput', lost.comment.id, member)
  await act('pinComment', 'PinCommentInput', pinned.comment.id, moderator)
  article = rowId(thread.article.id)
  ids = {
    thread: rowId(thread.comment.id),
    answer: rowId(answer.comment.id),
    deep: rowId(deep.comment.id),
    pinned: rowId(pinned.comment.id),
  }
})

const rowId = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1] ?? ''

async function drift() {
  for await (const each of countDrift(program.app.db)) if (each.articleId === article) return each
  throw new Error('The article was not looked through.')
}

test('what the program counted is what is there', async () => {
  expect((await drift()).differences).toEqual([])
})

test('every wrong counter is found, told with what it should be, and put right', async () => {
  const { db } = program.app
  await sql(db)`UPDATE article_head SET "commentCount" = 9, "threadCount" = 1, "pinnedCount" = 3 WHERE "articleId" = ${article}::uuid`
  await sql(db)`UPDATE comment SET "replyCount" = 5 WHERE id = ${ids.thread}::uuid`
  await sql(db)`UPDATE comment SET listed = false, "listCount" = 0 WHERE id = ${ids.answer}::uuid`
  const { differences, siteId } = await drift()
  expect(differences).toEqual(
    expect.arrayContaining([
      { of: 'article', id: article, column: 'commentCount', kept: 9, found: 3 },
      { of: 'article', id: article, column: 'threadCount', kept: 1, found: 2 },
      { of: 'article', id: article, column: 'pinnedCount', kept: 3, found: 1 },
      { of: 'comment', id: ids.thread, column: 'replyCount', kept: 5, found: 0 },
      { of: 'comment', id: ids.answer, column: 'listCount', kept: 0, found: 1 },
      { of: 'comment', id: ids.answer, column: 'listed', kept: 0, found: 1 },
    ]),
  )
  expect(differences).toHaveLength(6)
  expect(await repairCounts(db, { articleId: article, siteId })).toBe(6)
  expect((await drift()).differences).toEqual([])
  expect(await repairCounts(db, { articleId: article, siteId })).toBe(0)
})

test('readers are told to page again, and the audit log says what was done', async () => {
  const { db } = program.app
  await sql(db)`UPDATE article_head SET "commentCount" = 0 WHERE "articleId" = ${article}::uuid`
  const { siteId } = await drift()
  await repairCounts(db, { articleId: article, siteId })
  const events = await sql(db)<{ kind: string }>`SELECT kind FROM event WHERE "articleId" = ${article}::uuid ORDER BY seq DESC LIMIT 1`
  expect(events).toEqual([{ kind: 'ARTICLE' }])
  const lines = await sql(db)<{ action: string }>`SELECT action FROM audit WHERE "subjectId" = ${article}::uuid AND "actorId" IS NULL`
  expect(lines).toEqual([{ action: 'article.recount' }])
})

test('comments that are written meanwhile are counted', async () => {
  const { db } = program.app
  await sql(db)`UPDATE article_head SET "commentCount" = 0 WHERE "articleId" = ${article}::uuid`
  const { siteId } = await drift()
  const thread = Buffer.from(`Comment:${ids.thread}`).toString('base64url')
  const people = await Promise.all(Array.from({ length: 5 }, () => world.member()))
  await Promise.all([...people.map((person) => world.reply(person, thread)), repairCounts(db, { articleId: article, siteId })])
  expect((await drift()).differences).toEqual([])
})
