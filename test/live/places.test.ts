import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect } from './client.js'
import { type Door, openDoor } from './door.js'
import { events } from './events.js'

let program: TestApp
let site: Seed
let alice: Person
let door: Door

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  alice = await site.member('Alice')
})
afterAll(() => program.stop())
afterEach(() => door.stop())

const complete = (client: Client, id: string) => client.say(JSON.stringify({ id, type: 'complete' }))

describe('An id that comes again at once', () => {
  test('is the later subscription’s alone, and the earlier follows nothing', async () => {
    door = await openDoor(program)
    const client = await connect(door.url, { site: site.site })
    const [one, other] = [site.url(), site.url()]
    for (const url of [one, other]) await site.post(alice, url)
    const earlier = client.subscribe(events, { url: one }, {}, 'x')
    complete(client, 'x')
    const later = client.subscribe(events, { url: other }, {}, 'x')
    expect((await later.event()).__typename).toBe('CommentEventsReady')
    await until('one is followed', () => door.watched() === 1)
    await site.post(alice, one)
    const { comment } = await site.post(alice, other)
    expect((await later.event()).comment.id).toBe(comment.id)
    expect([earlier.id, later.waiting()]).toEqual(['x', 0])
    await client.close()
    await until('nothing is followed', () => door.watched() === 0)
  })

  test('is answered for the later one, also where the earlier ran already or is refused', async () => {
    door = await openDoor(program)
    const client = await connect(door.url, { site: site.site })
    const url = site.url()
    await site.post(alice, url)
    await client.subscribe(events, { url }, {}, 'x').event()
    complete(client, 'x')
    const again = client.subscribe(events, { url }, {}, 'x')
    expect((await again.event()).__typename).toBe('CommentEventsReady')
    complete(client, 'x')
    client.subscribe(events, {}, {}, 'x')
    complete(client, 'x')
    const last = client.subscribe(events, { url }, {}, 'x')
    expect((await last.event()).__typename).toBe('CommentEventsReady')
    const { comment } = await site.post(alice, url)
    expect((await last.event()).comment.id).toBe(comment.id)
    expect([door.watched(), last.waiting()]).toEqual([1, 0])
    await client.close()
  })

  test('counts as often as it runs: what begins and is ended has its place until it has ended', async () => {
    door = await openDoor(program, { subscriptions: 2 })
    const client = await connect(door.url, { site: site.site })
    const url = site.url()
    for (let i = 0; i < 2; i++) {
      client.subscribe(events, { url }, {}, 'x')
      complete(client, 'x')
    }
    const third = client.subscribe(events, { url }, {}, 'x')
    expect(await third.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] })
    await until('the others have ended', async () => {
      const { type } = await client.subscribe(events, { url }, {}, 'y').next()
      if (type === 'next') complete(client, 'y')
      return type === 'next'
    })
    await client.close()
  })
})

test('sockets that are closed leave nothing behind, however their subscriptions came and went', async () => {
  door = await openDoor(program)
  const url = site.url()
  await site.post(alice, url)
  for (let i = 0; i < 10; i++) {
    const client = await connect(door.url, { site: site.site })
    for (let j = 0; j < 4; j++) {
      client.subscribe(events, { url }, {}, 'x')
      complete(client, 'x')
    }
    const last = client.subscribe(events, { url }, {}, 'x')
    if (i % 4 < 2) await last.event()
    if (i % 2 === 0) client.ws.terminate()
    else await client.close()
  }
  await until('all sockets are gone', () => door.count() === 0)
  // What still began then has ended when another, which began later, has run.
  const after = await connect(door.url, { site: site.site })
  await after.subscribe(events, { url }).event()
  await after.close()
  await until('nothing is followed', () => door.watched() === 0)
})
