/** Votes as they are read: the counts, which are everybody's, and one's own vote, which is nobody else's. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeGlobalId } from '../../src/graphql/global-id.js'
import { fold } from '../../src/votes/votes.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
let site: Seed
let voter: Person
let url: string
/** Comments that the voter has voted for, against, for and back, and never. */
let ids: { up: string; down: string; withdrawn: string; none: string }
const own = ['UP', 'DOWN', 'NONE', 'NONE']

beforeAll(async () => {
  program = await startApp()
  site = await seed(program, { votesASecond: 1000 })
  voter = await site.member('Voter')
  url = site.url()
  const author = await site.member('Author')
  const posted = async () => (await site.post(author, url)).comment.id
  ids = { up: await posted(), down: await posted(), withdrawn: await posted(), none: await posted() }
  const vote = (commentId: string, value: string, by = voter) => act(program, site, by, 'vote', { commentId, value })
  await vote(ids.up, 'UP')
  await vote(ids.down, 'DOWN')
  await vote(ids.withdrawn, 'UP')
  await vote(ids.withdrawn, 'NONE')
  for (let i = 0; i < 3; i++) await vote(ids.up, 'UP', await site.member())
  await vote(ids.up, 'DOWN', await site.member())
  await fold(program.app.db)
})
afterAll(() => program.stop())

const page = `query($url: String!) { article(url: $url) { comments(orderBy: OLDEST) { edges { node { score upvotes downvotes viewerVote } } } } }`
const seenBy = async (by?: Person): Promise<Data[]> =>
  (await program.ask(page, { url }, { site: site.site, token: by?.token })).article.comments.edges.map(({ node }: Data) => node)

test('counts are the same for everybody, one’s own vote is one’s own', async () => {
  const counts = [
    [3, 4, 1],
    [-1, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
  ].map(([score, upvotes, downvotes]) => ({ score, upvotes, downvotes }))
  expect(await seenBy(voter)).toEqual(counts.map((each, i) => ({ ...each, viewerVote: own[i] })))
  for (const by of [undefined, await site.member()])
    expect(await seenBy(by)).toEqual(counts.map((each) => ({ ...each, viewerVote: 'NONE' })))
})

describe('viewerVotes', () => {
  const query = 'query($ids: [ID!]!) { viewerVotes(commentIds: $ids) { commentId value } }'
  const votesOn = (asked: string[], by: Person | null = voter) => program.send(query, { ids: asked }, { site: site.site, token: by?.token })

  test('tells one’s own votes in the order that they are asked in, also twice', async () => {
    const asked = [ids.none, ids.up, ids.withdrawn, ids.down, ids.up]
    const { data } = await votesOn(asked)
    expect(data.viewerVotes).toEqual(['NONE', 'UP', 'NONE', 'DOWN', 'UP'].map((value, i) => ({ commentId: asked[i], value })))
    expect((await votesOn([])).data.viewerVotes).toEqual([])
  })

  test('knows nothing of the votes of others, nor of comments that are not there', async () => {
    const { data } = await votesOn([ids.up, encodeGlobalId('Comment', randomUUID())], await site.member())
    expect(data.viewerVotes.map(({ value }: Data) => value)).toEqual(['NONE', 'NONE'])
  })

  test('takes a hundred comments and no more, and nothing but comments', async () => {
    expect((await votesOn(Array(100).fill(ids.up))).data.viewerVotes).toHaveLength(100)
    for (const asked of [Array(101).fill(ids.up), ['nonsense'], [encodeGlobalId('Person', randomUUID())]])
      expect((await votesOn(asked)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  test('needs a token', async () => {
    expect((await votesOn([ids.up], null)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })
})
