import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { signToken } from '../../src/identity/identity.js'
import { sql } from '../../src/platform/client.js'
import { until } from '../platform/until.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, uuidOf } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { connect, openSocket } from './client.js'
import { events } from './events.js'

const env = {
  COLLOQUY_SOCKET_PER_ADDRESS: '3',
  COLLOQUY_SOCKET_RIGHTS_EVERY_MS: '20',
  COLLOQUY_SOCKET_DRAIN_MS: '300',
  COLLOQUY_SOCKET_CHECK_EVERY_MS: '20',
  COLLOQUY_SOCKET_EXPIRY_GRACE_MS: '0',
  PUBLIC_URL: 'https://comments.example/service',
}

let program: TestApp
let site: Seed
let alice: Person
const streams: Stream[] = []

beforeAll(async () => {
  program = await startApp(env)
  site = await seed(program)
  alice = await site.member('Alice')
})
afterAll(() => program.stop())
afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.leave()
})

interface Stream {
  status: number
  headers: Headers
  /** The next event's payload; undefined when the stream is complete. */
  next(): Promise<Data>
  leave(): Promise<void>
}

/** Asks for server-sent events as a browser does, over POST or GET. */
async function listen(
  variables: object,
  { token, origin, method = 'POST', query = events }: { token?: string; origin?: string; method?: string; query?: string } = {},
): Promise<Stream> {
  const left = new AbortController()
  const headers = {
    accept: 'text/event-stream',
    'content-type': 'application/json',
    'x-colloquy-site': site.site,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(origin ? { origin } : {}),
  }
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) })
  const response =
    method === 'POST'
      ? await fetch(`${program.url}/graphql`, { method, headers, body: JSON.stringify({ query, variables }), signal: left.signal })
      : await fetch(`${program.url}/graphql?${search}`, { headers, signal: left.signal })
  const told = messages(response)
  const stream = {
    status: response.status,
    headers: response.headers,
    next: async () => (await told.next()).value,
    leave: async () => left.abort(),
  }
  streams.push(stream)
  return stream
}

async function* messages({ body }: Response): AsyncGenerator<Data> {
  let text = ''
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString()
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (\w+)\ndata:(.*)/s.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      if (event === 'complete') return
      if (event === 'next') yield JSON.parse(data ?? '')
    }
  }
}

const codeOf = ({ errors }: Data) => errors[0].extensions.code

describe('A subscription over HTTP', () => {
  test.each(['POST', 'GET'])('tells over %s what happens, and goes on from a cursor without a gap', async (method) => {
    const url = site.url()
    const stream = await listen({ url }, { method })
    const { cursor: start } = (await stream.next()).data.commentEvents
    const { comment } = await site.post(alice, url)
    const { cursor, comment: got } = (await stream.next()).data.commentEvents
    expect(got.id).toBe(comment.id)
    await stream.leave()

    const { comment: meanwhile } = await site.post(alice, url)
    const back = await listen({ url, after: cursor }, { method })
    expect((await back.next()).data.commentEvents.__typename).toBe('CommentEventsReady')
    expect((await back.next()).data.commentEvents.comment.id).toBe(meanwhile.id)
    expect(start).not.toBe(cursor)
    await back.leave()
    expect(codeOf(await (await listen({ url, after: 'no cursor' }, { method })).next())).toBe('RESYNC')
  })

  test('is refused where the answer could not be a stream', async () => {
    const { data, errors } = await program.send(events, { url: site.url() }, { site: site.site })
    expect([data ?? null, errors?.[0]?.extensions.code]).toEqual([null, 'BAD_USER_INPUT'])
  })

  test.each(['POST', 'GET'])('is for pages of the sites’ origins and the service’s own, and for no other, over %s', async (method) => {
    for (const origin of [site.origin, program.url, 'https://comments.example', '']) {
      await until(`it is told to ${origin || 'no page'}`, async () => {
        const stream = await listen({ url: site.url() }, { method, origin })
        const { data } = await stream.next()
        await stream.leave()
        return data?.commentEvents !== undefined
      })
    }
    for (const origin of ['https://evil.example', 'null']) {
      const stream = await listen({ url: site.url() }, { method, origin })
      expect([stream.status, codeOf(await stream.next())]).toEqual([403, 'FORBIDDEN'])
    }
  })

  test('asks proxies to pass each event on at once, and nothing of other answers', async () => {
    const stream = await listen({ url: site.url() })
    expect(stream.headers.get('x-accel-buffering')).toBe('no')
    expect((await program.send('{ site { name } }', {}, { site: site.site })).headers.get('x-accel-buffering')).toBeNull()
  })

  test('knows the limits of documents and who may ask', async () => {
    const tooMuch = `subscription { ${'replyAdded(commentId: "a") { cursor } '.repeat(200)} }`
    expect(codeOf(await (await listen({}, { query: tooMuch })).next())).toBe('BAD_USER_INPUT')
    expect(codeOf(await (await listen({}, { query: 'subscription { viewerEvents { viewer { name } } }' })).next())).toBe('UNAUTHENTICATED')
    expect(codeOf(await (await listen({ url: site.url() }, { token: 'abc.def.ghi' })).next())).toBe('UNAUTHENTICATED')
    const mine = await listen({}, { query: 'subscription { viewerEvents { viewer { name } } }', token: alice.token })
    expect((await mine.next()).data.viewerEvents.viewer.name).toBe('Alice')
  })

  test('ends with an error of its own where the discussion is hidden', async () => {
    const url = site.url()
    const { article } = await site.post(alice, url)
    const stream = await listen({ url })
    await stream.next()
    await act(program, site, await site.moderator(), 'hideArticle', { articleId: article.id })
    expect(codeOf(await stream.next())).toBe('NOT_FOUND')
    expect(await stream.next()).toBeUndefined()
  })
})

