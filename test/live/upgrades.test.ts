import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { type Seed, seed } from '../support/seed.js'

let program: TestApp
let site: Seed

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
})
afterAll(() => program.stop())

/** Sends these pieces over one connection, as they are; all that is answered until it is closed. */
async function send(...pieces: string[]): Promise<string> {
  const { hostname, port } = new URL(program.url)
  const socket = connectTcp(Number(port), hostname)
  let answered = ''
  socket.on('data', (data) => {
    answered += data
    const next = pieces.shift()
    if (next !== undefined) socket.write(next)
  })
  await once(socket, 'connect')
  socket.write(pieces.shift() ?? '')
  await once(socket, 'close')
  return answered
}

/** A request of a client that would rather speak HTTP/2, as curl and Java's own send it. */
function request(method: string, path: string, { body = '', more }: { body?: string; more?: string } = {}): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: comments.example',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    'Content-Type: application/json',
    `x-colloquy-site: ${site.site}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(more ? [more] : []),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

const query = JSON.stringify({ query: '{ site { name } }', variables: { text: 'größer' } })
const last = 'GET /health/live HTTP/1.1\r\nHost: comments.example\r\nConnection: close\r\n\r\n'

describe('An offer to upgrade to what the service does not speak', () => {
  test('is passed over: a GET is answered, and the connection serves the next request', async () => {
    const answered = await send(request('GET', '/health/live'), last)
    expect(answered.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(answered.match(/^alive$/gm)).toHaveLength(2)
  })

  test('is passed over: a POST is answered with its body, which may come at once or later', async () => {
    const answer = /HTTP\/1\.1 200 OK[\s\S]*"site":\{"name":/
    expect(await send(request('POST', '/graphql', { body: query }), last)).toMatch(answer)
    const whole = request('POST', '/graphql', { body: query, more: 'Expect: 100-continue' })
    const end = whole.indexOf(query)
    const answered = await send(whole.slice(0, end), whole.slice(end), last)
    expect(answered).toMatch(/^HTTP\/1\.1 100 Continue/)
    expect(answered).toMatch(answer)
  })

  test('does not make a request good that is not', async () => {
    expect(await send(request('GET', '/elsewhere'), last)).toMatch(/^HTTP\/1\.1 404 /)
  })
})
