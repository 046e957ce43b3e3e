/** Kept pages of two processes on one database and one Redis, raced by writers. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { until } from '../platform/until.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { type TestDatabase, testDatabase } from '../support/database.js'
import { type Seed, seed } from '../support/seed.js'

const { 'article-page': documentId = '' } = JSON.parse(readFileSync('schema/documents.json', 'utf8')) as Record<string, string>

/** A write elsewhere is in what is answered here after this time at the latest. Milliseconds; the rest is for a busy machine. */
const bound = { rung: 200, slack: 1000 }

let database: TestDatabase
let apps: [TestApp, TestApp]
let site: Seed
beforeAll(async () => {
  database = await testDatabase()
  apps = [await startApp({}, database), await startApp({}, database)]
  site = await seed(apps[0])
  for (const { url } of apps)
    await until('it hears Redis', async () => ((await (await fetch(`${url}/health/ready`)).json()) as { bus: boolean }).bus)
})
afterAll(async () => {
  await Promise.all(apps.map((app) => app.stop()))
  await database.remove()
})

/** The page's count of comments, as one process gives it to somebody unknown; null where it did not come from kept bytes. */
async function count({ url: server }: TestApp, url: string, atLeast?: string): Promise<{ count: number; kept: boolean }> {
  const variables = JSON.stringify({ url, ...(atLeast ? { atLeast } : {}) })
  const search = new URLSearchParams({ documentId, variables })
  const answer = await fetch(`${server}/graphql?${search}`, { headers: { 'x-colloquy-site': site.site } })
  const { data } = (await answer.json()) as Data
  return { count: data.article.commentCount, kept: answer.headers.has('etag') }
}

test('nobody reads older than one’s own write, and others are late by the bound at most', async () => {
  const url = site.url()
  const [here, there] = apps
  let said = 0
  let writing = true
  const late: number[] = []
  const unwatched = async () => {
    while (writing) {
      const [before, began] = [said, performance.now()]
      while ((await count(there, url)).count < before) expect(performance.now() - began).toBeLessThan(bound.rung + bound.slack)
      late.push(performance.now() - began)
    }
  }
  const writer = async () => {
    const person = await site.member()
    for (let i = 0; i < 15; i++) {
      const { cursor } = await site.post(person, url)
      said += 1
      const mine = said
      expect((await count(here, url)).count).toBeGreaterThanOrEqual(mine)
      for (const app of apps) expect((await count(app, url, cursor)).count).toBeGreaterThanOrEqual(mine)
    }
  }
  const readers = [unwatched(), unwatched(), unwatched()]
  await Promise.all([writer(), writer(), writer()])
  writing = false
  await Promise.all(readers)
  expect(late.length).toBeGreaterThan(3)
  expect(await count(there, url)).toEqual({ count: 45, kept: true })
  expect(await count(here, url)).toEqual({ count: 45, kept: true })
})
