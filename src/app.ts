/** The composition root: opens what the program stands on, joins what must not know each other, and answers requests. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { pruneLogs } from './articles/log.js'
import type { Config } from './config.js'
import { type Asking, contextOf, type World } from './contexts.js'
import { startDelivery } from './delivery/delivery.js'
import { createGraphqlServer, type ServerContext } from './graphql/server.js'
import { readTrusted } from './graphql/trusted.js'
import { startFeeds } from './live/feed.js'
import { attachSockets, openLiveDoor, openStreams } from './live/sockets.js'
import { mergeContinues, moveOn, readdress } from './moderation/moderation.js'
import { addressKey } from './platform/address.js'
import { type Bus, startLocalBus } from './platform/bus.js'
import type { Database } from './platform/database.js'
import { isUnmarked, mark } from './platform/folder-mark.js'
import { type JobHandler, startJobs } from './platform/jobs.js'
import type { Log } from './platform/log.js'
import { type OpenedDatabase, openConfigured } from './platform/open.js'
import { startRateLimits } from './platform/rate-limit.js'
import { startRedisBus } from './platform/redis-bus.js'
import { forgetOldKeys } from './platform/request-key.js'
import { secretIn } from './platform/secret.js'
import { addressOf, createRoutes, type RouteOptions } from './routes.js'
import { schema } from './schema.js'
import { databaseMark, originAllowed, ping, renewDatabaseMark, siteChanged } from './sites/sites.js'
import { startFolding } from './votes/votes.js'

export interface App {
  db: Database
  embedded: boolean
  /** Copies the embedded database into another data folder while it runs; null where the database is a server's. */
  backup: OpenedDatabase['backup']
  /** The installation's secret, which signs its tokens. */
  secret: string
  /** Answers one request to /graphql without a port. */
  fetch(request: Request): Promise<Response>
  /** Accepts requests and sockets; says where. */
  listen(): Promise<{ url: string }>
  /** Finishes what is under way and closes everything. */
  stop(): Promise<void>
}

/** What the caller may watch or replace. */
export interface Watch {
  log: Log
  /** Told of each SQL statement before it is sent. */
  onStatement?: (text: string) => void
  /** Given the connections of the CLI, where the database is the embedded one. */
  onControl?: (socket: Socket, app: App) => void
  /** Operations that the page for trying things opens with. */
  examples?: { query: string; variables?: string; headers?: string }[]
}

/** The saved operations. */
const trusted = readTrusted(new URL('../schema/operations/', import.meta.url))

/** Sockets are sent away over this time, so that they do not all come back at once. Milliseconds. */
const spreadMs = 3000

/** A client that is slow to send or to read its answer is not waited for longer than this. Milliseconds. */
const finishMs = 5000

/** Old idempotency keys and events are looked for this often. Milliseconds. */
const choresEveryMs = 3_600_000

/** Opens everything and starts what runs by itself; nothing is listened to yet. Throws what a wrong configuration or an unreachable database throws. */
export async function buildApp(config: Config, watch: Watch): Promise<App> {
  const { log } = watch
  const secret = config.secret ?? (await secretIn(config.dataDir))
  const bus = config.redisUrls.length > 0 ? startRedisBus(config.redisUrls, log) : startLocalBus(log)
  const control: { app?: App } = {}
  const onControl = (socket: Socket) => (control.app && watch.onControl ? watch.onControl(socket, control.app) : void socket.destroy())
  const pools = { readers: config.databaseReaders, writers: config.databaseWriters }
  const { onStatement } = watch
  const opened = await openConfigured({
    ...config,
    pools,
    log,
    onControl,
    ring: (channel) => bus.ring(channel),
    ...(onStatement ? { onStatement } : {}),
  }).catch(async (error: unknown) => {
    await bus.stop()
    throw error
  })
  if (opened.embedded) await tellFromCopies(config.dataDir, opened.db)
  control.app = await assemble(config, watch, { secret, bus, opened })
  return control.app
}

/** Cursors of a folder mean nothing in a backup of it, where other things happen under the same numbers. */
async function tellFromCopies(folder: string, db: Database): Promise<void> {
  if (!(await isUnmarked(folder))) return
  await renewDatabaseMark(db)
  await mark(folder)
}

async function assemble(
  config: Config,
  { log, examples }: Watch,
  base: { secret: string; bus: Bus; opened: OpenedDatabase },
): Promise<App> {
  const { opened, secret } = base
  const parts = startParts(config, log, base)
  const { server, stopFollowing, fetch } = openDoors(config, {
    log,
    world: parts.world,
    bus: base.bus,
    examples: config.graphiql ? (examples ?? []) : null,
  })
  return {
    db: opened.db,
    embedded: opened.embedded,
    backup: opened.backup,
    secret,
    fetch,
    listen: () => listen(server, config),
    stop: async () => {
      const closed = server.listening ? new Promise((done) => server.close(done)) : undefined
      await stopFollowing()
      server.closeIdleConnections()
      const patience = setTimeout(() => server.closeAllConnections(), finishMs)
      await closed
      clearTimeout(patience)
      await parts.stop()
      await base.bus.stop()
      await opened.close()
    },
  }
}

