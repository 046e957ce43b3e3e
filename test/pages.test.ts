/** What every list of the API has in common: sizes, cursors, page info and counts, by Relay's specification. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from './support/app.js'
import { listFields, type PageOf, pageOf, walk } from './support/lists.js'
import { act as perform } from './support/mutations.js'
import { type Person, type Seed, seed } from './support/seed.js'

let program: TestApp
let site: Seed
let admin: Person
let ids: Record<string, string>

/** Every list, for somebody who may read it, with three members. */
beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  admin = await site.admin()
  const url = site.url()
  const { comment: top, article } = await site.post(admin, url)
  await site.post(admin, url)
  await site.post(admin, url)
  const middle = await site.reply(admin, top.id)
  await site.reply(admin, top.id)
  await site.reply(admin, top.id)
  const deep = await site.reply(admin, middle.comment.id)
  for (const name of ['Al', 'Em', 'Fay']) await site.reply(await site.member(name), middle.comment.id)
  for (const text of ['one', 'two', 'three']) await act('editComment', { commentId: top.id, text })
  // From now on comments of readers wait.
  for (const premoderation of [true, false, true]) await act('updateSite', { settings: { premoderation } })
  for (const name of ['Bo', 'Cy', 'Di']) {
    const reader = await site.member(name)
    await act('reportComment', { commentId: top.id, reason: 'OTHER' }, reader)
    const { comment } = await site.post(reader, url)
    await act('mutePerson', { personId: comment.author.id })
  }
  const bottom = await site.reply(admin, deep.comment.id)
  ids = { Article: article.id, Comment: top.id, Person: top.author.id, 'Comment.ancestors': bottom.comment.id }
})
afterAll(() => program.stop())

async function act(mutation: string, input: object, by: Person = admin) {
  const done = await perform(program, site, by, mutation, input)
  if (done.code) throw new Error(`${mutation} was refused: ${done.code}`)
}

const ask = (list: string, page: PageOf) =>
  pageOf(program, { list, id: ids[list] ?? ids[list.split('.')[0] ?? ''] }, page, { token: admin.token, site: site.site })

async function pageFrom(list: string, page: PageOf) {
  const { list: found, errors } = await ask(list, page)
  if (errors) throw new Error(JSON.stringify(errors))
  return found
}

async function codeOf(list: string, page: PageOf) {
  const { errors } = await ask(list, page)
  return errors?.map(({ extensions }) => extensions.code)
}

const base64 = (value: string) => Buffer.from(value).toString('base64url')

/** A cursor's own keys, one of them replaced by what it cannot be; one missing; one too many. */
function* tampered(cursor: string): Generator<string> {
  const keys = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
  const wrong = ["x' OR '1'='1", '"; DROP TABLE comment; --', 1.5, 1e300, null, true, {}, [], '', '\u0000', 'not-a-uuid']
  for (const [i, right] of keys.entries())
    for (const key of wrong) if (typeof key !== 'boolean' || typeof right !== 'boolean') yield base64(JSON.stringify(keys.with(i, key)))
  yield base64(JSON.stringify(keys.slice(0, -1)))
  yield base64(JSON.stringify([...keys, 1]))
}

const damaged = [
  '',
  'x',
  '💥',
  '%00',
  base64(''),
  base64('null'),
  base64('5'),
  base64('"OLDEST"'),
  base64('{}'),
  base64('[]'),
  base64('[[[['),
  base64('["OLDEST"]'),
]

test('every list of the SDL is asked here', () => {
  expect(listFields.length).toBeGreaterThanOrEqual(11)
})

