/** Replies as trees and as flat threads, what stands above a comment, and the view of a permalink. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeGlobalId } from '../../src/graphql/global-id.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { type PageOf, pageOf, walk } from '../support/lists.js'
import { act } from '../support/mutations.js'
import { dice } from '../support/random.js'
import { type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
let site: Seed
let ada: Person

beforeAll(async () => {
  program = await startApp()
  site = await seed(program, { maxDepth: 20 })
  ada = await site.member('Ada')
})
afterAll(() => program.stop())

/** A comment with its replies, oldest first. */
interface Tree {
  id: string
  depth: number
  replies: Tree[]
}

/** A thread of `size` comments, each below one that chance has chosen. */
async function randomThread(size: number, roll: (limit: number) => number): Promise<Tree> {
  const { comment } = await site.post(ada, site.url())
  const top: Tree = { id: comment.id, depth: 0, replies: [] }
  const all = [top]
  while (all.length < size) {
    const parent = all[roll(all.length)] ?? top
    const reply = await site.reply(ada, parent.id)
    const child = { id: reply.comment.id, depth: parent.depth + 1, replies: [] }
    parent.replies.push(child)
    all.push(child)
  }
  return top
}

const flat = (tree: Tree): Tree[] => tree.replies.flatMap((reply) => [reply, ...flat(reply)])

const threadOf = (id: string) => async (page: PageOf) => {
  const { list, errors } = await pageOf(program, { list: 'Comment.thread', id, node: 'id depth parent { id }' }, page, { site: site.site })
  if (errors) throw new Error(JSON.stringify(errors))
  return list
}
const idsOf = (nodes: Data[]) => nodes.map(({ id }) => id)
const ask = (query: string, variables: object, token?: string) => program.ask(query, variables, { site: site.site, token })

describe('a thread read flat', () => {
  test.each([1, 2, 3])(
    'has each comment followed by its replies, oldest first (tree %i), both ways and from any comment of it',
    async (seedOfDice) => {
      const roll = dice(seedOfDice)
      const tree = await randomThread(25, roll)
      for (const top of [tree, ...flat(tree).filter(({ replies }) => replies.length > 1)]) {
        const expected = flat(top)
        const size = 1 + roll(9)
        const ahead = await walk(threadOf(top.id), size)
        expect(ahead.map(({ id, depth }) => ({ id, depth }))).toEqual(expected.map(({ id, depth }) => ({ id, depth })))
        expect(idsOf(await walk(threadOf(top.id), size, 'backwards'))).toEqual(idsOf(expected))
        expect((await threadOf(top.id)({ first: 1 })).totalCount).toBe(expected.length)
      }
    },
  )

  test('keeps to its own comment, whatever comment a cursor names', async () => {
    const tree = await randomThread(12, dice(4))
    const [first, second] = [await site.reply(ada, tree.id), await site.reply(ada, tree.id)]
    const below = await site.reply(ada, first.comment.id)
    const stranger = (await site.post(ada, site.url())).comment.id
    const cursorFor = (id: string) =>
      Buffer.from(JSON.stringify(['THREAD', Buffer.from(id, 'base64url').toString().split(':')[1]])).toString('base64url')
    for (const id of [
      tree.id,
      second.comment.id,
      stranger,
      first.comment.id,
      encodeGlobalId('Comment', '019e0000-0000-7000-8000-000000000000'),
    ]) {
      for (const page of [
        { first: 50, after: cursorFor(id) },
        { last: 50, before: cursorFor(id) },
      ]) {
        const found = idsOf((await threadOf(first.comment.id)(page)).edges.map(({ node }: Data) => node))
        expect(found.filter((each) => each !== below.comment.id)).toEqual([])
      }
    }
  })

  test('stays whole for who pages while others answer', async () => {
    const tree = await randomThread(10, dice(5))
    const before = idsOf(flat(tree))
    const seen = await walk(async (page) => {
      const answer = await threadOf(tree.id)(page)
      await site.reply(ada, tree.id)
      await site.reply(ada, before[0])
      return answer
    }, 3).then(idsOf)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => before.includes(id))).toEqual(before)
  })
})

