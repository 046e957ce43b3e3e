import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { type TestDatabase, testDatabase } from '../support/database.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'
import { type Reader, read } from './follow.js'

let database: TestDatabase
let program: TestApp
let site: Seed
let alice: Person
const readers: Reader[] = []

beforeAll(async () => {
  database = await testDatabase()
  program = await startApp({}, database)
  site = await seed(program)
  alice = await site.member('Alice')
})
afterEach(async () => {
  for (const reader of readers.splice(0)) {
    reader.stop()
    await reader.ended.catch(() => {})
  }
})
afterAll(async () => {
  await program.stop()
  await database.remove()
})

function follow(...[url, options]: [string, Parameters<typeof read>[3]?]): Reader {
  const reader = read(program, site, url, options)
  readers.push(reader)
  return reader
}

const idsOf = (payloads: { comment: { id: string } }[]) => payloads.map(({ comment }) => comment.id)

async function editWords(id: string, text: string): Promise<void> {
  const mutation = 'mutation($input: EditCommentInput!) { editComment(input: $input) { __typename } }'
  const { editComment } = await program.ask(
    mutation,
    { input: { key: newKey(), commentId: id, text } },
    { token: alice.token, site: site.site },
  )
  expect(editComment.__typename).toBe('EditCommentPayload')
}

async function postMany(url: string, count: number): Promise<string[]> {
  const payloads = []
  for (let i = 0; i < count; i++) payloads.push(await site.post(alice, url))
  return idsOf(payloads)
}

test('a reader is given the page, and then what happens after it', async () => {
  const url = site.url()
  const before = await postMany(url, 2)
  const reader = follow(url)
  await until('it is live', () => reader.live.at(-1) === true)
  expect(reader.shown()).toEqual(before)
  const after = await postMany(url, 3)
  await until('three are posted', () => reader.posted().length === 3)
  expect(reader.posted()).toEqual(after)
})

test('what is posted between the reading of the page and the subscription is told', async () => {
  const url = site.url()
  const between: string[] = []
  const reader = follow(url, {
    between: async (page) => {
      between.push(...(await postMany(url, 2)))
      return page
    },
  })
  await until('both are told', () => reader.posted().length === 2)
  expect(reader.shown()).toEqual([])
  expect(reader.posted()).toEqual(between)
})

test('what happened after the cursor of the page is told, also where the page shows it already', async () => {
  const url = site.url()
  const shown = await postMany(url, 2)
  const early = { cursor: '' }
  const first = follow(url, { between: async (page) => ({ article: page.article && { ...page.article, ...(early.cursor ? early : {}) } }) })
  await until('it is live', () => first.live.at(-1) === true)
  early.cursor = first.pages[0]?.article?.cursor ?? ''
  const more = await postMany(url, 2)
  const reader = follow(url, { between: async (page) => ({ article: page.article && { ...page.article, ...early } }) })
  await until('it is live', () => reader.live.at(-1) === true)
  const last = await postMany(url, 1)
  await until('the last is told', () => reader.posted().includes(last[0] ?? ''))
  expect(reader.shown()).toEqual([...shown, ...more])
  expect(reader.posted()).toEqual([...more, ...last])
})

test('a reader whose socket is cut again and again gets every event once and in order, from one page', async () => {
  const url = site.url()
  const reader = follow(url)
  await until('it is live', () => reader.live.at(-1) === true)
  const posted: string[] = []
  for (let i = 0; i < 6; i++) {
    const lives = reader.live.filter(Boolean).length
    posted.push(...(await postMany(url, 3)))
    reader.cut()
    posted.push(...(await postMany(url, 2)))
    await until('it is live again', () => reader.live.filter(Boolean).length > lives)
  }
  await until('all are told', () => reader.posted().length >= posted.length)
  expect(reader.posted()).toEqual(posted)
  expect(reader.pages).toHaveLength(1)
  // It goes on from its last cursor, so that nothing is even sent again.
  expect(reader.received()).toBe(posted.length)
})

test('where a cursor cannot be gone on from, the page is read again and takes the place of the first', async () => {
  const url = site.url()
  const before = await postMany(url, 1)
  const elsewhere = Buffer.from('another.7').toString('base64url')
  const reader = follow(url, {
    between: async (page, read) => (read === 0 ? { article: page.article && { ...page.article, cursor: elsewhere } } : page),
  })
  await until('it is live', () => reader.live.at(-1) === true)
  const after = await postMany(url, 1)
  await until('it is told', () => reader.posted().length === 1)
  expect(reader.pages).toHaveLength(2)
  expect(reader.shown()).toEqual(before)
  expect(reader.posted()).toEqual(after)
})

test('who stops is told nothing more, not even what has just come, and their socket is closed', async () => {
  const url = site.url()
  const reader = follow(url)
  await until('it is live', () => reader.live.at(-1) === true)
  const closed = new Promise((resolve) => reader.service.client.on('closed', resolve))
  reader.service.client.on('message', ({ type }) => type === 'next' && reader.leave())
  await postMany(url, 1)
  await reader.ended
  await closed
  expect(reader.received()).toBe(1)
  expect(reader.events).toEqual([])
})

test('who stops while the service is away leaves no failure unhandled and nothing running', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/client/processes/leaver.ts'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text) => {
    said += text
  })
  const [code] = await once(child, 'close')
  expect({ code, said }).toEqual({ code: 0, said: '' })
})

test('what comes twice, from a connection that was given up and still delivers, is told once', async () => {
  const url = site.url()
  const reader = follow(url, { echo: true })
  await until('it is live', () => reader.live.at(-1) === true)
  const { comment } = await site.post(alice, url)
  await editWords(comment.id, 'First other words')
  await editWords(comment.id, 'Second other words')
  await until('both edits are told', () => reader.events.filter(({ __typename }) => __typename === 'CommentEdited').length >= 2)
  const { comment: last } = await site.post(alice, url)
  await until('the last is told', () => reader.posted().includes(last.id))
  expect(reader.events.map(({ __typename }) => __typename)).toEqual(['CommentPosted', 'CommentEdited', 'CommentEdited', 'CommentPosted'])
})

test('a reader with a token that is not good is told so instead of trying for ever', async () => {
  const reader = follow(site.url(), { token: 'not.a.token' })
  await expect(reader.ended).rejects.toMatchObject({ name: 'Refusal', code: 'UNAUTHENTICATED' })
})

test('where the page names no discussion, following ends', async () => {
  const reader = follow(site.url(), { between: async () => ({ article: null }) })
  await expect(reader.ended).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('readers whose service is away for a while, also before a page could be read, go on by themselves when it is back', async () => {
  const own = await testDatabase()
  const first = await startApp({}, own)
  const there = await seed(first)
  const url = there.url()
  const early = read(first, there, url)
  readers.push(early)
  await until('it is live', () => early.live.at(-1) === true)
  await first.stop()
  const late = read(first, there, url)
  readers.push(late)
  const again = await startApp({ PORT: new URL(first.url).port }, own)
  try {
    const bob = await there.member('Bob')
    const posted = [(await there.post(bob, url)).comment.id]
    await until('both are live', () => early.live.at(-1) === true && late.live.at(-1) === true)
    posted.push((await there.post(bob, url)).comment.id)
    await until('both are told', () => [early, late].every((reader) => reader.posted().includes(posted[1] ?? '')))
    expect(early.posted()).toEqual(posted)
    expect(early.pages).toHaveLength(1)
    expect([...late.shown(), ...late.posted()]).toEqual(posted)
  } finally {
    for (const reader of [early, late]) reader.stop()
    await again.stop()
    await own.remove()
  }
})
