import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { type RateLimits, startRateLimits } from '../../src/platform/rate-limit.js'
import { keptLog } from './kept-log.js'
import { limitOf, passes, rateLimitContract } from './rate-limit-contract.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'

const started: RateLimits[] = []

function startLimits(server: RedisServer, kept = keptLog()): RateLimits {
  const limits = startRateLimits({ urls: [server.url], log: kept.log, on: true })
  started.push(limits)
  return limits
}

/** Limits that count in Redis already. */
async function connected(server: RedisServer): Promise<RateLimits> {
  const limits = startLimits(server)
  await until('limits are counted in Redis', () => countsIn(server, limits))
  return limits
}

async function countsIn(server: RedisServer, limits: RateLimits): Promise<boolean> {
  const probe = limitOf({ points: 1, perMs: 60_000 })
  await limits.take(probe, 'probe')
  return (await server.command('EXISTS', `colloquy:limit:${probe.name}:probe`).catch(() => 0)) === 1
}

afterEach(async () => {
  for (const limits of started.splice(0)) await limits.stop()
})

describe('On one Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.stop())

  rateLimitContract('in Redis', () => connected(server))

  test('processes share what is left', async () => {
    const [one, other] = [await connected(server), await connected(server)]
    const limit = limitOf({ points: 4, perMs: 60_000 })
    expect(await passes(3, () => one.take(limit, 'alice'))).toBe(3)
    expect(await passes(3, () => other.take(limit, 'alice'))).toBe(1)
  })

  test('every count ends by itself', async () => {
    const limits = await connected(server)
    const limit = limitOf({ points: 2, perMs: 500 })
    await passes(5, () => limits.take(limit, 'alice'))
    const left = Number(await server.command('PTTL', `colloquy:limit:${limit.name}:alice`))
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(500)
  })
})

describe('When Redis fails', () => {
  let server: RedisServer
  afterEach(() => server.stop())

  test('limits hold in each process when Redis is killed in the middle, and are shared again afterwards', async () => {
    server = await RedisServer.start()
    const limits = await connected(server)
    const limit = limitOf({ points: 5, perMs: 60_000 })
    expect(await passes(3, () => limits.take(limit, 'alice'))).toBe(3)

    const taking = Promise.all(Array.from({ length: 50 }, () => limits.take(limit, 'bob')))
    await server.kill()
    const passed = (await taking).filter(({ ok }) => ok).length
    expect(passed).toBeGreaterThanOrEqual(5)
    expect(passed).toBeLessThanOrEqual(10)
    expect(await passes(20, () => limits.take(limit, 'alice'))).toBe(5)

    await server.start()
    await until('limits are counted in Redis again', () => countsIn(server, limits))
  })

  test('limits work when Redis was never there', async () => {
    server = await RedisServer.prepare()
    const kept = keptLog()
    const limits = startLimits(server, kept)
    const limit = limitOf({ points: 2, perMs: 60_000 })
    expect(await passes(50, () => limits.take(limit, 'alice'))).toBe(2)
    expect(kept.lines().length).toBeLessThan(5)
  })

  test('a Redis that hangs delays one try and not every one', async () => {
    server = await RedisServer.start()
    const limits = await connected(server)
    const limit = limitOf({ points: 3, perMs: 60_000 })
    server.halt()
    const start = performance.now()
    expect(await passes(40, () => limits.take(limit, 'alice'))).toBe(3)
    expect(performance.now() - start).toBeLessThan(900)

    server.resume()
    await until('limits are counted in Redis again', () => countsIn(server, limits))
  })
})
