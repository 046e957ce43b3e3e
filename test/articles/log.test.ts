/** An article's log keeps what a subscriber may come back for, and no more. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { logEnds, pruneLogs } from '../../src/articles/log.js'
import { sql } from '../../src/platform/client.js'
import { connect } from '../live/client.js'
import { startApp, type TestApp } from '../support/app.js'
import { seed } from '../support/seed.js'

let program: TestApp

beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

/** An article with `events` in its log, all of them `days` old. */
async function articleWith(events: number, days: number): Promise<string> {
  const { db } = program.app
  const site = await seed(program)
  const { article } = await site.post(await site.member(), site.url())
  const id = Buffer.from(article.id, 'base64url').toString().split(':')[1] ?? ''
  await sql(db)`DELETE FROM event WHERE "articleId" = ${id}::uuid`
  await sql(db)`
    INSERT INTO event ("articleId", "siteId", seq, kind, at)
    SELECT "articleId", "siteId", n, 'VOTED', now() - ${days} * interval '1 day' FROM article_head, generate_series(1, ${events}::int) n WHERE "articleId" = ${id}::uuid`
  await sql(db)`UPDATE article_head SET "lastSeq" = ${events} WHERE "articleId" = ${id}::uuid`
  return id
}

test('events that are old and not among the last 10,000 are cut off, and the log says where it begins now', async () => {
  const { db } = program.app
  const [long, young, short] = [await articleWith(16_000, 8), await articleWith(10_500, 6), await articleWith(500, 400)]
  await pruneLogs(db)
  const begins = new Map((await logEnds(db, [long, young, short])).map(({ articleId, firstSeq }) => [articleId, firstSeq]))
  expect([begins.get(long), begins.get(young), begins.get(short)]).toEqual([6001n, 1n, 1n])
  const left = await sql(db)<{
    count: bigint
    first: bigint
  }>`SELECT count(*) AS count, min(seq) AS first FROM event WHERE "articleId" = ${long}::uuid`
  expect(left).toEqual([{ count: 10_000n, first: 6001n }])
})

test('a subscriber whose cursor was cut off is told to page again', async () => {
  const site = await seed(program)
  const url = site.url()
  const member = await site.member()
  const { cursor, article } = await site.post(member, url)
  const id = Buffer.from(article.id, 'base64url').toString().split(':')[1] ?? ''
  expect(cursor).toMatch(/^[\w-]+$/)
  await sql(program.app.db)`UPDATE article_head SET "firstSeq" = 100, "lastSeq" = 200 WHERE "articleId" = ${id}::uuid`
  const client = await connect(program.url, { site: site.site })
  const follow = 'subscription ($url: String!, $after: Cursor) { commentEvents(url: $url, after: $after) { __typename } }'
  const { payload } = await client.subscribe(follow, { url, after: cursor }).next()
  expect(payload[0].extensions.code).toBe('RESYNC')
  await client.close()
})

test('events of an article count up without holes', async () => {
  const site = await seed(program)
  const url = site.url()
  const member = await site.member()
  await Promise.all(Array.from({ length: 12 }, () => site.post(member, url, randomUUID())))
  const { article } = await site.post(member, url)
  const id = Buffer.from(article.id, 'base64url').toString().split(':')[1] ?? ''
  const seqs = await sql(program.app.db)<{ seq: bigint }>`SELECT seq FROM event WHERE "articleId" = ${id}::uuid ORDER BY seq`
  expect(seqs.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 13 }, (_, i) => i + 1))
})