describe('replies', () => {
  test('of several parents in one answer are each parent’s own, in the order that each field asks for', async () => {
    const url = site.url()
    const { article } = await site.post(ada, url)
    const expected: Record<string, string[]> = {}
    for (let i = 0; i < 3; i++) {
      const { comment } = await site.post(ada, url)
      expected[comment.id] = []
      for (let j = 0; j < i + 1; j++) expected[comment.id]?.push((await site.reply(ada, comment.id)).comment.id)
    }
    const query = `query($id: ID!) { article(id: $id) { comments(first: 10) { edges { node { id replyCount
      oldest: replies(first: 2) { totalCount pageInfo { hasNextPage } edges { node { id parent { id } } } }
      newest: replies(orderBy: NEWEST, first: 1) { edges { node { id } } } lastOnes: replies(last: 2) { edges { node { id } } } } } } } }`
    const answer = await ask(query, { id: article.id })
    expect(answer.article.comments.edges).toHaveLength(4)
    for (const { node } of answer.article.comments.edges) {
      const all = expected[node.id] ?? []
      const ids = (list: Data) => idsOf(list.edges.map((edge: Data) => edge.node))
      expect({ count: node.replyCount, total: node.oldest.totalCount, more: node.oldest.pageInfo.hasNextPage }).toEqual({
        count: all.length,
        total: all.length,
        more: all.length > 2,
      })
      expect(ids(node.oldest)).toEqual(all.slice(0, 2))
      expect(ids(node.newest)).toEqual(all.slice(-1))
      expect(ids(node.lastOnes)).toEqual(all.slice(-2))
      expect(node.oldest.edges.every((edge: Data) => edge.node.parent.id === node.id)).toBe(true)
    }
  })

  test('nest as deep as a document may go', async () => {
    const path = [(await site.post(ada, site.url())).comment.id]
    for (let i = 0; i < 4; i++) path.push((await site.reply(ada, path.at(-1) ?? '')).comment.id)
    const nest = (levels: number): string =>
      levels === 0 ? 'id depth' : `id depth replies(first: 2) { edges { node { ${nest(levels - 1)} } } }`
    let { comment } = await ask(`query($id: ID!) { comment(id: $id) { ${nest(4)} } }`, { id: path[0] })
    for (const [depth, id] of path.entries()) {
      expect(comment).toMatchObject({ id, depth })
      comment = comment.replies?.edges[0].node
    }
  })
})

describe('a permalink', () => {
  const permalink = `query($id: ID!) { comment(id: $id) { id html depth author { name } article { id url commentCount }
    parent { id } ancestors(first: 50) { totalCount edges { node { id depth html } } } thread(first: 50) { edges { node { id depth } } } } }`

  test('tells a comment with all above it, the thread’s first at the top, and all below it', async () => {
    const path = [(await site.post(ada, site.url())).comment.id]
    for (let i = 0; i < 6; i++) path.push((await site.reply(ada, path.at(-1) ?? '')).comment.id)
    await site.reply(ada, path[0] ?? '')
    const { comment } = await ask(permalink, { id: path[4] })
    expect(comment).toMatchObject({ id: path[4], depth: 4, parent: { id: path[3] }, author: { name: 'Ada' }, article: { commentCount: 8 } })
    expect(comment.ancestors.edges.map(({ node }: Data) => node)).toMatchObject(path.slice(0, 4).map((id, depth) => ({ id, depth })))
    expect(comment.ancestors.totalCount).toBe(4)
    expect(comment.thread.edges.map(({ node }: Data) => node)).toEqual([
      { id: path[5], depth: 5 },
      { id: path[6], depth: 6 },
    ])
  })

  test('of a thread’s first has no parent and nothing above', async () => {
    const { comment } = await ask(permalink, { id: (await site.post(ada, site.url())).comment.id })
    expect(comment).toMatchObject({ depth: 0, parent: null, ancestors: { totalCount: 0, edges: [] }, thread: { edges: [] } })
  })

  test('passes over a tombstone above without its words', async () => {
    const top = (await site.post(ada, site.url())).comment
    const middle = (await site.reply(ada, top.id)).comment
    const leaf = (await site.reply(ada, middle.id)).comment
    await act(program, site, ada, 'deleteComment', { commentId: middle.id })
    const { comment } = await ask(permalink, { id: leaf.id })
    expect(comment.ancestors.edges.map(({ node }: Data) => node)).toEqual([
      { id: top.id, depth: 0, html: top.html },
      { id: middle.id, depth: 1, html: null },
    ])
  })

  test('leads nowhere where there is no such comment', async () => {
    expect(await ask(permalink, { id: encodeGlobalId('Comment', '019e0000-0000-7000-8000-000000000000') })).toEqual({ comment: null })
  })
})

test('words, sanitized and as they were written, dates and the time to edit are told as they are', async () => {
  const { comment } = await site.post(ada, site.url(), 'Some **bold** words <script>alert(1)</script>')
  const query = `query($id: ID!) { comment(id: $id) { html source createdAt editedAt editableUntil pinned locked } }`
  const own = await ask(query, { id: comment.id }, ada.token)
  expect(own.comment.html).toContain('<strong>bold</strong>')
  expect(own.comment.html).not.toContain('<script')
  expect(own.comment).toMatchObject({
    source: 'Some **bold** words <script>alert(1)</script>',
    editedAt: null,
    pinned: false,
    locked: false,
  })
  expect(own.comment.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(Date.parse(own.comment.editableUntil) - Date.parse(own.comment.createdAt)).toBe(300_000)
  await act(program, site, ada, 'editComment', { commentId: comment.id, text: 'Other words' })
  const edited = await ask(query, { id: comment.id })
  expect(edited.comment).toMatchObject({ html: '<p>Other words</p>', source: null, editedAt: expect.stringMatching(/Z$/) })
})
