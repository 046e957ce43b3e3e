/** Who sees what of a comment of each status, by every way that leads to one; and that all readers count the same. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { getNamedType, isObjectType } from 'graphql'
import type { Status } from '../../src/comments/rules.js'
import { schema } from '../../src/schema.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'
import { bring, statuses } from '../support/statuses.js'

let program: TestApp
let site: Seed
let people: Record<ViewerKind | 'author' | 'other', Person>

type ViewerKind = 'anonymous' | 'another' | 'author' | 'moderator'
const viewers: ViewerKind[] = ['anonymous', 'another', 'author', 'moderator']
const askedAs = (viewer: ViewerKind) => ({ token: viewer === 'anonymous' ? undefined : people[viewer].token, site: site.site })

beforeAll(async () => {
  program = await startApp()
  site = await seed(program, { votesASecond: 1000 })
  const [author, other, another] = await Promise.all(['Ada', 'Bo', 'Cy'].map((name) => site.member(name)))
  if (!author || !other || !another) throw new Error('Nobody came.')
  people = { author, other, another, moderator: await site.moderator(), anonymous: { name: '', token: '' } }
})
afterAll(() => program.stop())

/** A comment of the author's that has come to a status, and what stands around it. */
interface Subject {
  id: string
  author: string
  article: string
  /** The comment that it answers; null for a thread's first. */
  above: string | null
  /** An approved reply to it; null where nobody has answered. */
  below: string | null
}

async function subjectOf(status: Status, { answered, reply }: { answered: boolean; reply: boolean }): Promise<Subject> {
  const url = site.url()
  const first = reply ? (await site.post(people.other, url)).comment : null
  const { comment, article } = first ? await site.reply(people.author, first.id) : await site.post(people.author, url)
  const below = answered ? (await site.reply(people.other, comment.id)).comment.id : null
  await bring(program, site, { id: comment.id, author: people.author, moderator: people.moderator }, status)
  return { id: comment.id, author: comment.author.id, article: article.id, above: first?.id ?? null, below }
}

const told = '...Told'
const fragment = 'fragment Told on Comment { id html source status author { id } }'
const list = `(first: 50) { totalCount edges { node { ${told} } } }`

/** Every way to a comment that a reader has, with what stands around the subject; by the SDL's own names. */
const ways = {
  'Query.node': 'node(id: $id) { ...Told }',
  'Query.nodes': 'nodes(ids: [$id]) { ...Told }',
  'Query.comment': 'comment(id: $id) { ...Told }',
  'Query.pendingComments': `pendingComments${list}`,
  'Article.comments': `article(id: $article) { comments${list} }`,
  'Article.viewerComments': `article(id: $article) { viewerComments${list} }`,
  'Person.comments': `node(id: $author) { ... on Person { comments${list} } }`,
  'Comment.replies': `comment(id: $above) { replies${list} }`,
  'Comment.thread': `comment(id: $above) { thread${list} }`,
  'Comment.parent': 'comment(id: $below) { parent { ...Told } }',
  'Comment.ancestors': `comment(id: $below) { ancestors${list} }`,
}
type Way = keyof typeof ways

test('every way to a comment in the SDL is walked here, in test/live or by a payload', () => {
  const leads = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !/^CommentConnection$|^CommentEdge$/.test(name))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, to: getNamedType(field.type).name })),
    )
    .filter(({ to }) => /^(Comment|CommentConnection|CommentEdge|Node)$/.test(to))
    .map(({ name }) => name)
  const live = /^(Viewer\.replies|Comment(Posted|Edited|Restored|Pinned|Unpinned)\.comment|ScoresChanged\.comments)$/
  const payloads = /Payload\.(comment|edge)$/
  expect(leads.filter((name) => !live.test(name) && !payloads.test(name)).sort()).toEqual(Object.keys(ways).sort())
})

/** The comments that a way leads to. */
function reached(data: Data): Data[] {
  if (Array.isArray(data)) return data.flatMap(reached)
  if (data === null || typeof data !== 'object') return []
  if ('html' in data) return [data]
  return Object.values(data).flatMap(reached)
}

async function walkWay(way: Way, subject: Subject, viewer: ViewerKind) {
  const names = ['id', 'article', 'author', 'above', 'below'].filter((name) => new RegExp(`\\$${name}\\b`).test(ways[way]))
  const variables = Object.fromEntries(names.map((name) => [name, subject[name as keyof Subject]]))
  const declared = names.length > 0 ? `(${names.map((name) => `$${name}: ID!`).join(', ')})` : ''
  const { data, errors } = await program.send(`query${declared} { ${ways[way]} } ${fragment}`, variables, askedAs(viewer))
  return { code: errors?.[0]?.extensions.code, found: reached(data).find(({ id }) => id === subject.id) ?? null }
}

/** Section 5 of the design, in words that the test can ask. */
function isReached(way: Way, status: Status, { below }: Subject, viewer: ViewerKind): boolean {
  const listed = status === 'APPROVED' || below !== null
  const own = viewer === 'author' && status !== 'ERASED'
  if (way === 'Query.pendingComments') return viewer === 'moderator' && status === 'PENDING'
  if (way === 'Article.viewerComments') return own
  if (way === 'Person.comments') return own || status === 'APPROVED'
  if (way.startsWith('Query.')) return listed || own || viewer === 'moderator'
  return listed
}

