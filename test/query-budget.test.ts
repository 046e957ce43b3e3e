/** How many SQL statements an answer costs: a fixed number for each list in the document, however many rows it shows. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { getNamedType, getNullableType, isListType, isObjectType, isUnionType } from 'graphql'
import { schema } from '../src/schema.js'
import { startApp, type TestApp } from './support/app.js'
import { listFields } from './support/lists.js'
import { newKey, type Person, type Seed, seed } from './support/seed.js'

let program: TestApp
let site: Seed
let admin: Person
/** Two discussions of the same shape, one with five times as many threads. */
const sizes = [4, 20]
const articles: string[] = []
const tops: string[] = []

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  admin = await site.admin()
  for (const size of sizes) {
    const url = site.url()
    for (let i = 0; i < size; i++) {
      const { comment, article } = await site.post(await site.member(`Member ${i}`), url)
      if (i === 0) articles.push(article.id)
      const first = await site.reply(admin, comment.id)
      await site.reply(admin, comment.id)
      const deep = await site.reply(await site.member(), first.comment.id)
      if (i === 0) tops.push(deep.comment.id)
      await change('mutation($input: EditCommentInput!) { done: editComment(input: $input) { __typename } }', {
        commentId: first.comment.id,
        text: `Better ${i}`,
      })
    }
  }
}, 60_000)
afterAll(() => program.stop())

const change = (mutation: string, input: object) =>
  program.ask(mutation, { input: { key: newKey(), ...input } }, { token: admin.token, site: site.site })

/** What the program does by itself every second (jobs, folding of votes, reading of sites) while it answers. */
const chores = /FROM site\b|FROM installation|"?job"?\s|DELETE FROM vote_delta|FROM article_head WHERE/

/** The statements of one answer, which must be without errors. */
async function statementsOf(query: string, variables: object = {}): Promise<string[]> {
  program.statements.length = 0
  await program.ask(query, variables, { token: admin.token, site: site.site })
  return program.statements.filter((text) => !chores.test(text))
}

const page = 'first: 20'
const inThreads = (inner: string) => `article(id: $id) { comments(${page}) { edges { node { ${inner} } } } }`
const inReplies = (inner: string) => inThreads(`replies(${page}) { edges { node { ${inner} } } }`)

/** Of each list with its count: where it is asked of many owners at once, and how many statements it adds to that. */
const budgets: Record<string, { query: (list: string) => string; adds: number }> = {
  'Article.comments': { query: (list) => `nodes(ids: $ids) { ... on Article { ${list} } }`, adds: 1 },
  'Article.viewerComments': { query: (list) => `nodes(ids: $ids) { ... on Article { ${list} } }`, adds: 2 },
  'Comment.replies': { query: inThreads, adds: 1 },
  'Comment.thread': { query: inThreads, adds: 2 },
  'Comment.ancestors': { query: inReplies, adds: 1 },
  'Comment.revisions': { query: inReplies, adds: 2 },
  'Comment.reports': { query: inReplies, adds: 2 },
  'Person.comments': { query: (list) => inThreads(`author { ${list} }`), adds: 2 },
  'Query.pendingComments': { query: (list) => list, adds: 3 },
  // Read by Prisma, whose statements this cannot count: one for the rows, one for their number.
  'Query.auditLog': { query: (list) => list, adds: 0 },
  'Viewer.replies': { query: (list) => `viewer { ${list} }`, adds: 2 },
  'Viewer.muted': { query: (list) => `viewer { ${list} }`, adds: 2 },
}

/** Lists that are not pages, and objects that every member of a list may bring along. */
const others: Record<string, { query: string; costs: number }> = {
  'Query.nodes': { query: 'nodes(ids: $ids) { id }', costs: 1 },
  'Query.commentCounts': { query: 'commentCounts(urls: $urls) { count }', costs: 1 },
  'Query.viewerVotes': { query: 'viewerVotes(commentIds: $comments) { value }', costs: 1 },
  'Comment.author': { query: inThreads('author { id name role avatarUrl }'), costs: 2 },
  'Comment.article': { query: inThreads('article { id title }'), costs: 3 },
  'Comment.parent': { query: inReplies('parent { id html }'), costs: 4 },
  'Comment.source': { query: inThreads('source'), costs: 3 },
  'Comment.waitingEdit': { query: inThreads('waitingEdit { html }'), costs: 3 },
  'Comment.viewerVote': { query: inThreads('viewerVote score'), costs: 3 },
  'Site.settings': { query: 'site { settings { maxDepth } }', costs: 0 },
  'SiteSettings.hostAliases': { query: 'site { settings { hostAliases { host } } }', costs: 0 },
  'Viewer.person': { query: 'viewer { person { id } }', costs: 1 },
}

