import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { signToken } from '../../src/identity/identity.js'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect, openSocket } from './client.js'
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
afterEach(async () => {
  await door.stop()
})

const follow = (client: Client, variables: object) => client.subscribe(events, variables)
const refusal = (code: string) => ({ type: 'error', payload: [{ extensions: { code } }] })

/** The status that an upgrade is answered with. */
async function statusOf(path: string, origin?: string): Promise<number> {
  const ws = new WebSocket(`${door.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', origin ? { origin } : {})
  const status = await Promise.race([
    once(ws, 'open').then(() => 101),
    once(ws, 'unexpected-response').then(([, response]) => Number((response as { statusCode: number }).statusCode)),
  ])
  ws.on('error', () => {})
  ws.terminate()
  return status
}

describe('A socket is opened', () => {
  test('by pages of the sites’ origins, the service’s own pages and whoever is no page, and by nobody else', async () => {
    door = await openDoor(program)
    expect(await statusOf('/graphql', site.origin)).toBe(101)
    expect(await statusOf('/graphql', door.url)).toBe(101)
    expect(await statusOf('/graphql', 'https://comments.example')).toBe(101)
    expect(await statusOf('/graphql')).toBe(101)
    expect(await statusOf('/graphql', 'https://evil.example')).toBe(403)
    expect(await statusOf('/graphql', 'null')).toBe(403)
    expect(await statusOf('/elsewhere')).toBe(404)
  })

  test('with `connection_init` in time, or closed with 4408', async () => {
    door = await openDoor(program, { initTimeoutMs: 20 })
    expect(await (await openSocket(door.url)).closed).toBe(4408)
  })

  test('with one `connection_init`; a second closes it with 4429', async () => {
    door = await openDoor(program)
    const client = await connect(door.url)
    client.say('{"type":"connection_init"}')
    expect(await client.closed).toBe(4429)
  })

  test('for the graphql-transport-ws protocol only', async () => {
    door = await openDoor(program)
    const ws = new WebSocket(`${door.url.replace('http', 'ws')}/graphql`)
    const [code] = await once(ws, 'close')
    expect(code).toBe(4406)
  })
})

describe('Sockets of one address', () => {
  test('are so many and no more; one that ends makes room, and other addresses are not concerned', async () => {
    door = await openDoor(program, { perAddress: 2 })
    const from = (address: string) => openSocket(door.url, { 'x-test-address': address })
    const [one] = [await from('a'), await from('a')]
    await expect(from('a')).rejects.toThrow('429')
    await from('b')
    await one?.close()
    await until('there is room', async () =>
      from('a').then(
        () => true,
        () => false,
      ),
    )
    await expect(from('a')).rejects.toThrow('429')
  })
})

describe('On a socket', () => {
  test('queries and mutations are refused, and it stays open', async () => {
    door = await openDoor(program)
    const client = await connect(door.url, { site: site.site })
    for (const text of ['{ site { name } }', 'mutation { becomeGuest(input: { key: "12345678", name: "A" }) { __typename } }']) {
      expect(await client.subscribe(text).next()).toMatchObject(refusal('BAD_USER_INPUT'))
    }
    expect((await follow(client, { url: site.url() }).event()).__typename).toBe('CommentEventsReady')
    await client.close()
  })

  test('a fault of syntax, an unknown field and a document over its limits are error messages, and it stays open', async () => {
    door = await openDoor(program)
    const client = await connect(door.url, { site: site.site })
    const tooMuch = `subscription { ${'replyAdded(commentId: "a") { cursor } '.repeat(200)} }`
    const two = 'subscription A { replyAdded(commentId: "a") { cursor } } subscription B { replyAdded(commentId: "a") { cursor } }'
    for (const text of ['subscription {', 'subscription { nothing }', tooMuch, two]) {
      expect(await client.subscribe(text).next()).toMatchObject(refusal('BAD_USER_INPUT'))
    }
    expect((await follow(client, { url: site.url() }).event()).__typename).toBe('CommentEventsReady')
    await client.close()
  })

  test('what is not a message of the protocol closes it with 4400, and the service goes on', async () => {
    door = await openDoor(program)
    for (const text of ['', 'hello', '{"type":"start"}', '{"id":1,"type":"subscribe","payload":{}}']) {
      const client = await connect(door.url)
      client.say(text)
      expect(await client.closed).toBe(4400)
    }
    expect(door.log.lines().filter(({ level }) => level === 'error')).toEqual([])
  })

  test('a frame that is too large closes it with 1009', async () => {
    door = await openDoor(program)
    const client = await connect(door.url)
    client.say(JSON.stringify({ type: 'ping', payload: { text: 'a'.repeat(70_000) } }))
    expect(await client.closed).toBe(1009)
  })

  test('messages come at a bounded pace, or it is closed with 4429', async () => {
    door = await openDoor(program, { messageBurst: 10, messagesASecond: 1 })
    const client = await connect(door.url)
    for (let i = 0; i < 9; i++) client.say('{"type":"ping"}')
    for (let i = 0; i < 9; i++) expect((await client.next()).type).toBe('pong')
    client.say('{"type":"ping"}')
    expect(await client.closed).toBe(4429)
  })

  test('there are so many subscriptions and no more; an ended one makes room', async () => {
    door = await openDoor(program, { subscriptions: 2 })
    const client = await connect(door.url, { site: site.site })
    const first = follow(client, { url: site.url() })
    const second = follow(client, { url: site.url() })
    await Promise.all([first.event(), second.event()])
    expect(await follow(client, { url: site.url() }).next()).toMatchObject(refusal('RATE_LIMITED'))
    first.end()
    await until('the ended one lets go', () => door.watched() === 1)
    expect((await follow(client, { url: site.url() }).event()).__typename).toBe('CommentEventsReady')
    await client.close()
  })

  test('a token that is not good is told, and a site that is not there', async () => {
    door = await openDoor(program)
    const stranger = await connect(door.url, { site: site.site, token: 'abc.def.ghi' })
    expect(await follow(stranger, { url: site.url() }).next()).toMatchObject(refusal('UNAUTHENTICATED'))
    const lost = await connect(door.url, { site: 'no-such-site' })
    expect(await follow(lost, { url: site.url() }).next()).toMatchObject(refusal('NOT_FOUND'))
    await Promise.all([stranger.close(), lost.close()])
  })
})

describe('A socket is closed', () => {
  test('with 4403 when its token has expired', async () => {
    door = await openDoor(program, { expiryGraceMs: -29_000, rightsEveryMs: 10 })
    const token = await signToken(program.app.secret, {
      subject: 'test:short',
      kind: 'MEMBER',
      role: 'READER',
      name: 'Short',
      siteSlug: site.site,
      lifeSeconds: 30,
    })
    const client = await connect(door.url, { site: site.site, token })
    const anonymous = await connect(door.url, { site: site.site })
    for (const each of [client, anonymous]) expect((await follow(each, { url: site.url() }).event()).__typename).toBe('CommentEventsReady')
    expect(await client.closed).toBe(4403)
    await until('it is gone, and it alone', () => door.count() === 1)
    expect(anonymous.ws.readyState).toBe(WebSocket.OPEN)
    await anonymous.close()
  })

  test('when it answers no ping', async () => {
    // Wide enough that a busy machine answers in time: a client that does not is sent away, and this one must stay first.
    door = await openDoor(program, { pingEveryMs: 1000, checkEveryMs: 10 })
    const client = await connect(door.url)
    let pings = 0
    client.ws.on('ping', () => pings++)
    await until('it is pinged and stays', () => pings > 1)
    expect(client.ws.readyState).toBe(WebSocket.OPEN)
    ;(client.ws as unknown as { _autoPong: boolean })._autoPong = false
    expect(await client.closed).toBe(1006)
  })

  test('with 1013 when its reader stops reading, and who comes back has missed nothing', async () => {
    door = await openDoor(program, { drainMs: 200, checkEveryMs: 10 })
    const url = site.url()
    const { article, cursor: after } = await site.post(alice, url)
    const client = await connect(door.url, { site: site.site })
    const wide = `subscription($after: Cursor, $id: ID) { commentEvents(articleId: $id, after: $after) { ... on LiveEvent { cursor } ... on CommentPosted { comment { id ${copies} } } } }`
    const reader = client.subscribe(wide, { id: article.id, after })
    const ready = await reader.event()
    client.ws.pause()

    const posted: string[] = []
    for (let i = 0; i < 60; i++) posted.push((await site.post(alice, url, `${i} ${'wide '.repeat(900)}`)).comment.id)
    await until('it lets go of the article', () => door.watched() === 0)
    client.ws.resume()
    expect(await client.closed).toBe(1013)

    const got: string[] = []
    let last = ready.cursor
    while (reader.waiting() > 0) {
      const message = await reader.next()
      if (message.type !== 'next') continue
      const { cursor, comment } = message.payload.data.commentEvents
      got.push(comment.id)
      last = cursor
    }
    expect(got.length).toBeLessThan(posted.length)
    const back = await connect(door.url, { site: site.site })
    const rest = follow(back, { articleId: article.id, after: last })
    await rest.event()
    while (got.length < posted.length) got.push((await rest.event()).comment.id)
    expect(got).toEqual(posted)
    await back.close()
  })

  test('with 1001 when the service stops, and then nothing is followed and no socket taken', async () => {
    door = await openDoor(program)
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(door.url, { site: site.site })))
    for (const client of clients) await follow(client, { url: site.url() }).event()
    await until('all are followed', () => door.watched() === 20)
    const stopped = door.stop(100)
    expect(await Promise.all(clients.map((client) => client.closed))).toEqual(clients.map(() => 1001))
    await stopped
    expect([door.count(), door.watched()]).toEqual([0, 0])
  })
})

describe('A client that goes', () => {
  test('leaves nothing behind, however it goes', async () => {
    door = await openDoor(program)
    const clients = await Promise.all(Array.from({ length: 3 }, () => connect(door.url, { site: site.site })))
    const [polite, rude, ending] = clients as [Client, Client, Client]
    const followed = clients.map((client) => follow(client, { url: site.url() }))
    for (const each of followed) await each.event()
    await until('all are followed', () => door.watched() === 3)
    await polite.close()
    rude.ws.terminate()
    followed[2]?.end()
    await until('nothing is followed', () => door.watched() === 0)
    expect(door.count()).toBe(1)
    await ending.close()
  })
})

/** A comment's words many times over, so that few events fill every buffer on the way. */
const copies = Array.from({ length: 60 }, (_, i) => `c${i}: html`).join(' ')
