/** What answers on which path: health, the SDL, and GraphQL. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerContext } from './graphql/server.js'
import { clientAddress } from './platform/address.js'

/** Longer than this, a database is away as far as a load balancer is concerned. Milliseconds. */
const readyWithinMs = 2500

export interface RouteOptions {
  trustedProxies: readonly string[]
  /** The SDL, as printed. */
  sdl: string
  graphql: (request: IncomingMessage, response: ServerResponse, server: ServerContext) => unknown
  /** Answers what it has kept; resolves to false where GraphQL is to be asked. */
  kept: { answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> }
  /** Answers when the database does; rejects when it is away. */
  ping: () => Promise<unknown>
  /** Whether rings of other processes arrive. */
  bus: { readonly ready: boolean }
}

/** Makes the listener of the HTTP server. */
export function createRoutes({ trustedProxies, sdl, graphql, kept, ping, bus }: RouteOptions) {
  const routes = new Map<string, (request: IncomingMessage, response: ServerResponse, requestId: string) => unknown>([
    [
      '/graphql',
      async (request, response, requestId) => {
        if (request.method !== 'POST' && (await kept.answer(request, response))) return
        graphql(request, response, { requestId, address: addressOf(request, trustedProxies) })
      },
    ],
    ['/schema.graphql', (_request, response) => send(response, 200, 'text/plain', sdl)],
    ['/health/live', (_request, response) => send(response, 200, 'text/plain', 'alive\n')],
    ['/health/ready', (_request, response) => tellReady(response, ping, bus)],
    ['/', (_request, response) => response.writeHead(302, { location: '/graphql' }).end()],
  ])
  return function answer(request: IncomingMessage, response: ServerResponse): void {
    const requestId = randomUUID()
    response.setHeader('x-request-id', requestId)
    response.setHeader('x-content-type-options', 'nosniff')
    const route = routes.get((request.url ?? '/').split('?', 1)[0] ?? '/')
    if (route) route(request, response, requestId)
    else send(response, 404, 'text/plain', 'There is nothing here; the API is at /graphql.\n')
  }
}

/** The client's address: of the connection, or what trusted proxies say. */
export function addressOf(request: IncomingMessage, trustedProxies: readonly string[]): string {
  const forwarded = request.headers['x-forwarded-for']
  return clientAddress(request.socket.remoteAddress ?? '', Array.isArray(forwarded) ? forwarded.join(',') : forwarded, [...trustedProxies])
}

/** Red where the database is away; a bus that is away costs others a second or two, so it is told and no more. */
async function tellReady(response: ServerResponse, ping: RouteOptions['ping'], bus: RouteOptions['bus']): Promise<void> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, readyWithinMs, false).unref())
  const database = await Promise.race([
    ping().then(
      () => true,
      () => false,
    ),
    late,
  ])
  send(response, database ? 200 : 503, 'application/json', `${JSON.stringify({ ready: database, database, bus: bus.ready })}\n`)
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body)
}
