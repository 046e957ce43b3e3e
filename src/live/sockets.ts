/** The WebSocket door: subscriptions over the graphql-transport-ws protocol. */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { type DocumentNode, GraphQLError } from 'graphql'
import { handleProtocols, makeServer, type ServerOptions, type SubscribePayload } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Context } from '../context.js'
import type { Operation } from '../graphql/asked-urls.js'
import { Connection, closings } from './connection.js'
import type { LiveDoor } from './door.js'
import type { SocketLimits } from './limits.js'
import type { Asking, Begin } from './operations.js'
import { silence } from './places.js'
import type { Seat } from './sharing.js'
import { serveWithoutUpgrade, wantsSocket } from './upgrades.js'

export { openLiveDoor } from './door.js'
export type { SocketLimits } from './limits.js'
export { openStreams } from './streams.js'

/** What a client said when it connected, as far as it was text. */
export interface ConnectionParams {
  /** `Bearer …` */
  authorization?: string
  /** The site's slug. */
  siteName?: string
  /** The header Origin. */
  origin?: string
}

/** What a context is made of, for each subscription. */
export interface SocketAsking {
  connectionParams: ConnectionParams
  request: { requestId: string; http: IncomingMessage }
  operation: Operation
}

export interface SocketOptions {
  server: Server
  path: string
  door: LiveDoor
  contextFor: (asking: SocketAsking) => Promise<Context>
  /** What the connections of one address are counted under. */
  addressOf: (request: IncomingMessage) => string
}

/** Sockets are sent away no slower than this: a few need no spreading. Milliseconds each. */
const longestGapMs = 10

/** Who has not taken their leave by then is cut off. Milliseconds. */
const farewellMs = 1000

/** Takes upgrades of this path. `stop` takes no more and sends everybody away with 1001, spread over at most `spreadMs`. */
export function attachSockets({ server, path, door, contextFor, addressOf }: SocketOptions): {
  stop: (spreadMs: number) => Promise<void>
  count: () => number
} {
  const { limits, callers } = door
  const connections = new Set<Connection>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.frameBytes, perMessageDeflate: false, handleProtocols })
  const service = { ...door, protocol: makeServer(protocolOf(door, contextFor)) }
  let stopping = false

  const accept = (request: IncomingMessage) => (ws: WebSocket) => keep(connections, ws, new Connection(ws, request, service))

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    if (!wantsSocket(request)) return serveWithoutUpgrade(server, request, socket, head)
    // A client that goes away during the handshake; the error would end the process otherwise.
    socket.on('error', () => socket.destroy())
    void answerTo(request, path, door).then((given) => {
      const status = given === 101 && stopping ? 503 : given
      const left = status === 101 && !socket.destroyed ? callers.enter(addressOf(request)) : null
      if (left) sockets.handleUpgrade(request, socket.on('close', left), head, accept(request))
      else refuse(socket, status === 101 ? 429 : status)
    })
  }

  server.on('upgrade', upgrade)
  const checks = setInterval(checkAll, limits.checkEveryMs, connections).unref()

  return {
    count: () => connections.size,
    async stop(spreadMs) {
      stopping = true
      await sendAway(connections, spreadMs)
      server.off('upgrade', upgrade)
      clearInterval(checks)
      sockets.close()
    },
  }
}

function keep(connections: Set<Connection>, ws: WebSocket, connection: Connection): void {
  connections.add(connection)
  ws.on('close', () => connections.delete(connection))
}

/** What graphql-ws asks of us: every subscription begins in `onSubscribe`, so that whatever fails there is an `error` message. */
function protocolOf(door: LiveDoor, contextFor: SocketOptions['contextFor']): ServerOptions<Record<string, unknown>, Connection> {
  const { limits } = door
  return {
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onSubscribe: async (protocol, id, payload) => {
      const { connectionParams, extra } = protocol
      const place = extra.places.enter(id)
      const params = paramsOf(connectionParams, extra.request)
      const ask = (requestId: string, document: DocumentNode) =>
        contextFor({ connectionParams: params, operation: { ...payload, document }, request: { requestId, http: extra.request } })
      const begun = extra.places.size > limits.subscriptions ? [tooMany(limits)] : await beginAt(door, extra.seat(id), payload, ask)
      // Ended while it began, which the library does not see when the id is in use again.
      if (!place.stays() || !(id in protocol.subscriptions)) {
        place.leave()
        if ('answers' in begun) await begun.answers.return?.()
        return silence()
      }
      if (!('answers' in begun)) {
        place.leave()
        return begun
      }
      const { context, args, answers } = begun
      const { viewer, site, requestId } = context
      if (viewer) extra.watchOver({ viewer, site, again: () => ask(requestId, args.document) })
      return { ...args, rootValue: place.fill(answers) }
    },
    subscribe: ({ rootValue }) => rootValue as AsyncIterableIterator<never>,
  }
}

/** Begins a subscription of somebody who may still follow. */
function beginAt({ begin, rights }: LiveDoor, seat: Seat, payload: SubscribePayload, ask: Asking['contextFor']): ReturnType<Begin> {
  const contextFor = async (requestId: string, document: DocumentNode) => {
    const context = await ask(requestId, document)
    await rights.admit(context)
    return context
  }
  return begin(payload, { contextFor, seat })
}

function tooMany({ subscriptions }: SocketLimits): GraphQLError {
  return new GraphQLError(`A socket holds ${subscriptions} subscriptions at most: end one first.`, { extensions: { code: 'RATE_LIMITED' } })
}

/** Params are whatever a client sent; what is not text is as if it were absent. */
function paramsOf(given: Record<string, unknown> | undefined, { headers }: IncomingMessage): ConnectionParams {
  const { authorization, site } = given ?? {}
  return {
    ...(typeof authorization === 'string' ? { authorization } : {}),
    ...(typeof site === 'string' ? { siteName: site } : {}),
    ...(headers.origin === undefined ? {} : { origin: headers.origin }),
  }
}

/** The HTTP status that the upgrade deserves: 101 where it may go on. */
async function answerTo({ url = '/', headers }: IncomingMessage, path: string, { admits }: LiveDoor): Promise<number> {
  if (url.split('?', 1)[0] !== path) return 404
  return admits(headers).then(
    (admitted) => (admitted ? 101 : 403),
    () => 503,
  )
}

function checkAll(connections: ReadonlySet<Connection>): void {
  for (const connection of connections) connection.check()
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

async function sendAway(connections: ReadonlySet<Connection>, spreadMs: number): Promise<void> {
  const all = [...connections]
  const began = performance.now()
  const lasts = Math.min(spreadMs, all.length * longestGapMs)
  for (const [i, connection] of all.entries()) {
    const early = began + (i / all.length) * lasts - performance.now()
    if (early > 1) await pause(early)
    connection.end(...closings.goingAway)
  }
  const deadline = performance.now() + farewellMs
  while (connections.size > 0 && performance.now() < deadline) await pause(10)
  for (const connection of connections) connection.terminate()
}
