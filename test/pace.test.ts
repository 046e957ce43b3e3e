/** How often people may act: each site by its own rules, told in time, and no refused try makes it worse. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Data, startApp, type TestApp } from './support/app.js'
import { act, until } from './support/mutations.js'
import { type Person, type Seed, seed } from './support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp({ COLLOQUY_RATE_LIMITS: 'on', TRUSTED_PROXIES: '127.0.0.1, ::1' })
})
afterAll(() => program.stop())

const post = (site: Seed, by: Person): Promise<Data> => act(program, site, by, 'postComment', { url: site.url(), text: randomUUID() })

describe('comments', () => {
  test('of a member and of a guest keep the pauses that the site sets for each', async () => {
    const site = await seed(program, { memberSecondsBetweenComments: 20, guestSecondsBetweenComments: 40 })
    for (const [by, seconds] of [
      [await site.member(), 20],
      [await site.guest(), 40],
    ] as const) {
      expect((await post(site, by)).comment).toBeTruthy()
      const { code, retryAfterMs } = await post(site, by)
      expect(code).toBe('TOO_FAST')
      expect(retryAfterMs).toBeGreaterThan((seconds - 15) * 1000)
      expect(retryAfterMs).toBeLessThanOrEqual(seconds * 1000)
    }
  })

  test('are limited by the rule that holds now, also after the site changed it, and on each site by its own', async () => {
    const [site, other] = [
      await seed(program, { memberSecondsBetweenComments: 30 }),
      await seed(program, { memberSecondsBetweenComments: 31 }),
    ]
    for (const where of [site, other]) {
      const by = await where.member()
      await post(where, by)
      expect(await post(where, by)).toMatchObject({ code: 'TOO_FAST' })
    }
    await act(program, site, await site.admin(), 'updateSite', { settings: { memberSecondsBetweenComments: 0 } })
    const by = await site.member()
    for (let n = 0; n < 3; n++) expect((await post(site, by)).comment).toBeTruthy()
  })

  test('may follow when the pause is over, and refused tries do not make it longer', async () => {
    const site = await seed(program, { memberSecondsBetweenComments: 2 })
    const by = await site.member()
    await post(site, by)
    let tries = 0
    let shortest = Number.POSITIVE_INFINITY
    await until(async () => {
      const answer = await post(site, by)
      if (answer.comment) return true
      tries++
      expect(answer.retryAfterMs).toBeLessThanOrEqual(shortest)
      shortest = answer.retryAfterMs
      return false
    })
    expect(tries).toBeGreaterThan(0)
  })

  test('of moderators know no pause, and refused texts use no turn', async () => {
    const site = await seed(program, { memberSecondsBetweenComments: 60 })
    const [moderator, member] = [await site.moderator(), await site.member()]
    for (let n = 0; n < 3; n++) expect((await post(site, moderator)).comment).toBeTruthy()
    expect(await act(program, site, member, 'postComment', { url: site.url(), text: ' ' })).toMatchObject({ code: 'TEXT_EMPTY' })
    expect((await post(site, member)).comment).toBeTruthy()
  })

  test('of guests are limited by address, whoever they say they are, and the forwarded address is what counts', async () => {
    const site = await seed(program, { guestCommentsAnHourAndAddress: 2 })
    const from = async (address: string) => {
      const { token } = await site.guest()
      const input = { key: randomUUID(), url: site.url(), text: randomUUID() }
      const query = 'mutation($input: PostCommentInput!) { postComment(input: $input) { __typename } }'
      return (await program.ask(query, { input }, { token, site: site.site, headers: { 'x-forwarded-for': address } })).postComment
        .__typename
    }
    expect([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.1')]).toEqual([
      'PostCommentPayload',
      'PostCommentPayload',
      'TooFast',
    ])
    expect(await from('192.0.2.2')).toBe('PostCommentPayload')
    expect([
      await from('2001:db8:0:1::1'),
      await from('2001:db8:0:1::2'),
      await from('2001:db8:0:1:ffff::3'),
      await from('2001:db8:0:2::1'),
    ]).toEqual(['PostCommentPayload', 'PostCommentPayload', 'TooFast', 'PostCommentPayload'])
  })
})

describe('edits', () => {
  const edit = (site: Seed, by: Person, commentId: string, text: string = randomUUID()): Promise<Data> =>
    act(program, site, by, 'editComment', { commentId, text })

  test('beyond ten a minute are refused to a reader, on whichever comment, and nobody else’s are', async () => {
    const site = await seed(program)
    const [fast, other] = [await site.member(), await site.guest()]
    const [one, two, theirs] = [await post(site, fast), await post(site, fast), await post(site, other)]
    const answers = await Promise.all(Array.from({ length: 14 }, (_, n) => edit(site, fast, (n % 2 ? one : two).comment.id)))
    expect(answers.filter(({ comment }) => comment)).toHaveLength(10)
    for (const { code, retryAfterMs } of answers.filter(({ comment }) => !comment)) {
      expect(code).toBe('TOO_FAST')
      expect(retryAfterMs).toBeGreaterThan(30_000)
      expect(retryAfterMs).toBeLessThanOrEqual(60_000)
    }
    expect((await edit(site, other, theirs.comment.id)).comment).toBeTruthy()
  })

  test('of moderators are not counted, nor are refused texts', async () => {
    const site = await seed(program)
    const [moderator, member] = [await site.moderator(), await site.member()]
    const [theirs, own] = [await post(site, moderator), await post(site, member)]
    for (let n = 0; n < 12; n++) expect((await edit(site, moderator, theirs.comment.id)).comment).toBeTruthy()
    for (let n = 0; n < 12; n++) expect((await edit(site, member, own.comment.id, ' ')).code).toBe('TEXT_EMPTY')
    expect((await edit(site, member, own.comment.id)).comment).toBeTruthy()
  })
})

test('votes beyond what the site allows in a second are refused, and nobody else’s are', async () => {
  const site = await seed(program, { votesASecond: 3 })
  const { comment } = await site.post(await site.member(), site.url())
  const vote = (by: Person) => act(program, site, by, 'vote', { commentId: comment.id, value: 'UP' })
  const [fast, other] = [await site.member(), await site.member()]
  const answers = await Promise.all(Array.from({ length: 8 }, () => vote(fast)))
  expect(answers.filter(({ code }) => code === 'TOO_FAST').length).toBeGreaterThanOrEqual(2)
  expect(answers.filter(({ comment }) => comment).length).toBeGreaterThanOrEqual(3)
  for (const { code, retryAfterMs } of answers) if (code) expect(retryAfterMs).toBeLessThanOrEqual(1000)
  expect((await vote(other)).comment).toBeTruthy()
})

test('reports beyond what the site allows in a day are refused', async () => {
  const site = await seed(program, { reportsADay: 2 })
  const by = await site.member()
  const report = async () => {
    const { comment } = await site.post(await site.member(), site.url())
    return act(program, site, by, 'reportComment', { commentId: comment.id, reason: 'SPAM' })
  }
  expect([(await report()).__typename, (await report()).__typename]).toEqual(['ReportCommentPayload', 'ReportCommentPayload'])
  const refused = await report()
  expect(refused.code).toBe('TOO_FAST')
  expect(refused.retryAfterMs).toBeGreaterThan(23 * 3_600_000)
})
