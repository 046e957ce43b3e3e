import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { addressOf, cleanUp, dataFolder, emptyFolder, type Running, startServer, stop } from './cli/process.js'

afterEach(cleanUp)

const article = 'https://demo.example/articles/north-facing-balcony'

// biome-ignore lint/suspicious/noExplicitAny: answers have the shape that each test asks for
async function ask(url: string, query: string, { token, variables }: { token?: string; variables?: object } = {}): Promise<any> {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  return response.json()
}

/** The page is too long to be shown where something is missing. */
async function tabsOf(url: string) {
  const page = await (await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })).text()
  return { operations: page.includes('query PendingComments'), filledIn: page.includes(article), tokens: page.includes('Bearer eyJ') }
}

const tokenIn = (server: Running) => /export TOKEN=(\S+)/.exec(server.out)?.[1] ?? ''

describe('A start on nothing', () => {
  test('brings a demonstration once, says where to look, and a second start keeps the data', async () => {
    const DATA_DIR = await emptyFolder()
    const first = startServer({ DATA_DIR, COLLOQUY_DEMO: 'on' })
    const url = await addressOf(first)
    const token = tokenIn(first)
    expect(await ask(url, '{ viewer { role } pendingComments { totalCount } }', { token })).toEqual({
      data: { viewer: { role: 'MODERATOR' }, pendingComments: { totalCount: 1 } },
    })
    const query =
      'query($url: String!) { article(url: $url) { id title commentCount comments { edges { node { pinned replies { edges { node { status replyCount } } } } } } } }'
    const before = await ask(url, query, { variables: { url: article } })
    expect(before.data.article).toMatchObject({ title: 'What grows on a balcony that faces north?', commentCount: 11 })
    const threads = before.data.article.comments.edges.map(({ node }: { node: object }) => node)
    expect(threads[0]).toMatchObject({ pinned: true })
    expect(JSON.stringify(threads)).toContain('{"status":"DELETED","replyCount":1}')
    for (const path of ['/health/ready', '/schema.graphql']) {
      expect(first.out).toContain(`${url}${path}`)
      expect((await fetch(`${url}${path}`)).status).toBe(200)
    }
    expect((await stop(first)).code).toBe(0)

    const second = startServer({ DATA_DIR, COLLOQUY_DEMO: 'on' })
    const again = await addressOf(second)
    expect(await ask(again, query, { variables: { url: article } })).toEqual(before)
    expect(await ask(again, '{ viewer { role } }', { token })).toEqual({ data: { viewer: { role: 'MODERATOR' } } })
    expect((await stop(second)).code).toBe(0)
  })

  test('opens GraphiQL with operations on the demonstration, and with its tokens on a page of this machine only', async () => {
    const DATA_DIR = await dataFolder()
    const near = startServer({ DATA_DIR, COLLOQUY_DEMO: 'on' })
    expect(await tabsOf(await addressOf(near))).toEqual({ operations: true, filledIn: true, tokens: true })
    await stop(near)
    const far = startServer({ DATA_DIR, COLLOQUY_DEMO: 'on', PUBLIC_URL: 'https://comments.example' })
    expect(await tabsOf(await addressOf(far))).toEqual({ operations: true, filledIn: true, tokens: false })
    await stop(far)
  })

  test('without the demonstration it tells how to make a site', async () => {
    const server = startServer({ DATA_DIR: await dataFolder() })
    const url = await addressOf(server)
    const refusal = { message: expect.stringContaining('colloquy site create'), extensions: { code: 'NOT_FOUND' } }
    expect(await ask(url, '{ site { slug } }')).toMatchObject({ errors: [refusal] })
    expect(server.out).toContain('site create news')
    expect(server.out).not.toContain('eyJ')
    expect((await stop(server)).code).toBe(0)
  })
})

describe('A start that cannot succeed ends with one message', () => {
  test('on a folder that another process uses', async () => {
    const DATA_DIR = await dataFolder()
    const first = startServer({ DATA_DIR })
    await addressOf(first)
    const second = await startServer({ DATA_DIR }).ended
    expect(second).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^The data folder \S+ is in use by another running Colloquy .*\n$/),
    })
    expect((await stop(first)).code).toBe(0)
  })

  test('on settings that are wrong, all of them named', async () => {
    const ended = await startServer({ PORT: 'many', DATABASE_URL: 'mysql://x', COLLOQUY_DEOM: 'off', COLLOQUY_SECRET: 'short' }).ended
    expect(ended).toMatchObject({ code: 2, out: '' })
    for (const name of ['PORT', 'DATABASE_URL', 'COLLOQUY_DEOM', 'COLLOQUY_SECRET']) expect(ended.err).toContain(`- ${name} `)
    expect(ended.err).not.toContain('    at ')
  })

  test('on a port that is taken, and gives the folder free', async () => {
    const DATA_DIR = await dataFolder()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, err } = await startServer({ DATA_DIR, PORT: String(port) }).ended
    other.close()
    expect({ code, err }).toEqual({
      code: 1,
      err: `Port ${port} on 127.0.0.1 is taken by another program. Stop that one, or choose another with PORT.\n`,
    })
    const next = startServer({ DATA_DIR })
    await addressOf(next)
    expect((await stop(next)).code).toBe(0)
  })

  test('on a database that cannot be reached, whose password is not told', async () => {
    const { code, err } = await startServer({ DATA_DIR: await emptyFolder(), DATABASE_URL: 'postgresql://me:hush@127.0.0.1:1/comments' })
      .ended
    expect({ code, err }).toEqual({
      code: 1,
      err: 'The database comments at 127.0.0.1:1 cannot be reached (ECONNREFUSED). Check DATABASE_URL, and whether the server runs.\n',
    })
  })

  test('on a folder that cannot be made', async () => {
    const { code, err } = await startServer({ DATA_DIR: '/dev/null/folder' }).ended
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^\/dev\/null\/folder\S* cannot be used: .*\n$/) })
  })
})

test('a second signal ends the process at once, whatever it waits for', async () => {
  const server = startServer({ DATA_DIR: await dataFolder() })
  const { port } = new URL(await addressOf(server))
  const slow = connect(Number(port), '127.0.0.1')
  slow.on('error', () => {}).write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{')
  await fetch(`http://127.0.0.1:${port}/health/live`)
  server.child.kill('SIGINT')
  while (!server.out.includes('Colloquy stops')) await once(server.child.stdout ?? server.child, 'data')
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(1)
  slow.destroy()
})
