/** Global ids: what `node` and `nodes` answer for each type, and for what is no id of this service. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type GraphQLInterfaceType, isObjectType } from 'graphql'
import { encodeGlobalId } from '../src/graphql/global-id.js'
import { schema } from '../src/schema.js'
import { startApp, type TestApp } from './support/app.js'
import { type Seed, seed } from './support/seed.js'

let program: TestApp
let site: Seed
let ids: Record<string, string>

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  const { comment, article } = await site.post(await site.member('Ada'), site.url())
  const told = await program.ask('{ site { id } }', {}, { site: site.site })
  ids = { Article: article.id, Comment: comment.id, Person: comment.author.id, Site: told.site.id }
})
afterAll(() => program.stop())

const nodeTypes = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType).map(({ name }) => name)
const base64 = (text: string) => Buffer.from(text).toString('base64url')
const nodeOf = (id: string) => program.send('query($id: ID!) { node(id: $id) { __typename id } }', { id }, { site: site.site })

test('every type with a global id is asked here', () => {
  expect(nodeTypes.sort()).toEqual(Object.keys(ids).sort())
})

test.each(nodeTypes)('an id of the type %s is answered with what it names, and one that names nothing with null', async (type) => {
  expect((await nodeOf(ids[type] ?? '')).data).toEqual({ node: { __typename: type, id: ids[type] } })
  expect((await nodeOf(encodeGlobalId(type, randomUUID()))).data).toEqual({ node: null })
  // The right row, but of another type.
  for (const other of nodeTypes.filter((each) => each !== type)) {
    const uuid =
      Buffer.from(ids[other] ?? '', 'base64url')
        .toString()
        .split(':')[1] ?? ''
    expect((await nodeOf(encodeGlobalId(type, uuid))).data).toEqual({ node: null })
  }
})

test('nodes come in the order of their ids, also twice, with null where there is none; a hundred at most', async () => {
  const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'
  const asked = [ids['Person'], encodeGlobalId('Comment', randomUUID()), ids['Comment'], ids['Person']]
  const { nodes } = await program.ask(query, { ids: asked }, { site: site.site })
  expect(nodes.map((node: { __typename: string } | null) => node?.__typename ?? null)).toEqual(['Person', null, 'Comment', 'Person'])
  expect((await program.ask(query, { ids: Array(100).fill(ids['Site']) }, { site: site.site })).nodes).toHaveLength(100)
  const { errors } = await program.send(query, { ids: Array(101).fill(ids['Site']) }, { site: site.site })
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})

const uuid = '019e0000-0000-7000-8000-000000000000'
const garbage: Record<string, string> = {
  nothing: '',
  'no id': 'nonsense',
  'a bare UUID': uuid,
  'an id without a type': base64(`:${uuid}`),
  'an id without a UUID': base64('Comment:'),
  'a number for a UUID': base64('Comment:5'),
  'SQL for a UUID': base64(`Comment:${uuid}' OR '1'='1`),
  'more than an id': base64(`Comment:${uuid}:1`),
  'an unknown type': base64(`Nobody:${uuid}`),
  'a type without ids': base64(`ViewerVote:${uuid}`),
  'an interface': base64(`Node:${uuid}`),
  'an input': base64(`VoteInput:${uuid}`),
  'a root type': base64(`Query:${uuid}`),
  'a name of every object': base64(`constructor:${uuid}`),
  'other letters': '💥',
  'a very long one': base64(`Comment:${'0'.repeat(5000)}`),
}

test.each(Object.keys(garbage))('%s is refused as an id', async (what) => {
  const id = garbage[what] ?? ''
  const { data, errors } = await nodeOf(id)
  expect({ node: data?.node ?? null, codes: errors?.map(({ extensions }) => extensions.code) }).toEqual({
    node: null,
    codes: ['BAD_USER_INPUT'],
  })
  const { errors: more } = await program.send('query($id: ID!) { nodes(ids: [$id]) { id } }', { id }, { site: site.site })
  expect(more?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
})

test('among many ids, one that is none costs its own place only, and the error says which', async () => {
  for (const [what, id] of Object.entries(garbage)) {
    const asked = [ids['Site'], id, ids['Comment']]
    const { data, errors } = await program.send('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: asked }, { site: site.site })
    expect({ what, nodes: data?.nodes }).toEqual({ what, nodes: [{ id: ids['Site'] }, null, { id: ids['Comment'] }] })
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([[['nodes', 1], 'BAD_USER_INPUT']])
  }
})

test('an argument that wants one type refuses the id of another', async () => {
  for (const [field, wanted] of [
    ['comment', 'Comment'],
    ['article', 'Article'],
  ] as const) {
    for (const type of nodeTypes.filter((each) => each !== wanted)) {
      const { errors } = await program.send(`query($id: ID!) { ${field}(id: $id) { id } }`, { id: ids[type] }, { site: site.site })
      expect({ field, type, code: errors?.[0]?.extensions.code }).toEqual({ field, type, code: 'BAD_USER_INPUT' })
    }
  }
})

test('an id is the same wherever an object is met', async () => {
  const query = `query($article: ID!) { article(id: $article) { id comments { edges { node { id article { id } author { id } } } } } }`
  const { article } = await program.ask(query, { article: ids['Article'] }, { site: site.site })
  expect(article.id).toBe(ids['Article'])
  expect(article.comments.edges).toEqual([{ node: { id: ids['Comment'], article: { id: ids['Article'] }, author: { id: ids['Person'] } } }])
})

test('every object type with an id is a Node', () => {
  const withId = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && 'id' in type.getFields())
  expect(withId.map(({ name }) => name).sort()).toEqual(nodeTypes.sort())
})
