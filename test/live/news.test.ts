import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startNews } from '../../src/live/news.js'
import { keptLog } from '../platform/kept-log.js'
import { until } from '../platform/until.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, uuidOf } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect, type Subscription } from './client.js'
import { deafBus } from './follow.js'

let program: TestApp
const clients: Client[] = []

beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
})

const news = `subscription { viewerEvents { viewer {
  replies(first: 5) { totalCount edges { node { html author { name } } } }
  person { comments(first: 5) { edges { node { id status html } } } } } } }`

async function follow(site: Seed, { token }: Person): Promise<Subscription> {
  const client = await connect(program.url, { site: site.site, token })
  clients.push(client)
  return client.subscribe(news)
}

const htmlOf = ({ viewer }: Data) => viewer.replies.edges.map(({ node }: Data) => node.html)
const statusesOf = ({ viewer }: Data) => viewer.person.comments.edges.map(({ node }: Data) => node.status)

describe('What belongs to one person', () => {
  test('is told at once and when others reply, and not what they say themselves', async () => {
    const site = await seed(program)
    const [alice, bob] = [await site.member('Alice'), await site.member('Bob')]
    const { comment } = await site.post(alice, site.url())
    await site.reply(bob, comment.id, 'First')
    const reader = await follow(site, alice)
    expect(htmlOf(await reader.event())).toEqual(['<p>First</p>'])
    const { comment: second } = await site.reply(bob, comment.id, 'Second')
    expect(htmlOf(await reader.event())).toEqual(['<p>Second</p>', '<p>First</p>'])
    await site.reply(alice, comment.id, 'My own')
    await site.reply(alice, second.id, 'Another of mine')
    const { viewer } = await reader.event()
    expect([viewer.replies.totalCount, viewer.person.comments.edges.length]).toEqual([2, 3])
    await act(program, site, await site.moderator(), 'rejectComment', { commentId: second.id, reason: 'OTHER' })
    let left = 2
    while (left === 2) left = (await reader.event()).viewer.replies.totalCount
    expect(left).toBe(1)
  })

  test('is what became of their comments that waited, approved or not', async () => {
    const site = await seed(program, { premoderation: true })
    const [alice, moderator] = [await site.member('Alice'), await site.moderator()]
    const [one, other] = [await site.post(alice, site.url()), await site.post(alice, site.url())]
    const reader = await follow(site, alice)
    expect(statusesOf(await reader.event())).toEqual(['PENDING', 'PENDING'])
    await act(program, site, moderator, 'approveComment', { commentId: one.comment.id })
    expect(statusesOf(await reader.event())).toEqual(['PENDING', 'APPROVED'])
    await act(program, site, moderator, 'rejectComment', { commentId: other.comment.id, reason: 'OTHER' })
    expect(statusesOf(await reader.event())).toEqual(['REJECTED', 'APPROVED'])
  })

  test('is told when a reply to them that waited is approved', async () => {
    const site = await seed(program, { premoderation: true })
    const [alice, bob, moderator] = [await site.member('Alice'), await site.member('Bob'), await site.moderator()]
    const { comment } = await site.post(alice, site.url())
    await act(program, site, moderator, 'approveComment', { commentId: comment.id })
    const { comment: reply } = await site.reply(bob, comment.id, 'Waits')
    const reader = await follow(site, alice)
    expect(htmlOf(await reader.event())).toEqual([])
    await act(program, site, moderator, 'approveComment', { commentId: reply.id })
    expect(htmlOf(await reader.event())).toEqual(['<p>Waits</p>'])
  })

  test('comes at most once a second, however much happens', async () => {
    const site = await seed(program)
    const [alice, bob] = [await site.member('Alice'), await site.member('Bob')]
    const { comment } = await site.post(alice, site.url())
    const reader = await follow(site, alice)
    await reader.event()
    const began = performance.now()
    for (let i = 0; i < 20; i++) await site.reply(bob, comment.id)
    let events = 0
    for (let total = 0; total < 20; events++) total = (await reader.event()).viewer.replies.totalCount
    expect(events).toBeLessThanOrEqual(2 + (performance.now() - began) / 1000)
  })

  test('is for those with a token', async () => {
    const site = await seed(program)
    const client = await connect(program.url, { site: site.site })
    clients.push(client)
    expect(await client.subscribe(news).next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })
})

describe('A sweep', () => {
  test('brings a hint whose ring was lost', async () => {
    const site = await seed(program)
    const [alice, bob] = [await site.member('Alice'), await site.member('Bob')]
    const { comment } = await site.post(alice, site.url())
    const watch = watched(comment)
    const reader = watch.follow()
    await reader.hint()
    await site.post(bob, site.url())
    await watch.sweep(manySweeps)
    expect(reader.hinted()).toBe(false)
    await site.reply(bob, comment.id)
    await watch.sweep()
    await reader.hint()
    await watch.stop()
    expect(await reader.ended()).toBe(true)
  })

  test('brings nothing that came with its ring, or that a later follower has begun with', async () => {
    const site = await seed(program)
    const [alice, bob] = [await site.member('Alice'), await site.member('Bob')]
    const { comment } = await site.post(alice, site.url())
    const watch = watched(comment)
    const reader = watch.follow()
    await reader.hint()
    await site.reply(bob, comment.id)
    watch.ring()
    await reader.hint()
    await watch.sweep(manySweeps)
    expect(reader.hinted()).toBe(false)
    await site.reply(bob, comment.id)
    const later = watch.follow()
    await later.hint()
    await watch.sweep(manySweeps)
    expect([reader.hinted(), later.hinted()]).toEqual([true, false])
    await watch.stop()
  })

  test('tells that an edit which waited was refused', async () => {
    const site = await seed(program)
    const [alice, moderator] = [await site.member('Alice'), await site.moderator()]
    const { comment } = await site.post(alice, site.url())
    const decide = (mutation: string, input: object = {}) => act(program, site, moderator, mutation, { commentId: comment.id, ...input })
    await decide('rejectComment', { reason: 'OTHER' })
    await decide('restoreComment')
    await act(program, site, alice, 'editComment', { commentId: comment.id, text: 'Other words' })
    const watch = watched(comment)
    const reader = watch.follow()
    await reader.hint()
    await decide('rejectEdit', { revision: 2, reason: 'OTHER' })
    await watch.sweep()
    await reader.hint()
    await watch.stop()
  })
})

/** So many take longer than a follower rests between two hints. */
const manySweeps = 150

/** Hints to a comment's author on a bus that rings when the test does, swept when the test says so. */
function watched(comment: Data) {
  const personId = uuidOf(comment.author.id)
  const bells = new Set<() => void>()
  const listen = (_channel: string, bell: () => void) => {
    bells.add(bell)
    return () => bells.delete(bell)
  }
  const bus = { ...deafBus(), listen }
  const watch = startNews({ db: program.app.db, bus, log: keptLog().log, sweepEveryMs: 3_600_000 })
  const swept = () => program.statements.filter((text) => /string_agg/.test(text)).length
  return {
    ring: () => {
      for (const bell of bells) bell()
    },
    sweep: async (times = 1) => {
      const goal = swept() + times
      await until('it is swept', () => {
        bus.becomeReady()
        return swept() >= goal
      })
    },
    follow: () => reading(watch.hints(personId, new AbortController().signal)),
    stop: () => watch.stop(),
  }
}

/** Asks for one hint after the other. */
function reading(hints: AsyncIterator<void>) {
  let hinted = false
  const ask = async () => {
    hinted = false
    const { done } = await hints.next()
    hinted = true
    return done === true
  }
  let next = ask()
  return {
    hinted: () => hinted,
    /** Waits for the next hint, and asks for one more. */
    hint: async () => {
      expect(await next).toBe(false)
      next = ask()
    },
    ended: () => next,
  }
}
