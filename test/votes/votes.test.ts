/** Votes: set, changed, withdrawn, and counted exactly. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fold, voteDrift } from '../../src/votes/votes.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, inside, read, until, uuidOf } from '../support/mutations.js'
import { disagreements, eventsOf } from '../support/numbers.js'
import { type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

async function thread(settings: object = {}) {
  const site = await seed(program, settings)
  const author = await site.member('An author')
  const { comment, article } = await site.post(author, site.url())
  return { site, author, id: comment.id as string, articleId: article.id as string }
}

const vote = (site: Seed, by: Person, commentId: string, value: string): Promise<Data> =>
  act(program, site, by, 'vote', { commentId, value })

/** What everybody sees, as soon as it is this. */
const shown = (site: Seed, id: string, score: number) =>
  until(async () => {
    const comment = await read(program, site, null, id)
    return comment.score === score ? comment : null
  })

describe('a vote', () => {
  test('is counted for the voter at once, and for everybody else soon', async () => {
    const { site, id, articleId } = await thread()
    const voter = await site.member()
    const voted = await vote(site, voter, id, 'UP')
    expect(voted.comment).toMatchObject({ score: 1, upvotes: 1, downvotes: 0, viewerVote: 'UP' })
    expect(await shown(site, id, 1)).toMatchObject({ upvotes: 1, downvotes: 0, viewerVote: 'NONE' })
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'VOTED'])
  })

  test('is set and never toggled: the same again changes nothing', async () => {
    const { site, id, articleId } = await thread()
    const voter = await site.member()
    for (let n = 0; n < 3; n++) expect((await vote(site, voter, id, 'DOWN')).comment).toMatchObject({ score: -1, viewerVote: 'DOWN' })
    expect(await shown(site, id, -1)).toMatchObject({ downvotes: 1 })
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('can be changed and withdrawn, before and after it was counted', async () => {
    const { site, id, articleId } = await thread()
    const voter = await site.member()
    for (const settle of [false, true]) {
      for (const [value, score] of [
        ['UP', 1],
        ['DOWN', -1],
        ['NONE', 0],
      ] as const) {
        expect((await vote(site, voter, id, value)).comment).toMatchObject({ score, viewerVote: value })
        if (settle) await shown(site, id, score)
      }
    }
    expect(await shown(site, id, 0)).toMatchObject({ upvotes: 0, downvotes: 0 })
    expect(await inside(program)`SELECT value FROM vote WHERE "commentId" = ${uuidOf(id)}::uuid`).toEqual([])
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('adds to those that were imported without voters', async () => {
    const { site, id } = await thread()
    await inside(program)`UPDATE comment SET "importedUp" = 10, "importedDown" = 4 WHERE id = ${uuidOf(id)}::uuid`
    expect((await vote(site, await site.member(), id, 'DOWN')).comment).toMatchObject({ score: 5, upvotes: 10, downvotes: 5 })
    expect(await shown(site, id, 5)).toMatchObject({ upvotes: 10, downvotes: 5 })
  })

  test('on one’s own comment is refused and leaves nothing', async () => {
    const { site, author, id } = await thread()
    for (const value of ['UP', 'DOWN', 'NONE']) expect(await vote(site, author, id, value)).toMatchObject({ code: 'OWN_COMMENT' })
    expect(await inside(program)`SELECT value FROM vote WHERE "commentId" = ${uuidOf(id)}::uuid`).toEqual([])
  })

  test('of a guest counts where the site lets guests vote', async () => {
    const { site, id } = await thread({ guestsMayVote: true })
    expect((await vote(site, await site.guest(), id, 'UP')).comment).toMatchObject({ score: 1 })
    const closed = await thread()
    expect(await vote(closed.site, await closed.site.guest(), closed.id, 'UP')).toMatchObject({ code: 'GUESTS_NOT_ALLOWED' })
  })

  test.each(['PENDING', 'REJECTED', 'SPAM', 'SHADOWED', 'DELETED'])('on a comment that is %s is refused, whoever votes', async (status) => {
    const { site, id } = await thread()
    await inside(program)`UPDATE comment SET status = ${status} WHERE id = ${uuidOf(id)}::uuid`
    for (const voter of [await site.member(), await site.moderator()])
      expect(await vote(site, voter, id, 'UP')).toMatchObject({ code: 'COMMENT_NOT_FOUND' })
  })

  test('in a closed article is taken', async () => {
    const { site, id, articleId } = await thread()
    await act(program, site, await site.moderator(), 'closeArticle', { articleId })
    expect((await vote(site, await site.member(), id, 'UP')).comment).toMatchObject({ score: 1 })
  })

  test('outlasts the removal and return of the comment', async () => {
    const { site, id, articleId } = await thread()
    await vote(site, await site.member(), id, 'UP')
    await act(program, site, await site.moderator(), 'rejectComment', { commentId: id, reason: 'OTHER' })
    await act(program, site, await site.moderator(), 'restoreComment', { commentId: id })
    expect(await shown(site, id, 1)).toMatchObject({ upvotes: 1 })
    expect(await disagreements(program, articleId)).toEqual([])
  })
})

test('a vote that is being counted at this moment is in the voter’s answer once, not twice and not never', async () => {
  const { site, author } = await thread()
  for (let n = 0; n < 40; n++) {
    const { comment } = await site.post(author, site.url())
    let answered = false
    const voting = vote(site, await site.member(), comment.id, 'UP').finally(() => {
      answered = true
    })
    while (!answered) await fold(program.app.db)
    expect((await voting).comment).toMatchObject({ score: 1, upvotes: 1 })
  }
}, 60_000)

test('votes of 200 people on one comment, 16 at a time, are 200', async () => {
  const { site, id, articleId } = await thread()
  let left = 200
  const voters = Array.from({ length: 16 }, async () => {
    while (left-- > 0) expect(await vote(site, await site.member(), id, 'UP')).toMatchObject({ __typename: 'VotePayload' })
  })
  await Promise.all(voters)
  expect(await shown(site, id, 200)).toMatchObject({ upvotes: 200, downvotes: 0 })
  expect(await disagreements(program, articleId)).toEqual([])
}, 60_000)

test('one person who votes many ways at once has one vote, and it is what is counted', async () => {
  const { site, id, articleId } = await thread()
  const voter = await site.member()
  const values = Array.from({ length: 24 }, (_, n) => ['UP', 'DOWN', 'NONE'][n % 3] ?? 'UP')
  await Promise.all(values.map((value) => vote(site, voter, id, value)))
  const { viewerVote } = await read(program, site, voter, id)
  expect(await shown(site, id, { UP: 1, DOWN: -1, NONE: 0 }[viewerVote as 'UP'])).toBeTruthy()
  expect(await disagreements(program, articleId)).toEqual([])
})

test('counters that disagree with the votes are found on every page of the comments, each page by a statement of its own', async () => {
  const { site, author } = await thread()
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push(uuidOf((await site.post(author, site.url())).comment.id))
  const found = async () => {
    const own = []
    for await (const each of voteDrift(program.app.db, 2)) if (ids.includes(each.id)) own.push(each)
    return own
  }
  await inside(program)`INSERT INTO vote_delta ("commentId", up, down) VALUES (${ids[1]}::uuid, 1, 0), (${ids[1]}::uuid, -1, 0)`
  expect(await found()).toEqual([])
  for (const id of [ids[0], ids[4]]) await inside(program)`UPDATE comment SET up = 3 WHERE id = ${id}::uuid`
  expect(await found()).toEqual([ids[0], ids[4]].map((id) => ({ id, up: 3, down: 0, votedUp: 0, votedDown: 0 })))
  const pages = () => program.statements.filter((text) => text.includes('FROM page')).length
  const before = pages()
  await found()
  const [{ count } = { count: 0 }] = await inside(program)<{ count: number }>`SELECT count(*)::int AS count FROM comment`
  expect(pages() - before).toBe(Math.ceil(count / 2) + 1)
})