function expectedTold(status: Status, { id, author }: Subject, viewer: ViewerKind) {
  const near = (viewer === 'author' || viewer === 'moderator') && status !== 'ERASED'
  const shown = status === 'APPROVED' || near
  const removed = status === 'DELETED' || status === 'ERASED' ? 'DELETED' : 'REJECTED'
  const toReaders = status === 'APPROVED' ? 'APPROVED' : removed
  const toAuthor = status === 'SHADOWED' ? 'APPROVED' : status === 'ERASED' ? 'DELETED' : status
  return {
    id,
    html: shown ? expect.stringContaining('<p>') : null,
    source: near ? expect.any(String) : null,
    author: shown ? { id: author } : null,
    status: viewer === 'moderator' ? status : viewer === 'author' ? toAuthor : toReaders,
  }
}

describe.each(statuses)('%s', (status) => {
  describe.each([
    { place: 'a thread without replies', answered: false, reply: false },
    { place: 'a thread that was answered', answered: true, reply: false },
    { place: 'a reply without replies', answered: false, reply: true },
    { place: 'a reply that was answered', answered: true, reply: true },
  ])('$place', (place) => {
    let subject: Subject
    beforeAll(async () => {
      subject = await subjectOf(status, place)
    })
    const walked = (Object.keys(ways) as Way[]).filter(
      (way) =>
        (place.reply || (way !== 'Comment.replies' && way !== 'Comment.thread')) &&
        (place.answered || (way !== 'Comment.parent' && way !== 'Comment.ancestors')) &&
        (!place.reply || way !== 'Article.comments'),
    )

    test.each(viewers)('is shown, masked or absent for %s as designed', async (viewer) => {
      const seen: Record<string, Data> = {}
      const designed: Record<string, Data> = {}
      for (const way of walked) {
        const { code, found } = await walkWay(way, subject, viewer)
        const guarded = { 'Query.pendingComments': viewer !== 'moderator', 'Article.viewerComments': viewer === 'anonymous' }
        const refused = guarded[way as keyof typeof guarded] ?? false
        seen[way] = refused ? code : (code ?? found)
        const told = isReached(way, status, subject, viewer) ? expectedTold(status, subject, viewer) : null
        designed[way] = refused ? (viewer === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN') : told
      }
      expect(seen).toEqual(designed)
    })

    test('counts the same for everybody, and only what is approved', async () => {
      const query = `query($article: ID!, $above: ID!) {
        article(id: $article) { commentCount threadCount comments(first: 50) { totalCount edges { node { id } } } }
        comment(id: $above) { replyCount replies(first: 50) { totalCount edges { node { id } } } thread(first: 50) { totalCount edges { node { id } } } } }`
      const counted = await Promise.all(
        viewers.map((viewer) => program.ask(query, { article: subject.article, above: subject.above ?? subject.id }, askedAs(viewer))),
      )
      const { article } = counted[0]
      const approved = Number(status === 'APPROVED')
      const listed = Number(status === 'APPROVED' || place.answered)
      expect(article.commentCount).toBe(approved + Number(place.answered) + Number(place.reply))
      expect(article.threadCount).toBe(place.reply ? 1 : listed)
      expect(article.comments.totalCount).toBe(article.threadCount)
      for (const each of counted) {
        expect(each.article).toEqual(article)
        if (!place.reply) continue
        const { replyCount, replies, thread } = each.comment
        expect({ replyCount, listed: replies.totalCount, below: thread.totalCount }).toEqual({
          replyCount: approved,
          listed,
          below: listed + Number(place.answered),
        })
        expect([replies.edges.length, thread.edges.length]).toEqual([replies.totalCount, thread.totalCount])
      }
    })
  })

  test.each(['another', 'author', 'moderator'] as const)('the payload of a mutation shows %s no more than a page does', async (viewer) => {
    const subject = await subjectOf(status, { answered: true, reply: false })
    const query = `mutation($input: VoteInput!) { vote(input: $input) { ... on VotePayload {
      comment { parent { ...Told } ancestors(first: 5) { edges { node { ...Told } } } } edge { node { parent { ...Told } } }
      article { comments(first: 5) { edges { node { ...Told } } } } } } } ${fragment}`
    const { vote } = await program.ask(query, { input: { key: newKey(), commentId: subject.below, value: 'UP' } }, askedAs(viewer))
    const found = reached(vote).filter(({ id }) => id === subject.id)
    expect(found).toEqual(Array(4).fill(expectedTold(status, subject, viewer)))
  })
})

test('a tombstone goes with its last approved descendant, however deep, and is back with it', async () => {
  const subject = await subjectOf('DELETED', { answered: true, reply: true })
  const deep = await site.reply(people.other, subject.below ?? '')
  const reject = (commentId: string) => act(program, site, people.moderator, 'rejectComment', { commentId, reason: 'OTHER' })
  const isThere = async () => (await walkWay('Comment.replies', subject, 'anonymous')).found !== null
  await reject(subject.below ?? '')
  expect(await isThere()).toBe(true)
  await reject(deep.comment.id)
  expect(await isThere()).toBe(false)
  expect((await walkWay('Query.node', subject, 'anonymous')).found).toBeNull()
  await act(program, site, people.moderator, 'restoreComment', { commentId: deep.comment.id })
  expect(await isThere()).toBe(true)
})
