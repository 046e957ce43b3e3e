/** People as they are read: who asks, what somebody said, whom a reader has muted. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, inside, uuidOf } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
let site: Seed

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
})
afterAll(() => program.stop())

const ask = (query: string, variables: object, by?: Person, where: Seed = site) =>
  program.ask(query, variables, { site: where.site, token: by?.token })

describe('the viewer', () => {
  const viewer = '{ viewer { name kind role tokenExpiresAt person { id name } muted(first: 5) { totalCount } } }'

  test('is null without a token', async () => {
    expect(await ask(viewer, {})).toEqual({ viewer: null })
  })

  test('is told by the token, and is no person of the site before they have done anything', async () => {
    const admin = await site.admin()
    const told = await ask(viewer, {}, admin)
    expect(told.viewer).toMatchObject({ name: admin.name, kind: 'MEMBER', role: 'ADMIN', person: null, muted: { totalCount: 0 } })
    expect(Date.parse(told.viewer.tokenExpiresAt)).toBeGreaterThan(Date.now())
    const { comment } = await site.post(admin, site.url())
    expect((await ask(viewer, {}, admin)).viewer.person).toEqual({ id: comment.author.id, name: admin.name })
  })

  test('with a guest’s token is that guest', async () => {
    const { person, token } = await act(program, site, null, 'becomeGuest', { name: 'A passer-by' })
    const told = await ask(viewer, {}, { name: '', token })
    expect(told.viewer).toMatchObject({ kind: 'GUEST', role: 'READER', person: { id: person.id, name: 'A passer-by' } })
  })

  test('is refused, not taken for nobody, with a token that is no good', async () => {
    for (const token of ['nonsense', 'a.b.c', `${(await site.member()).token}x`]) {
      const { data, errors } = await program.send(viewer, {}, { site: site.site, token })
      expect({ data: data ?? null, code: errors?.[0]?.extensions.code }).toEqual({ data: null, code: 'UNAUTHENTICATED' })
    }
  })
})

test('a person is told by name, kind, role and since when, and by nothing private', async () => {
  const ada = await site.member('Ada', 'MODERATOR')
  const { comment } = await site.post(ada, site.url())
  await inside(program)`INSERT INTO person_private ("personId", "siteId", email)
    SELECT id, "siteId", 'ada@private.example' FROM person WHERE id = ${uuidOf(comment.author.id)}::uuid`
  const told = await ask('query($id: ID!) { node(id: $id) { ... on Person { id name kind role avatarUrl joinedAt } } }', {
    id: comment.author.id,
  })
  expect(told.node).toEqual({
    id: comment.author.id,
    name: 'Ada',
    kind: 'MEMBER',
    role: 'MODERATOR',
    avatarUrl: null,
    joinedAt: expect.stringMatching(/Z$/),
  })
  expect(JSON.stringify(told)).not.toContain('private')
})

test('a person whose data were erased is nobody', async () => {
  const { comment } = await site.post(await site.member(), site.url())
  await inside(program)`UPDATE person SET standing = 'ERASED' WHERE id = ${uuidOf(comment.author.id)}::uuid`
  expect(await ask('query($id: ID!) { node(id: $id) { id } }', { id: comment.author.id })).toEqual({ node: null })
})

describe('what somebody said', () => {
  const said = `query($id: ID!) { node(id: $id) { ... on Person { comments(first: 50) { totalCount edges { node { id article { id } } } } } } }`
  const heard = ({ node }: Data) => ({ count: node.comments.totalCount, ids: node.comments.edges.map((edge: Data) => edge.node.id) })

  test('is listed newest first, over all articles, threads and replies alike', async () => {
    const ada = await site.member('Ada')
    const { comment } = await site.post(ada, site.url())
    const reply = (await site.reply(ada, comment.id)).comment
    const other = (await site.post(ada, site.url())).comment
    expect(heard(await ask(said, { id: comment.author.id }))).toEqual({ count: 3, ids: [other.id, reply.id, comment.id] })
  })

  test('is for oneself and the moderators only where the site keeps it closed', async () => {
    const closed = await seed(program, { publicHistory: false })
    const [ada, bo, moderator] = [await closed.member('Ada'), await closed.member('Bo'), await closed.moderator()]
    const { comment } = await closed.post(ada, closed.url())
    await closed.post(bo, closed.url())
    const open = { count: 1, ids: [comment.id] }
    const seen = await Promise.all(
      [undefined, bo, ada, moderator].map(async (by) => heard(await ask(said, { id: comment.author.id }, by, closed))),
    )
    expect(seen).toEqual([{ count: 0, ids: [] }, { count: 0, ids: [] }, open, open])
    const { site: told } = await ask('{ site { publicHistory } }', {}, undefined, closed)
    expect(told.publicHistory).toBe(false)
  })

  test('here, of any status, is told to oneself by the article', async () => {
    const [ada, moderator, url] = [await site.member('Ada'), await site.moderator(), site.url()]
    const [kept, taken] = [(await site.post(ada, url)).comment, (await site.post(ada, url)).comment]
    await act(program, site, moderator, 'rejectComment', { commentId: taken.id, reason: 'OTHER' })
    await site.post(await site.member(), url)
    await site.post(ada, site.url())
    const own = 'query($url: String!) { article(url: $url) { viewerComments(first: 5) { totalCount edges { node { id status } } } } }'
    const { viewerComments } = (await ask(own, { url }, ada)).article
    expect(viewerComments.totalCount).toBe(2)
    expect(viewerComments.edges.map((edge: Data) => edge.node)).toEqual([
      { id: taken.id, status: 'REJECTED' },
      { id: kept.id, status: 'APPROVED' },
    ])
  })
})

describe('muted people', () => {
  const muted = '{ viewer { muted(first: 50) { totalCount edges { node { id name } } } } }'

  test('are told to the reader who muted them and to nobody else, until they are read again', async () => {
    const [reader, another, url] = [await site.member('Reader'), await site.member('Another'), site.url()]
    const loud = await Promise.all(['Cy', 'Di', 'Ed'].map(async (name) => (await site.post(await site.member(name), url)).comment.author))
    for (const { id } of loud) await act(program, site, reader, 'mutePerson', { personId: id })
    await act(program, site, reader, 'mutePerson', { personId: loud[0]?.id })
    const names = async (by: Person) => (await ask(muted, {}, by)).viewer.muted.edges.map((edge: Data) => edge.node.name).sort()
    expect(await names(reader)).toEqual(['Cy', 'Di', 'Ed'])
    expect(await names(another)).toEqual([])
    await act(program, site, reader, 'unmutePerson', { personId: loud[1]?.id })
    expect(await names(reader)).toEqual(['Cy', 'Ed'])
    expect((await ask(muted, {}, reader)).viewer.muted.totalCount).toBe(2)
  })

  test('change nothing of what lists and counts show', async () => {
    const [reader, url] = [await site.member('Reader'), site.url()]
    const { comment } = await site.post(await site.member('Loud'), url)
    await act(program, site, reader, 'mutePerson', { personId: comment.author.id })
    const list = 'query($url: String!) { article(url: $url) { commentCount comments { totalCount edges { node { html } } } } }'
    expect(await ask(list, { url }, reader)).toEqual(await ask(list, { url }))
  })
})
