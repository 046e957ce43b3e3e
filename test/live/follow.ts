/** What tests of feeds need: an article to write events into, buses that fail in chosen ways, and followers. */
import { randomUUID } from 'node:crypto'
import { articleForWriting } from '../../src/articles/articles.js'
import type { LoggedEvent } from '../../src/articles/events.js'
import { append } from '../../src/articles/log.js'
import type { Context } from '../../src/context.js'
import type { Feeds } from '../../src/live/feeds.js'
import type { Bus } from '../../src/platform/bus.js'
import { sql } from '../../src/platform/client.js'
import type { Database } from '../../src/platform/database.js'
import { transaction } from '../../src/platform/transaction.js'
import { allSites } from '../../src/sites/sites.js'
import type { TestApp } from '../support/app.js'
import { seed } from '../support/seed.js'

export interface TestArticle {
  id: string
  siteId: string
  /** Writes so many events in one transaction; the last number. */
  write(events?: number): Promise<bigint>
}

/** An article that is stored and has no events. */
export async function makeArticle(program: TestApp): Promise<TestArticle> {
  const { db } = program.app
  const { site: slug, url } = await seed(program)
  const site = (await allSites(db)).find((each) => each.slug === slug)
  if (!site) throw new Error('The site that was made is not there.')
  const ctx = { db, site, viewer: null } as unknown as Context
  const { id } = await transaction(ctx, (inside) => articleForWriting(inside, { url: url() }))
  return { id, siteId: site.id, write: (events = 1) => write(db, site.id, id, events) }
}

function write(db: Database, siteId: string, articleId: string, count: number): Promise<bigint> {
  const events = Array.from({ length: count }, () => ({ kind: 'EDITED' as const, commentId: randomUUID(), threadId: randomUUID() }))
  return transaction({ db }, ({ tx }) => append(tx, siteId, articleId, { events }))
}

/** Forgets an article's events up to a number, as keeping less of the log does. */
export async function forgetUpTo(db: Database, articleId: string, seq: bigint): Promise<void> {
  await sql(db)`DELETE FROM event WHERE "articleId" = ${articleId}::uuid AND seq <= ${seq}`
  await sql(db)`UPDATE article_head SET "firstSeq" = ${seq + 1n} WHERE "articleId" = ${articleId}::uuid`
}

/** A bus on which every ring is lost; `ready()` makes it say that it is ready again. */
export function deafBus(): Bus & { ready: boolean; becomeReady: () => void } {
  const became = new Set<() => void>()
  return {
    ready: false,
    ring: () => {},
    listen: () => () => {},
    onReady: (listener) => {
      became.add(listener)
      return () => became.delete(listener)
    },
    becomeReady: () => {
      for (const listener of became) listener()
    },
    channels: () => 0,
    stop: async () => {},
  }
}

export interface Follower {
  /** The next events, as they are pulled. */
  pull(): Promise<LoggedEvent[]>
  /** Pulls until the event with this number; all that came, as numbers. */
  until(seq: bigint): Promise<bigint[]>
  /** Ends following; resolves when the generator has ended. */
  leave(): Promise<unknown>
}

export function follower(feeds: Feeds, articleId: string, after: bigint): Follower {
  const left = new AbortController()
  const events = feeds.follow(articleId, after, left.signal)
  const pull = async () => {
    for (;;) {
      const { value, done } = await events.next()
      if (done) return []
      if (value.length > 0) return value
    }
  }
  return {
    pull,
    until: async (seq) => {
      const got: bigint[] = []
      while ((got.at(-1) ?? 0n) < seq) {
        const pulled = await pull()
        if (pulled.length === 0) throw new Error(`It ended after ${got.length} events.`)
        got.push(...pulled.map((event) => event.seq))
      }
      return got
    },
    leave: () => {
      left.abort()
      return events.return(undefined)
    },
  }
}

/** The numbers from one to another. */
export function numbers(first: number, last: number): bigint[] {
  return Array.from({ length: last - first + 1 }, (_, i) => BigInt(first + i))
}