describe('Streams', () => {
  test('and sockets of one address are counted together; one that ends makes room', async () => {
    const [one] = [await listen({ url: site.url() }), await listen({ url: site.url() })]
    const socket = await connect(program.url, { site: site.site })
    const refused = await listen({ url: site.url() })
    expect([refused.status, codeOf(await refused.next())]).toEqual([429, 'RATE_LIMITED'])
    await expect(openSocket(program.url)).rejects.toThrow('429')
    await one?.leave()
    await until('there is room', async () => {
      const again = await listen({ url: site.url() })
      const { data } = await again.next()
      return data?.commentEvents !== undefined
    })
    await socket.close()
  })

  test('end when their token does, and when its person is banned', async () => {
    const claims = { subject: 'test:brief', kind: 'MEMBER', role: 'READER', name: 'Brief', siteSlug: site.site } as const
    const brief = await signToken(program.app.secret, { ...claims, lifeSeconds: 2 })
    const stream = await listen({ url: site.url() }, { token: brief })
    await stream.next()
    expect(codeOf(await stream.next())).toBe('UNAUTHENTICATED')
    expect(await stream.next()).toBeUndefined()

    const bob = await site.member('Bob')
    const { comment } = await site.post(bob, site.url())
    const other = await listen({ url: site.url() }, { token: bob.token })
    await other.next()
    await sql(program.app.db)`UPDATE person SET standing = 'BANNED' WHERE id = ${uuidOf(comment.author.id)}::uuid`
    expect(codeOf(await other.next())).toBe('UNAUTHENTICATED')
    expect(codeOf(await (await listen({ url: site.url() }, { token: bob.token })).next())).toBe('FORBIDDEN')
  })

  test('whose reader stops reading are cut off, and have missed nothing when they come back', async () => {
    const url = site.url()
    const { article, cursor } = await site.post(alice, url)
    const wide = `subscription($after: Cursor, $id: ID) { commentEvents(articleId: $id, after: $after) { ... on LiveEvent { cursor } ... on CommentPosted { comment { id ${copies} } } } }`
    const stream = await listen({ id: article.id, after: cursor }, { query: wide })
    let last = (await stream.next()).data.commentEvents.cursor
    const posted: string[] = []
    for (let i = 0; i < 60; i++) posted.push((await site.post(alice, url, `${i} ${'wide '.repeat(900)}`)).comment.id)
    await until('it is cut off', () => program.logged.some(({ message }) => message.includes('cut off')))
    const got: string[] = []
    const reading = async () => {
      for (let event = await stream.next(); event; event = await stream.next()) {
        got.push(event.data.commentEvents.comment.id)
        last = event.data.commentEvents.cursor
      }
    }
    await expect(reading()).rejects.toThrow()
    expect(got.length).toBeLessThan(posted.length)
    const back = await listen({ articleId: article.id, after: last })
    await back.next()
    while (got.length < posted.length) got.push((await back.next()).data.commentEvents.comment.id)
    expect(got).toEqual(posted)
  })

  test('end when the service stops', async () => {
    const other = await startApp(env)
    const there = await seed(other)
    const response = await fetch(`${other.url}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', 'x-colloquy-site': there.site },
      body: JSON.stringify({ query: events, variables: { url: there.url() } }),
    })
    const told = messages(response)
    await told.next()
    const began = performance.now()
    const stopped = other.stop()
    expect((await told.next()).done).toBe(true)
    await stopped
    expect(performance.now() - began).toBeLessThan(3000)
  })
})

/** A comment's words many times over, so that few events fill every buffer on the way. */
const copies = Array.from({ length: 60 }, (_, i) => `c${i}: html`).join(' ')
