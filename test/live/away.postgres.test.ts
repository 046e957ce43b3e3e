import type { AddressInfo } from 'node:net'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { type TestDatabase, testDatabase } from '../support/database.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { connect } from './client.js'
import { events } from './events.js'

/** A way to the database that can be cut. */
class Line {
  private cut = false
  private readonly ends = new Set<Socket>()
  private readonly server: Server

  constructor(port: number, host: string) {
    this.server = createServer((here) => {
      const there = dial(port, host)
      for (const end of [here, there]) {
        this.ends.add(end)
        end.on('error', () => {})
        end.on('close', () => [here, there].forEach((each) => void each.destroy()))
        end.on('close', () => this.ends.delete(end))
      }
      if (this.cut) here.destroy()
      here.pipe(there).pipe(here)
    })
  }

  async open(): Promise<number> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening))
    return (this.server.address() as AddressInfo).port
  }

  break(): void {
    this.cut = true
    for (const end of this.ends) end.destroy()
  }

  mend(): void {
    this.cut = false
  }

  async close(): Promise<void> {
    for (const end of this.ends) end.destroy()
    await new Promise((closed) => this.server.close(closed))
  }
}

let database: TestDatabase
let line: Line
let program: TestApp
let writing: TestApp
let site: Seed
let alice: Person

beforeAll(async () => {
  database = await testDatabase()
  const url = new URL(database.env['DATABASE_URL'] ?? '')
  line = new Line(Number(url.port || 5432), url.hostname)
  url.port = String(await line.open())
  url.hostname = '127.0.0.1'
  program = await startApp({ DATABASE_URL: url.href }, database)
  writing = await startApp({}, database)
  site = await seed(writing)
  alice = await site.member('Alice')
})
afterAll(async () => {
  await program.stop()
  await writing.stop()
  await line.close()
  await database.remove()
})

test('a reader whose process loses its database for a while gets what happened meanwhile, on the same subscription', async () => {
  const url = site.url()
  const client = await connect(program.url, { site: site.site })
  const reader = client.subscribe(events, { url })
  await reader.event()
  const { comment: before } = await site.post(alice, url)
  expect((await reader.event()).comment.id).toBe(before.id)

  line.break()
  const meanwhile = [await site.post(alice, url), await site.post(alice, url)]
  await until('the process notices', () => program.logged.some(({ message }) => message.includes('could not be')))
  const late = client.subscribe(events, { url })
  expect(await late.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'UNAVAILABLE' } }] })
  expect(client.ws.readyState).toBe(client.ws.OPEN)

  line.mend()
  expect([(await reader.event()).comment.id, (await reader.event()).comment.id]).toEqual(meanwhile.map(({ comment }) => comment.id))
  await client.close()
})

test('readers of another process without Redis get a comment within the time of a sweep', async () => {
  const url = site.url()
  const client = await connect(program.url, { site: site.site })
  const reader = client.subscribe(events, { url })
  await reader.event()
  const { comment } = await site.post(alice, url)
  expect((await reader.event()).comment.id).toBe(comment.id)
  await client.close()
})
