import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { articleChannel } from '../../src/articles/events.js'
import { startFeeds } from '../../src/live/feed.js'
import type { Feeds } from '../../src/live/feeds.js'
import { type Bus, startLocalBus } from '../../src/platform/bus.js'
import { sql } from '../../src/platform/client.js'
import { keptLog } from '../platform/kept-log.js'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { deafBus, follower, forgetUpTo, makeArticle, numbers } from './follow.js'

/** Longer than any test: whatever arrives did not wait for a sweep. */
const neverMs = 3_600_000
const soonMs = 20

let program: TestApp
const started: Feeds[] = []

beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())
afterEach(async () => {
  for (const feeds of started.splice(0)) await feeds.stop()
})

function start(bus: Bus, sweepEveryMs: number): Feeds {
  const feeds = startFeeds({ db: program.app.db, bus, log: keptLog().log, sweepEveryMs })
  started.push(feeds)
  return feeds
}

describe('A follower', () => {
  test('gets every event once and in order, from wherever it starts, while events are written', async () => {
    const bus = startLocalBus()
    const feeds = start(bus, neverMs)
    const article = await makeArticle(program)
    await article.write(700)

    const writing = (async () => {
      for (let i = 0; i < 150; i++) {
        await article.write(1 + (i % 5))
        bus.ring(articleChannel(article.id))
      }
    })()
    const starts = [0, 1, 399, 690, 700]
    const followers = starts.map((after) => follower(feeds, article.id, BigInt(after)))
    const got = await Promise.all(followers.map((each) => each.until(1150n)))
    await writing
    expect(got).toEqual(starts.map((after) => numbers(after + 1, 1150)))
    await Promise.all(followers.map((each) => each.leave()))
  })

  test('misses nothing when it starts, in a process that has just begun to watch, while events are being committed', async () => {
    const bus = startLocalBus()
    const article = await makeArticle(program)
    const late: Promise<bigint[]>[] = []
    const chase = async (after: bigint) => {
      const chaser = follower(start(bus, neverMs), article.id, after)
      const got = await chaser.until(60n)
      await chaser.leave()
      return got
    }
    for (let i = 0; i < 60; i++) {
      late.push(chase(BigInt(i)))
      await article.write()
      bus.ring(articleChannel(article.id))
    }
    expect(await Promise.all(late)).toEqual(late.map((_, i) => numbers(i + 1, 60)))
  })

  test('gets an event whose ring was lost by the sweep', async () => {
    const feeds = start(deafBus(), soonMs)
    const article = await makeArticle(program)
    const waiting = follower(feeds, article.id, 0n)
    const got = waiting.until(3n)
    await until('it is followed', () => feeds.watched() === 1)
    await article.write(3)
    expect(await got).toEqual([1n, 2n, 3n])
    await waiting.leave()
  })

  test('gets what it missed as soon as the bus is ready again', async () => {
    const bus = deafBus()
    const feeds = start(bus, neverMs)
    const article = await makeArticle(program)
    await article.write(2)
    const waiting = follower(feeds, article.id, 0n)
    expect(await waiting.until(2n)).toEqual([1n, 2n])

    const got = waiting.until(3n)
    await article.write()
    bus.becomeReady()
    expect(await got).toEqual([3n])
    await waiting.leave()
  })

  test('of an article that nobody has stored yet gets its first event', async () => {
    const bus = startLocalBus()
    const feeds = start(bus, neverMs)
    const article = await makeArticle(program)
    // As before the first comment: no head, no events.
    const [head] = await sql(program.app.db)<{
      siteId: string
    }>`DELETE FROM article_head WHERE "articleId" = ${article.id}::uuid RETURNING "siteId"`
    const waiting = follower(feeds, article.id, 0n)
    const got = waiting.until(1n)
    await until('it is followed', () => bus.channels() === 1)
    await sql(program.app.db)`INSERT INTO article_head ("articleId", "siteId") VALUES (${article.id}::uuid, ${head?.siteId}::uuid)`
    await article.write()
    bus.ring(articleChannel(article.id))
    expect(await got).toEqual([1n])
    await waiting.leave()
  })

  test('that never pulls costs no memory, and still gets everything when it does', async () => {
    const bus = startLocalBus()
    const feeds = start(bus, neverMs)
    const article = await makeArticle(program)
    await article.write()
    const idle = Array.from({ length: 100 }, () => follower(feeds, article.id, 0n))
    for (const each of idle) await each.until(1n)
    const reader = follower(feeds, article.id, 1n)

    const before = heapBytes()
    let seq = 1n
    for (let i = 0; i < 40; i++) {
      seq = await article.write(500)
      bus.ring(articleChannel(article.id))
      await reader.until(seq)
    }
    // 20,000 events take 6 MB once; a queue in each of 100 followers would hold them, or references to them, for ever.
    expect(heapBytes() - before).toBeLessThan(3_000_000)
    expect(await idle[0]?.until(seq)).toHaveLength(20_000)
    await Promise.all([reader, ...idle].map((each) => each.leave()))
  })

  test('is told to page again where what follows its cursor is no longer kept', async () => {
    const feeds = start(startLocalBus(), neverMs)
    const article = await makeArticle(program)
    await article.write(900)
    await forgetUpTo(program.app.db, article.id, 100n)
    const behind = follower(feeds, article.id, 50n)
    await expect(behind.pull()).rejects.toMatchObject({ code: 'RESYNC' })
    const within = follower(feeds, article.id, 100n)
    expect(await within.until(900n)).toEqual(numbers(101, 900))
    await within.leave()
  })

  test('is told to page again where the log has become shorter, as after a restore', async () => {
    const feeds = start(deafBus(), soonMs)
    const article = await makeArticle(program)
    await article.write(10)
    const waiting = follower(feeds, article.id, 0n)
    expect(await waiting.until(10n)).toHaveLength(10)

    const told = waiting.pull()
    await sql(program.app.db)`DELETE FROM event WHERE "articleId" = ${article.id}::uuid AND seq > 5`
    await sql(program.app.db)`UPDATE article_head SET "lastSeq" = 5 WHERE "articleId" = ${article.id}::uuid`
    await expect(told).rejects.toMatchObject({ code: 'RESYNC' })
    expect(feeds.watched()).toBe(0)

    const fresh = follower(feeds, article.id, 4n)
    expect(await fresh.until(5n)).toEqual([5n])
    await fresh.leave()
  })

  test('that leaves while it waits ends at once', async () => {
    const feeds = start(startLocalBus(), neverMs)
    const article = await makeArticle(program)
    const waiting = follower(feeds, article.id, 0n)
    const got = waiting.pull()
    await until('it is followed', () => feeds.watched() === 1)
    await waiting.leave()
    expect(await got).toEqual([])
  })
})