const documentOf = (body: string) => {
  const types = { $ids: '[ID!]!', $comments: '[ID!]!', $id: 'ID!', $urls: '[String!]!' }
  const used = Object.entries(types).filter(([name]) => new RegExp(`\\${name}\\b`).test(body))
  return `query${used.length > 0 ? `(${used.map(([name, type]) => `${name}: ${type}`).join(', ')})` : ''} { ${body} }`
}
const variablesFor = (body: string, size: number) => {
  const all = {
    $ids: size === 0 ? articles.slice(0, 1) : articles,
    $comments: size === 0 ? tops.slice(0, 1) : tops,
    $id: articles[size],
    $urls: Array.from({ length: size === 0 ? 2 : 100 }, () => site.url()),
  }
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => new RegExp(`\\${name}\\b`).test(body))
      .map(([name, value]) => [name.slice(1), value]),
  )
}
const countsOf = async (body: string) => {
  const counts = []
  for (const size of sizes.keys()) counts.push((await statementsOf(documentOf(body), variablesFor(body, size))).length)
  return counts
}

test('every list of the SDL has a budget', () => {
  const plain = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__') && !/Connection$/.test(name))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => isListType(getNullableType(field.type)) && 'getFields' in getNamedType(field.type))
    .map(({ type, field }) => `${type.name}.${field.name}`)
    // What a subscription delivers is read for one event; test/live has its budget.
    .filter((name) => name !== 'ScoresChanged.comments')
  expect(Object.keys(budgets).sort()).toEqual([...listFields].sort())
  expect(Object.keys(others)).toEqual(expect.arrayContaining(plain))
})

test('every field that leads from one object to another has a budget', () => {
  const leading = ['Article', 'Comment', 'Person', 'Site', 'Viewer', 'Report', 'CommentRevision'].flatMap((name) => {
    const type = schema.getType(name)
    if (!isObjectType(type)) throw new Error(`There is no ${name}.`)
    const objects = Object.values(type.getFields()).filter(
      (field) => isObjectType(getNamedType(field.type)) || isUnionType(getNamedType(field.type)),
    )
    return objects.map((field) => `${name}.${field.name}`)
  })
  expect([...Object.keys(budgets), ...Object.keys(others)]).toEqual(expect.arrayContaining(leading))
})

describe.each(Object.entries(budgets))('%s', (name, { query, adds }) => {
  const field = name.split('.')[1]
  const list = (more: string) => `${field}(${more}) { totalCount edges { node { __typename } } }`

  test(`costs ${adds} however many it is asked of`, async () => {
    const [few, many] = await countsOf(query(list(page)))
    const [without] = query('__typename') === '__typename' ? [0] : await countsOf(query('__typename'))
    expect({ few, many }).toEqual({ few: (without ?? 0) + adds, many: (without ?? 0) + adds })
  })

  test('costs the same again where it is asked with other arguments', async () => {
    const [, once] = await countsOf(query(list(page)))
    const [, twice] = await countsOf(query(`${list(page)} again: ${list('last: 2')}`))
    const [without] = query('__typename') === '__typename' ? [0] : await countsOf(query('__typename'))
    expect((twice ?? 0) - (once ?? 0)).toBeLessThanOrEqual((once ?? 0) - (without ?? 0))
  })
})

test.each(Object.entries(others))('%s costs a fixed number of statements', async (_name, { query, costs }) => {
  expect(await countsOf(query)).toEqual([costs, costs])
})

const wholePage = inThreads(`
  id html status score upvotes downvotes viewerVote createdAt editedAt depth replyCount pinned author { id name role avatarUrl kind }
  replies(first: 3) { totalCount pageInfo { hasNextPage endCursor }
    edges { cursor node { id html status score viewerVote createdAt replyCount depth author { id name role avatarUrl kind } } } }`)

test('the page of 20 threads with authors, three replies each, votes and one’s own votes is five statements', async () => {
  expect(await countsOf(wholePage)).toEqual([5, 5])
})

test('the same page without a token is three: the article, its threads, their replies', async () => {
  program.statements.length = 0
  const { article } = await program.ask(documentOf(wholePage), { id: articles[1] }, { site: site.site })
  expect(article.comments.edges).toHaveLength(20)
  expect(program.statements.filter((text) => !chores.test(text))).toHaveLength(3)
})

test('a permalink with its ancestors and all below is a fixed number, too', async () => {
  const query = `query($id: ID!) { comment(id: $id) { id html author { name } article { title }
    ancestors(first: 20) { edges { node { id html author { name } } } } thread(first: 50) { totalCount edges { node { id depth parent { id } } } } } }`
  expect(await statementsOf(query, { id: tops[1] })).toHaveLength(5)
})
