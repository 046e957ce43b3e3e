/** The orders of a list of comments: each member once, where a plain sort puts it, whichever way one walks. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fold } from '../../src/votes/votes.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { type PageOf, pageOf, walk } from '../support/lists.js'
import { type Plant, type Planted, plantBeside } from '../support/plant.js'
import { dice } from '../support/random.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
let site: Seed
let author: Person

beforeAll(async () => {
  program = await startApp()
  site = await seed(program, { votesASecond: 1000 })
  author = await site.member('Ada')
})
afterAll(() => program.stop())

/** Greater comes first; ties are broken by age, then by id. */
const ranks: Record<string, (comment: Planted) => number> = {
  MOST_VOTED: ({ up, down }) => up - down,
  NEWEST: ({ at }) => at,
  OLDEST: ({ at }) => -at,
  BEST: ({ up, down }) => Math.round(1e8 * wilson(up, up + down)),
  CONTROVERSIAL: ({ up, down }) => (up && down ? Math.floor(1000 * (up + down) ** (Math.min(up, down) / Math.max(up, down))) : 0),
  MOST_REPLIED: ({ replyCount }) => replyCount,
}
const orders = Object.keys(ranks)

/** The lower bound in its textbook form, at 95 %. */
function wilson(ups: number, votes: number): number {
  if (votes === 0) return 0
  const [z, share] = [1.96, ups / votes]
  const centre = share + (z * z) / (2 * votes)
  const spread = z * Math.sqrt((share * (1 - share)) / votes + (z * z) / (4 * votes * votes))
  return (centre - spread) / (1 + (z * z) / votes)
}

function sorted(comments: readonly Planted[], order: string): string[] {
  const rank = ranks[order] ?? (() => 0)
  const uuid = ({ id }: Planted) => Buffer.from(id, 'base64url').toString()
  return [...comments]
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || rank(b) - rank(a) || a.at - b.at || (uuid(a) < uuid(b) ? -1 : 1))
    .map(({ id }) => id)
}

const now = Date.UTC(2026, 0, 1)

/** Few different values, so that ties are many; some written in the same millisecond. */
function randomPlants(seed: number, count: number): Plant[] {
  const roll = dice(seed)
  const votes = [() => 0, () => roll(3), () => roll(40)]
  const vote = () => (votes[roll(3)] ?? (() => 0))()
  return Array.from({ length: count }, (_, i) => ({
    at: now + roll(count) * 1000,
    up: vote(),
    down: vote(),
    replyCount: roll(4),
    pinned: i < 3 && roll(2) === 1,
  }))
}

/** An article whose threads are these and one more, which stands in the answer with its own place among them. */
async function articleWith(plants: readonly Plant[]): Promise<{ id: string; threads: Planted[]; first: string }> {
  const { comment, article } = await site.post(author, site.url())
  return { id: article.id, threads: await plantBeside(program, comment.id, plants), first: comment.id }
}

const threads = (id: string, orderBy: string) => async (page: PageOf) => {
  const { list, errors } = await pageOf(program, { list: 'Article.comments', id, more: `orderBy: ${orderBy}`, node: 'id pinned' }, page, {
    site: site.site,
  })
  if (errors) throw new Error(JSON.stringify(errors))
  return list
}
const idsOf = (nodes: Data[]) => nodes.map(({ id }) => id as string)

