/** A socket door of a test's own on the program's database: with limits and an epoch that the test chooses. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from '../../src/context.js'
import { contextOf, type World } from '../../src/contexts.js'
import { startFeeds } from '../../src/live/feed.js'
import { attachSockets, openLiveDoor, type SocketLimits } from '../../src/live/sockets.js'
import { startLocalBus } from '../../src/platform/bus.js'
import { startRateLimits } from '../../src/platform/rate-limit.js'
import { schema } from '../../src/schema.js'
import { allSites, databaseMark } from '../../src/sites/sites.js'
import { keptLog } from '../platform/kept-log.js'
import type { TestApp } from '../support/app.js'
import type { Seed } from '../support/seed.js'

export interface Door {
  url: string
  count(): number
  watched(): number
  log: ReturnType<typeof keptLog>
  /** Sends everybody away. */
  stop(spreadMs?: number): Promise<void>
}

/** The context of somebody without a token, in this process; its feeds are never stopped, since nobody waits for them. */
export async function contextIn({ app }: TestApp, { site }: Seed): Promise<Context> {
  const { db, secret } = app
  const log = keptLog().log
  const limits = startRateLimits({ urls: [], log, on: false })
  const world: World = { db, limits, feeds: startFeeds({ db, bus: startLocalBus(), log }), log, secret, epoch: () => databaseMark(db) }
  return contextOf(world, { requestId: 'test', address: '127.0.0.1', siteName: site })
}

/** Opens it; what happens arrives by a quick sweep, since the bus is not the program's. */
export async function openDoor({ app }: TestApp, limits: Partial<SocketLimits> = {}, epoch?: string): Promise<Door> {
  const { db, secret } = app
  const log = keptLog()
  const bus = startLocalBus()
  const feeds = startFeeds({ db, bus, log: log.log, sweepEveryMs: 20 })
  const rates = startRateLimits({ urls: [], log: log.log, on: false })
  const world: World = { db, limits: rates, feeds, log: log.log, secret, epoch: async () => epoch ?? databaseMark(db) }
  const server = createServer()
  const originAllowed = async (origin: string) => (await allSites(db)).some((site) => site.origins.includes(origin))
  const live = openLiveDoor({ schema, db, log: log.log, limits, publicUrl: 'https://comments.example/service', originAllowed })
  const sockets = attachSockets({
    server,
    path: '/graphql',
    door: live,
    addressOf: (request) => String(request.headers['x-test-address'] ?? 'here'),
    contextFor: ({ connectionParams, request, operation }) =>
      contextOf(world, { ...connectionParams, requestId: request.requestId, address: '127.0.0.1', operation }),
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: sockets.count,
    watched: () => feeds.watched(),
    log,
    stop: async (spreadMs = 0) => {
      await sockets.stop(spreadMs)
      await live.stop()
      await new Promise((closed) => server.close(closed))
      await feeds.stop()
      await rates.stop()
      await bus.stop()
    },
  }
}
