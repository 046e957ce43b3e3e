/** Live delivery between two processes over Redis, when it works and in every way that it does not. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startCluster } from '../platform/redis-cluster.js'
import { RedisServer } from '../platform/redis-server.js'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { type TestDatabase, testDatabase } from '../support/database.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect, type Subscription } from './client.js'
import { events } from './events.js'

let database: TestDatabase
const clients: Client[] = []

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.remove())

/** Two processes on one database; one is written to, the other read from. */
class Pair {
  readonly writing: TestApp
  readonly reading: TestApp
  readonly site: Seed
  readonly alice: Person

  private constructor(writing: TestApp, reading: TestApp, site: Seed, alice: Person) {
    this.writing = writing
    this.reading = reading
    this.site = site
    this.alice = alice
  }

  static async start(redisUrl: string): Promise<Pair> {
    const [writing, reading] = await Promise.all([startApp({ REDIS_URL: redisUrl }, database), startApp({ REDIS_URL: redisUrl }, database)])
    const site = await seed(writing)
    const pair = new Pair(writing, reading, site, await site.member('Alice'))
    await until('both hear Redis', async () => (await pair.bus(writing)) && (await pair.bus(reading)), 30_000)
    return pair
  }

  async bus({ url }: TestApp): Promise<boolean> {
    return ((await (await fetch(`${url}/health/ready`)).json()) as { bus: boolean }).bus
  }

  async follow(url: string, from = this.reading): Promise<Subscription & { client: Client }> {
    const client = await connect(from.url, { site: this.site.site })
    clients.push(client)
    const reader = client.subscribe(events, { url })
    await reader.event()
    return { ...reader, client }
  }

  /** Posts, and waits until the reader has it; how long that took, in milliseconds. */
  async arrives(reader: Subscription, url: string): Promise<number> {
    const { comment } = await this.site.post(this.alice, url)
    const began = performance.now()
    expect((await reader.event()).comment.id).toBe(comment.id)
    return performance.now() - began
  }

  async stop(): Promise<void> {
    for (const client of clients.splice(0)) await client.close()
    await Promise.all([this.writing.stop(), this.reading.stop()])
  }
}

/** What only the sweep delivers comes within its pace and some. */
const sweptMs = 4000

describe('Over one Redis', () => {
  let redis: RedisServer
  let pair: Pair
  beforeAll(async () => {
    redis = await RedisServer.start()
    pair = await Pair.start(redis.url)
  })
  afterAll(async () => {
    await pair.stop()
    await redis.stop()
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close()
  })

  const channels = async () => ((await redis.command('PUBSUB', 'CHANNELS', 'colloquy:article:*')) as string[]).sort()
  const subscribers = async () => {
    const counts = (await redis.command('PUBSUB', 'NUMSUB', ...(await channels()))) as (string | number)[]
    return counts.filter((each) => typeof each === 'number')
  }

  test('a process subscribes to one channel for each article that is followed there, however many follow it, and leaves it with the last', async () => {
    const [one, other] = [pair.site.url(), pair.site.url()]
    const readers = []
    for (let i = 0; i < 5; i++) readers.push(await pair.follow(one))
    readers.push(await pair.follow(other))
    await until('two are subscribed', async () => (await channels()).length === 2)
    expect(await subscribers()).toEqual([1, 1])

    const there = await pair.follow(one, pair.writing)
    await until('both processes are', async () => (await subscribers()).includes(2))
    expect([...(await subscribers())].sort()).toEqual([1, 2])
    there.end()
    for (const reader of readers.slice(1, 5)) reader.end()
    await until('one process is', async () => (await subscribers()).join() === '1,1')
    readers[0]?.client.ws.terminate()
    await until('one article is', async () => (await channels()).length === 1)
    readers[5]?.end()
    await until('none is', async () => (await channels()).length === 0)
  })

  test('a comment reaches the readers of the other process at once', async () => {
    const url = pair.site.url()
    const reader = await pair.follow(url)
    await pair.arrives(reader, url)
    let quickest = Number.POSITIVE_INFINITY
    for (let i = 0; i < 5; i++) quickest = Math.min(quickest, await pair.arrives(reader, url))
    expect(quickest).toBeLessThan(500)
  })

  test('while Redis hangs, writes go on and comments arrive by the sweep; then by rings again', async () => {
    const url = pair.site.url()
    const reader = await pair.follow(url)
    redis.halt()
    try {
      for (let i = 0; i < 3; i++) expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
      await until('the silence is noticed', async () => !(await pair.bus(pair.reading)), 15_000)
      expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
      const late = await pair.follow(url)
      expect(await pair.arrives(late, url)).toBeLessThan(sweptMs)
      await reader.event()
    } finally {
      redis.resume()
    }
    await until('both hear it again', async () => (await pair.bus(pair.reading)) && (await pair.bus(pair.writing)), 30_000)
    expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
  }, 60_000)

  test('while Redis is away and when it is back, readers on the same socket miss nothing', async () => {
    const url = pair.site.url()
    const reader = await pair.follow(url)
    await redis.kill()
    for (let i = 0; i < 3; i++) expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
    await redis.start()
    await until('both hear it again', async () => (await pair.bus(pair.reading)) && (await pair.bus(pair.writing)), 30_000)
    expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
    expect(await channels()).toHaveLength(1)
  }, 60_000)

  test('a Redis that is full takes nothing away: writes go on and comments arrive', async () => {
    const url = pair.site.url()
    const reader = await pair.follow(url)
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    for (let i = 0; i < 3; i++) expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  })
})

describe('Over a cluster of three nodes', () => {
  let nodes: RedisServer[]
  let pair: Pair
  beforeAll(async () => {
    nodes = await startCluster(3)
    pair = await Pair.start(nodes.map((node) => node.url).join(','))
  }, 60_000)
  afterAll(async () => {
    await pair.stop()
    for (const node of nodes) await node.stop()
  })

  test('comments under articles of every slot reach the readers of the other process', async () => {
    const urls = Array.from({ length: 12 }, () => pair.site.url())
    for (const url of urls) {
      const reader = await pair.follow(url)
      await pair.arrives(reader, url)
      let quickest = Number.POSITIVE_INFINITY
      for (let i = 0; i < 4 && quickest > 500; i++) quickest = Math.min(quickest, await pair.arrives(reader, url))
      expect(quickest).toBeLessThan(500)
    }
  })

  test('and still do when a node dies', async () => {
    const url = pair.site.url()
    const reader = await pair.follow(url)
    await nodes[1]?.kill()
    for (let i = 0; i < 3; i++) expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
    await nodes[1]?.start()
    expect(await pair.arrives(reader, url)).toBeLessThan(sweptMs)
  }, 60_000)
})
