import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Redis } from 'ioredis'
import type { Bus } from '../../src/platform/bus.js'
import { startRedisBus } from '../../src/platform/redis-bus.js'
import { busContract, ringUntil } from './bus-contract.js'
import { keptLog } from './kept-log.js'
import { startProxy } from './proxy.js'
import { startCluster } from './redis-cluster.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'

/** Without this, a Redis of the tests' own serves the contract too. */
const given = process.env.TEST_REDIS_URL

/** Far shorter than in earnest, so that the loss of two pulses does not take ten seconds. */
const pulseMs = 250

/** Run after each test, the last first, whether it held or not. */
const stops: (() => Promise<void> | void)[] = []

function startBus(urls: readonly string[], { kept = keptLog(), every = pulseMs } = {}): Bus {
  const bus = startRedisBus(urls, kept.log, every)
  stops.push(() => bus.stop())
  return bus
}

async function startPair(...urls: string[]) {
  const [here, there] = [startBus(urls), startBus(urls)]
  await until('both ends are ready', () => here.ready && there.ready)
  return { here, there }
}

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

describe('On one Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.stop())

  busContract('The Redis bus', () => startPair(given ?? server.url))

  test('a process subscribes a channel once for any number of listeners, and leaves it with the last', async () => {
    const { here } = await startPair(server.url)
    const subscribers = async () => ((await server.command('PUBSUB', 'NUMSUB', 'colloquy:article:9')) as [string, number])[1]
    const leave = Array.from({ length: 5 }, () => here.listen('article:9', () => {}))
    await until('the channel is subscribed', async () => (await subscribers()) > 0)
    expect(await subscribers()).toBe(1)

    for (const stop of leave.slice(1)) stop()
    expect(await subscribers()).toBe(1)
    leave[0]?.()
    await until('the channel is left', async () => (await subscribers()) === 0)
  })

  test('of many rings one is on its way, and one follows it for all the others', async () => {
    const { here } = await startPair(server.url)
    const subscriber = new Redis(server.url)
    stops.push(() => subscriber.disconnect())
    const messages: string[] = []
    await subscriber.subscribe('colloquy:burst', 'colloquy:end')
    subscriber.on('message', (channel: string) => messages.push(channel))

    for (let i = 0; i < 1000; i++) here.ring('burst')
    await until('both have come', () => messages.length >= 2)
    here.ring('end')
    await until('the end has come', () => messages.includes('colloquy:end'))
    expect(messages).toEqual(['colloquy:burst', 'colloquy:burst', 'colloquy:end'])
  })

  test('a process hears its own ring once, and not again from Redis', async () => {
    const { here, there } = await startPair(server.url)
    const heard = { here: 0, there: 0, fromHere: 0, fromThere: 0 }
    here.listen('echo', () => heard.here++)
    there.listen('echo', () => heard.there++)
    // What goes over one connection keeps its order: the subscriptions before the first rings, an echo before the last.
    there.listen('from here', () => heard.fromHere++)
    here.listen('from there', () => heard.fromThere++)
    await ringUntil(here, 'from here', () => heard.fromHere > 0)
    await ringUntil(there, 'from there', () => heard.fromThere > 0)

    // Halted, so that an echo cannot come in the same turn as the ring itself and be taken for it.
    server.halt()
    here.ring('echo')
    await until('its own process hears', () => heard.here === 1)
    server.resume()
    await until('the other end hears', () => heard.there === 1)
    here.listen('second', () => heard.fromThere++)
    heard.fromThere = 0
    await ringUntil(there, 'second', () => heard.fromThere > 0)
    expect(heard.here).toBe(1)
  })
})