describe.each(orders)('in the order %s', (order) => {
  test.each([7, 8, 9])('random threads (%i) come as a plain sort has them, each once, forwards and backwards', async (seedOfDice) => {
    const { id, threads: planted, first } = await articleWith(randomPlants(seedOfDice, 40))
    const expected = sorted(planted, order)
    const withoutFirst = (nodes: Data[]) => idsOf(nodes).filter((each) => each !== first)
    const size = dice(seedOfDice * 31)(12) + 2
    const ahead = await walk(threads(id, order), size)
    expect(ahead).toHaveLength(41)
    expect(withoutFirst(ahead)).toEqual(expected)
    expect(idsOf(await walk(threads(id, order), size, 'backwards'))).toEqual(idsOf(ahead))
  })

  test('pages of one give every member once, both ways', async () => {
    const { id, threads: planted } = await articleWith(randomPlants(10, 6))
    const ahead = idsOf(await walk(threads(id, order), 1))
    expect(new Set(ahead).size).toBe(planted.length + 1)
    expect(idsOf(await walk(threads(id, order), 1, 'backwards'))).toEqual(ahead)
  })

  test('pinned threads come first, once, and count in the size of a page', async () => {
    const { id } = await articleWith(Array.from({ length: 8 }, (_, i) => ({ at: now + i, up: i, pinned: i % 3 === 1 })))
    const page = await threads(id, order)({ first: 4 })
    expect(page.edges.map(({ node }: Data) => node.pinned)).toEqual([true, true, true, false])
    expect(page.totalCount).toBe(9)
    const back = await walk(threads(id, order), 4, 'backwards')
    expect(back.map(({ pinned }) => pinned)).toEqual([true, true, true, ...Array(6).fill(false)])
  })

  test('replies to one comment come in the same order as threads would', async () => {
    const { comment } = await site.post(author, site.url())
    const first = await site.reply(author, comment.id)
    const planted = await plantBeside(
      program,
      first.comment.id,
      randomPlants(11, 20).map((plant) => ({ ...plant, pinned: false })),
    )
    const asked = async (page: PageOf) => {
      const list = { list: 'Comment.replies', id: comment.id, more: `orderBy: ${order}`, node: 'id' }
      return (await pageOf(program, list, page, { site: site.site })).list
    }
    const ahead = idsOf(await walk(asked, 6))
    expect(ahead.filter((id) => id !== first.comment.id)).toEqual(sorted(planted, order))
    expect(idsOf(await walk(asked, 5, 'backwards'))).toEqual(ahead)
  })
})

test.each(['NEWEST', 'OLDEST', 'MOST_VOTED', 'BEST', 'MOST_REPLIED'])(
  'in the order %s, comments, replies and votes that arrive while one walks show nobody twice and lose nobody who stays in place',
  async (order) => {
    const { id, threads: planted } = await articleWith(randomPlants(12, 20))
    const ask = threads(id, order)
    const before = idsOf(await walk(ask, 20))
    const seen: string[] = []
    await walk(async (page) => {
      const answer = await ask(page)
      seen.push(...idsOf(answer.edges.map(({ node }: Data) => node)))
      // Those already seen gain votes and replies, and so do not fall back behind the cursor; new ones come anywhere.
      const voter = await site.member()
      const voted = { key: newKey(), commentId: seen[0], value: 'UP' }
      const done = await program.ask(
        'mutation($input: VoteInput!) { vote(input: $input) { __typename } }',
        { input: voted },
        { ...voter, site: site.site },
      )
      expect(done.vote.__typename).toBe('VotePayload')
      await fold(program.app.db)
      await site.reply(voter, seen[0] ?? '')
      await plantBeside(program, planted[0]?.id ?? '', [{ at: Date.now() }, { at: now - 1, up: 3 }])
      return answer
    }, 6)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((each) => before.includes(each))).toEqual(before)
  },
)

test('without an order threads come by votes and replies by age', async () => {
  const { id, threads: planted } = await articleWith([
    { at: now, up: 1 },
    { at: now + 1, up: 5 },
  ])
  const { article } = await program.ask(
    'query($id: ID!) { article(id: $id) { comments { edges { node { id } } } } }',
    { id },
    { site: site.site },
  )
  expect(article.comments.edges[0].node.id).toBe(planted[1]?.id)
  const reply = await site.reply(author, planted[0]?.id ?? '')
  const [older] = await plantBeside(program, reply.comment.id, [
    { at: now, up: 0 },
    { at: now + 1, up: 9 },
  ])
  const { comment } = await program.ask(
    'query($id: ID!) { comment(id: $id) { replies { edges { node { id } } } } }',
    { id: planted[0]?.id },
    { site: site.site },
  )
  expect(comment.replies.edges[0].node.id).toBe(older?.id)
})