describe.each(listFields)('%s', (list) => {
  test('gives each member once and in the same order, from either end and in pages of any size', async () => {
    const whole = await pageFrom(list, { first: 50 })
    const cursors = whole.edges.map(({ cursor }: { cursor: string }) => cursor)
    expect(cursors.length).toBeGreaterThanOrEqual(3)
    expect(new Set(cursors).size).toBe(cursors.length)
    for (const size of [1, 2, cursors.length]) {
      for (const direction of ['forwards', 'backwards'] as const) {
        const found: string[] = []
        const byPage = async (page: PageOf) => {
          const answer = await pageFrom(list, page)
          const these = answer.edges.map(({ cursor }: { cursor: string }) => cursor)
          found.splice(direction === 'forwards' ? found.length : 0, 0, ...these)
          return answer
        }
        await walk(byPage, size, direction)
        expect(found).toEqual(cursors)
      }
    }
  })

  test('counts the whole list on every page', async () => {
    const whole = await pageFrom(list, { first: 50 })
    for (const page of [{ first: 1 }, { last: 1 }, { first: 1, after: whole.edges[1].cursor }, {}])
      expect((await pageFrom(list, page)).totalCount).toBe(whole.edges.length)
  })

  test('says where a page stands', async () => {
    const { edges } = await pageFrom(list, { first: 50 })
    const [one, two, last] = [edges[0].cursor, edges[1].cursor, edges.at(-1).cursor]
    const info = async (page: PageOf) => (await pageFrom(list, page)).pageInfo
    expect(await info({ first: 1 })).toEqual({ hasNextPage: true, hasPreviousPage: false, startCursor: one, endCursor: one })
    expect(await info({ first: edges.length })).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: one, endCursor: last })
    expect(await info({ first: 1, after: one })).toMatchObject({ hasPreviousPage: true, startCursor: two })
    expect(await info({ last: 1 })).toEqual({ hasNextPage: false, hasPreviousPage: true, startCursor: last, endCursor: last })
    expect(await info({ last: 1, before: two })).toEqual({ hasNextPage: true, hasPreviousPage: false, startCursor: one, endCursor: one })
    expect(await info({ first: 5, after: last })).toMatchObject({ hasNextPage: false, startCursor: null, endCursor: null })
    expect((await pageFrom(list, { first: 50, after: one, before: last })).edges).toHaveLength(edges.length - 2)
    expect((await pageFrom(list, { first: 50, after: last, before: one })).edges).toEqual([])
  })

  test('takes 1 to 50 and refuses other sizes, and both ends at once', async () => {
    for (const page of [
      { first: 0 },
      { first: -1 },
      { first: 51 },
      { last: 0 },
      { last: -5 },
      { last: 51 },
      { first: 2_147_483_647 },
      { first: 2, last: 2 },
    ])
      expect({ page, codes: await codeOf(list, page) }).toEqual({ page, codes: ['BAD_USER_INPUT'] })
    expect(await codeOf(list, { first: 50, last: null })).toBeUndefined()
  })

  test('refuses a cursor that it did not make', async () => {
    const { cursor } = (await pageFrom(list, { first: 1 })).edges[0]
    const others = await Promise.all(
      listFields.filter((each) => each !== list).map(async (other) => (await pageFrom(other, { first: 1 })).edges[0].cursor),
    )
    const sameShape =
      list === 'Article.comments' || list === 'Comment.replies' ? [] : others.filter((each) => nameIn(each) !== nameIn(cursor))
    for (const bad of [...damaged, ...tampered(cursor), ...sameShape]) {
      expect({ bad, codes: await codeOf(list, { first: 1, after: bad }) }).toEqual({ bad, codes: ['BAD_USER_INPUT'] })
      expect({ bad, codes: await codeOf(list, { last: 1, before: bad }) }).toEqual({ bad, codes: ['BAD_USER_INPUT'] })
    }
  })

  test('answers a cursor made by hand with the greatest numbers and ids that there are', async () => {
    const { cursor } = (await pageFrom(list, { first: 1 })).edges[0]
    const keys = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    for (const [number, id] of [
      [Number.MAX_SAFE_INTEGER, 'f'],
      [Number.MIN_SAFE_INTEGER, '0'],
    ] as const) {
      const extreme = keys.map((key) =>
        typeof key === 'number' ? number : /-.*-/.test(String(key)) ? String(key).replace(/[0-9a-f]/g, id) : key,
      )
      for (const page of [
        { first: 1, after: base64(JSON.stringify(extreme)) },
        { last: 1, before: base64(JSON.stringify(extreme)) },
      ])
        expect((await codeOf(list, page)) ?? ['BAD_USER_INPUT']).toEqual(['BAD_USER_INPUT'])
    }
  })
})

const nameIn = (cursor: string) => Buffer.from(cursor, 'base64url').toString().split(',')[0]

test('a cursor of one order is refused in every other', async () => {
  const orders = ['MOST_VOTED', 'NEWEST', 'OLDEST', 'BEST', 'CONTROVERSIAL', 'MOST_REPLIED']
  const inOrder = (order: string, page: PageOf) =>
    pageOf(program, { list: 'Article.comments', id: ids['Article'], more: `orderBy: ${order}` }, page, { site: site.site })
  for (const made of orders) {
    const { cursor } = (await inOrder(made, { first: 1 })).list.edges[0]
    for (const used of orders) {
      const { errors } = await inOrder(used, { first: 1, after: cursor })
      expect({ made, used, refused: errors?.[0]?.extensions.code }).toEqual({
        made,
        used,
        refused: made === used ? undefined : 'BAD_USER_INPUT',
      })
    }
  }
})

test('sizes are refused where they stand in the document, too', async () => {
  for (const size of ['first: 0', 'first: 51', 'first: -1', 'last: 51', 'first: 2, last: 2']) {
    const { errors } = await program.send(
      `query($id: ID!) { article(id: $id) { comments(${size}) { totalCount } } }`,
      { id: ids['Article'] },
      { site: site.site },
    )
    expect({ size, code: errors?.[0]?.extensions.code }).toEqual({ size, code: 'BAD_USER_INPUT' })
  }
})