describe('When Redis fails', () => {
  let server: RedisServer
  afterEach(() => server.stop())

  test('a bus starts without it, hears its own process, and is ready once Redis is there', async () => {
    server = await RedisServer.prepare()
    const [here, there] = [startBus([server.url]), startBus([server.url])]
    const heard = { own: 0, other: 0, ready: 0 }
    here.listen('early', () => heard.own++)
    there.listen('early', () => heard.other++)
    there.onReady(() => heard.ready++)
    here.ring('early')
    await until('its own process hears', () => heard.own > 0)
    expect([here.ready, heard.other, heard.ready]).toEqual([false, 0, 0])

    await server.start()
    await until('both ends are ready', () => here.ready && there.ready)
    expect(heard.ready).toBe(1)
    await ringUntil(here, 'early', () => heard.other > 0)
  })

  test('rings arrive again after a restart, and feeds are told to look', async () => {
    server = await RedisServer.start()
    const { here, there } = await startPair(server.url)
    let heard = 0
    let told = 0
    there.listen('restart', () => heard++)
    there.onReady(() => told++)
    await ringUntil(here, 'restart', () => heard > 0)

    await server.kill()
    await until('the loss is noticed', () => !there.ready)
    for (let i = 0; i < 100; i++) here.ring('restart')
    let meanwhile = 0
    there.listen('meanwhile', () => meanwhile++)
    await server.start()
    await until('the end is ready', () => there.ready)
    expect(told).toBe(1)
    heard = 0
    await ringUntil(here, 'restart', () => heard > 0)
    await ringUntil(here, 'meanwhile', () => meanwhile > 0)
  })

  test('a Redis that hangs for three seconds is noticed, and rings arrive when it goes on', async () => {
    server = await RedisServer.start()
    const { here, there } = await startPair(server.url)
    let heard = 0
    let told = 0
    there.listen('hang', () => heard++)
    there.onReady(() => told++)
    await ringUntil(here, 'hang', () => heard > 0)

    server.halt()
    const resumed = new Promise<void>((resolve) =>
      setTimeout(() => {
        server.resume()
        resolve()
      }, 3000),
    )
    for (let i = 0; i < 5000; i++) here.ring('hang')
    await until('the silence is noticed', () => !there.ready, 2900)
    await resumed
    await until('the end is ready', () => there.ready)
    expect(told).toBeGreaterThan(0)
    heard = 0
    await ringUntil(here, 'hang', () => heard > 0)
  })

  test('a subscription that Redis has dropped without a word is made anew', async () => {
    server = await RedisServer.start()
    const { here, there } = await startPair(server.url)
    let heard = 0
    let told = 0
    there.listen('dropped', () => heard++)
    there.onReady(() => told++)
    await ringUntil(here, 'dropped', () => heard > 0)

    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await until('it is ready anew', () => told > 0 && there.ready)
    heard = 0
    await ringUntil(here, 'dropped', () => heard > 0)
  })

  test('a short silence is noticed, and ends on the same connection', async () => {
    server = await RedisServer.start()
    const bus = startBus([server.url], { every: 800 })
    await until('it is ready', () => bus.ready)
    const connection = await subscriberId(server)
    let told = 0
    bus.onReady(() => told++)

    server.halt()
    await until('the silence is noticed', () => !bus.ready)
    expect(told).toBe(0)
    server.resume()
    await until('it is ready again', () => bus.ready)
    expect(told).toBe(1)
    expect(await subscriberId(server)).toBe(connection)
  })

  test('connections that have died without a word are made anew', async () => {
    server = await RedisServer.start()
    const proxy = await startProxy(server.port)
    stops.push(proxy.stop)
    const { here, there } = await startPair(`redis://127.0.0.1:${proxy.port}`)
    let heard = 0
    there.listen('cut', () => heard++)
    await ringUntil(here, 'cut', () => heard > 0)

    proxy.silence()
    await until('the silence is noticed', () => !here.ready && !there.ready)
    heard = 0
    await ringUntil(here, 'cut', () => heard > 0)
    expect(there.ready).toBe(true)
  })

  test('an absence fills neither the log nor the memory', async () => {
    server = await RedisServer.prepare()
    const kept = keptLog()
    const bus = startBus([server.url], { kept })
    const start = performance.now()
    await until('a second has passed', () => {
      for (let i = 0; i < 100; i++) bus.ring(`channel:${i}`)
      return performance.now() - start > 1200
    })
    expect(kept.lines().length).toBeGreaterThan(0)
    expect(kept.lines().length).toBeLessThan(10)
  })

  test('a bus can be stopped while Redis is away', async () => {
    server = await RedisServer.prepare()
    const bus = startBus([server.url])
    bus.listen('x', () => {})
    bus.ring('x')
    await bus.stop()
    expect(bus.ready).toBe(false)
  })
})

describe('On a cluster', () => {
  const nodes: RedisServer[] = []
  const urls = () => nodes.map((node) => node.url)

  beforeAll(async () => {
    nodes.push(...(await startCluster(3)))
  })
  afterAll(async () => {
    for (const node of nodes) await node.stop()
  })

  busContract('The Redis bus', () => startPair(...urls()))

  test('rings arrive while any one node is away, and after it has come back', async () => {
    const { here, there } = await startPair(...urls())
    let heard = 0
    there.listen('node', () => heard++)
    await ringUntil(here, 'node', () => heard > 0)

    for (const node of nodes) {
      await node.kill()
      heard = 0
      await ringUntil(here, 'node', () => heard > 0)
      await node.start()
      await until('both ends are ready', () => here.ready && there.ready, 25_000)
      heard = 0
      await ringUntil(here, 'node', () => heard > 0)
    }
    expect(heard).toBeGreaterThan(0)
  }, 90_000)
})

/** Redis's number for the one connection that has subscriptions. */
async function subscriberId(server: RedisServer): Promise<string | undefined> {
  return /\bid=(\d+)/.exec(String(await server.command('CLIENT', 'LIST', 'TYPE', 'PUBSUB')))?.[1]
}