describe('The feed of an article', () => {
  test('is one for all its followers, from the first to the last', async () => {
    const bus = startLocalBus()
    const feeds = start(bus, neverMs)
    const [one, other] = [await makeArticle(program), await makeArticle(program)]
    await one.write()
    await other.write()
    const followers = [one, one, one, other].map(({ id }) => follower(feeds, id, 0n))
    for (const each of followers) await each.until(1n)
    expect([feeds.watched(), bus.channels()]).toEqual([2, 2])

    for (const each of followers.slice(1)) await each.leave()
    expect([feeds.watched(), bus.channels()]).toEqual([1, 1])
    await followers[0]?.leave()
    expect([feeds.watched(), bus.channels()]).toEqual([0, 0])
  })

  test('reads the log once for a burst, however many follow', async () => {
    const bus = startLocalBus()
    const feeds = start(bus, neverMs)
    const article = await makeArticle(program)
    await article.write()
    const followers = Array.from({ length: 50 }, () => follower(feeds, article.id, 0n))
    for (const each of followers) await each.until(1n)

    const pulls = followers.map((each) => each.until(6n))
    await article.write(5)
    program.statements.length = 0
    bus.ring(articleChannel(article.id))
    for (const got of await Promise.all(pulls)) expect(got).toEqual(numbers(2, 6))
    expect(program.statements.filter((text) => text.includes('FROM event'))).toHaveLength(1)
    await Promise.all(followers.map((each) => each.leave()))
  })

  test('tells whoever took their time at the head that the log was lost meanwhile', async () => {
    const feeds = start(deafBus(), 20)
    const article = await makeArticle(program)
    await article.write(3)
    const events = feeds.follow(article.id, 3n, new AbortController().signal)
    expect((await events.next()).value).toEqual([])
    await sql(program.app.db)`UPDATE article_head SET "lastSeq" = 1 WHERE "articleId" = ${article.id}::uuid`
    await until('the loss is noticed', () => feeds.watched() === 0)
    await expect(events.next()).rejects.toMatchObject({ code: 'RESYNC' })
  })

  test('lets its followers go when the program stops', async () => {
    const feeds = start(startLocalBus(), neverMs)
    const article = await makeArticle(program)
    const waiting = follower(feeds, article.id, 0n)
    const got = waiting.pull()
    await until('it is followed', () => feeds.watched() === 1)
    await feeds.stop()
    expect(await got).toEqual([])
    expect(await follower(feeds, article.id, 0n).pull()).toEqual([])
  })
})

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
