/** What a reader is told beside the plain course of things: approvals, refusals, interruptions, and pages that they ask for. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Reader, read, type Ways } from './follow.js'

let program: TestApp
let site: Seed
let alice: Person
let reader: Reader | undefined

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  alice = await site.member('Alice')
})
afterEach(async () => {
  reader?.stop()
  await reader?.ended.catch(() => {})
})
afterAll(() => program.stop())

async function follow(url: string, ways?: Ways, at = site): Promise<Reader> {
  const following = read(program, at, url, ways)
  reader = following
  await until('it is live', () => following.live.at(-1) === true)
  return following
}

async function post(url: string): Promise<{ id: string; articleId: string }> {
  const { comment, article } = await site.post(alice, url)
  return { id: comment.id, articleId: article.id }
}

test('the author of a comment that waits, which their page shows, is told when it is approved', async () => {
  const careful = await seed(program, { premoderation: true })
  const bob = await careful.member('Bob')
  const url = careful.url()
  const { comment } = await careful.post(bob, url)
  const more = 'viewerComments { edges { node { id status } } }'
  const author = await follow(url, { token: bob.token, more }, careful)
  expect(author.pages).toMatchObject([{ article: { viewerComments: { edges: [{ node: { id: comment.id, status: 'PENDING' } }] } } }])
  await act(program, careful, await careful.moderator(), 'approveComment', { commentId: comment.id })
  await until('it is told', () => author.posted().length > 0)
  expect(author.posted()).toEqual([comment.id])
})

const withoutCursor = `subscription($url: String!, $after: Cursor) { commentEvents(url: $url, after: $after) {
  __typename ... on CommentPosted { comment { id } } } }`
const withoutAfter = `subscription($url: String!) { commentEvents(url: $url) { __typename ... on LiveEvent { cursor } } }`

test.each([
  ['selects no cursor', withoutCursor, /Select `__typename` and `cursor`/],
  ['does not use the cursor that it is given', withoutAfter, /give its field `after: \$after`/],
])('a subscription that %s is refused instead of losing events', async (_name, subscription, message) => {
  const url = site.url()
  const between: Ways['between'] = async (page) => {
    await post(url)
    return page
  }
  const faulty = read(program, site, url, { subscription, between })
  reader = faulty
  await expect(faulty.ended).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(message) })
  expect(faulty.live).toEqual([false])
})

test('where the discussion is hidden, following is no longer live and ends', async () => {
  const url = site.url()
  const { articleId } = await post(url)
  const hidden = await follow(url)
  await act(program, site, await site.admin(), 'hideArticle', { articleId })
  await expect(hidden.ended).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(hidden.live).toEqual([true, false])
})

test('a subscription that ends on an open socket is an interruption: the discussion has been joined with another', async () => {
  const [url, other] = [site.url(), site.url()]
  const [from, into] = [await post(url), await post(other)]
  const moved = await follow(url)
  let closed = false
  moved.service.client.on('closed', () => {
    closed = true
  })
  // What else is followed over the same socket keeps it open.
  const query = 'subscription($url: String!) { commentEvents(url: $url) { __typename } }'
  moved.service.client.subscribe({ query, variables: { url: other } }, { next() {}, error() {}, complete() {} })
  await act(program, site, await site.admin(), 'mergeArticles', { fromId: from.articleId, intoId: into.articleId })
  await until('it is live again', () => moved.live.filter(Boolean).length === 2)
  expect(moved.live).toEqual([true, false, true])
  expect(closed).toBe(false)
  expect(moved.shown()).toEqual([from.id, into.id])
})

test('a page that is wished for takes the place of the last, and events go on from there', async () => {
  const url = site.url()
  const again = await follow(url)
  const first = await post(url)
  await until('it is told', () => again.posted().length === 1)
  again.pageAgain()
  await until('it is live again', () => again.live.filter(Boolean).length === 2)
  expect(again.pages).toHaveLength(2)
  expect(again.shown()).toEqual([first.id])
  const second = await post(url)
  await until('the second is told', () => again.posted().length > 0)
  expect(again.posted()).toEqual([second.id])
})

test('a page that is wished for while one is read is read after it', async () => {
  const url = site.url()
  const posted: string[] = []
  const hasty = await follow(url, {
    between: async (page, reads) => {
      if (reads === 0) {
        posted.push((await post(url)).id)
        reader?.pageAgain()
      }
      return page
    },
  })
  expect(hasty.shown()).toEqual(posted)
  expect(hasty.posted()).toEqual([])
})