/** What runs by itself: feeds, limits, folding of votes, jobs and chores. */
function startParts(config: Config, log: Log, { secret, bus, opened: { db } }: { secret: string; bus: Bus; opened: OpenedDatabase }) {
  const feeds = startFeeds({ db, bus, log })
  const limits = startRateLimits({ urls: config.redisUrls, log, on: config.rateLimits })
  const stopFolding = startFolding(db, log)
  const handlers: Record<string, JobHandler> = {
    [siteChanged]: (_data, { siteId }) => readdress({ db, log }, siteId),
    [mergeContinues]: (data, { siteId }) => moveOn({ db }, siteId, data),
  }
  const jobs = startJobs({ db, log, handlers })
  const tidy = () =>
    Promise.all([forgetOldKeys(db), pruneLogs(db)]).catch((error: unknown) =>
      log.warn({ err: error }, 'the hourly tidying failed; the next will do it'),
    )
  const chores = setInterval(() => void tidy(), choresEveryMs)
  const world: World = { db, limits, feeds, log, secret, epoch: () => databaseMark(db) }
  return {
    world,
    stop: async () => {
      clearInterval(chores)
      await Promise.all([jobs.stop(), stopFolding(), feeds.stop(), limits.stop()])
    },
  }
}

/** The ways in: HTTP and sockets on one port, which nothing listens to yet. */
function openDoors(
  config: Config,
  { log, world, bus, examples }: { log: Log; world: World; bus: Bus; examples: Watch['examples'] | null },
) {
  const { db } = world
  const common = { schema, log, documents: trusted, originAllowed: (origin: string) => originAllowed(db, origin) }
  const door = openLiveDoor({ ...common, db, limits: config.sockets, publicUrl: config.publicUrl })
  const streams = openStreams(door, ({ request, requestId, address, site }) =>
    contextOf(world, { ...askingOf(request, { requestId, address }), siteName: site.id }),
  )
  const yoga = createGraphqlServer({
    ...common,
    examples: examples ?? null,
    subscriptions: streams.plugin,
    contextFor: (request, asking, operation) => contextOf(world, { ...askingOf(request, asking), operation }),
  })
  const delivery = openDelivery(config, world, yoga)
  const server = serve(config, { graphql: yoga, kept: delivery, ping: () => ping(db), bus })
  const sockets = attachSockets({
    server,
    path: '/graphql',
    door,
    addressOf: (request) => addressKey(addressOf(request, config.trustedProxies), world.secret),
    contextFor: ({ connectionParams, request, operation }) =>
      contextOf(world, { ...connectionParams, ...request, address: addressOf(request.http, config.trustedProxies), operation }),
  })
  const fetch = (request: Request) => Promise.resolve(yoga.fetch(request, { requestId: 'none', address: '127.0.0.1' }))
  const stopFollowing = async () => {
    delivery.stop()
    streams.stop()
    await sockets.stop(spreadMs)
    await door.stop()
  }
  return { server, stopFollowing, fetch }
}

/** Keeps what everybody is answered, executed for somebody unknown. */
function openDelivery({ keptMegabytes }: Config, world: World, yoga: ReturnType<typeof createGraphqlServer>) {
  const unknown: ServerContext = { requestId: 'kept', address: '127.0.0.1' }
  return startDelivery({
    ...world,
    schema,
    documents: trusted,
    room: keptMegabytes * 1_000_000,
    contextFor: ({
      siteName,
      keepable: {
        trusted: { document },
      },
      variables,
    }) => contextOf(world, { ...unknown, siteName, operation: { document, operationName: undefined, variables } }),
    execute: async ({
      siteName,
      keepable: {
        trusted: { text },
      },
      variables,
    }) => {
      const headers = { 'content-type': 'application/json', ...(siteName === null ? {} : { 'x-colloquy-site': siteName }) }
      const body = JSON.stringify({ query: text, variables })
      return yoga.fetch(new Request('http://colloquy/graphql', { method: 'POST', headers, body }), unknown)
    },
  })
}

function askingOf(request: Request, { requestId, address }: ServerContext): Asking {
  const { headers } = request
  return {
    requestId,
    address,
    authorization: headers.get('authorization'),
    siteName: headers.get('x-colloquy-site'),
    origin: headers.get('origin'),
  }
}

function serve({ trustedProxies }: Config, answering: Pick<RouteOptions, 'graphql' | 'kept' | 'ping' | 'bus'>): Server {
  const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`
  const server = createServer(createRoutes({ ...answering, trustedProxies, sdl }))
  // A client that sends its request slowly holds a connection no longer than this.
  server.headersTimeout = 10_000
  server.requestTimeout = 15_000
  return server
}

function listen(server: Server, { host, port }: Config): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const { port: taken } = server.address() as AddressInfo
      resolve({ url: `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${taken}` })
    })
  })
}
