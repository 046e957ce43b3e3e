/** One socket: what it may send, how fast it must read, and when it ends. */
import type { IncomingMessage } from 'node:http'
import type { Server } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Log } from '../platform/log.js'
import type { SocketLimits } from './limits.js'
import { Places } from './places.js'
import type { Present, Rights } from './rights.js'
import type { Seat } from './sharing.js'

/** Why the service ends a connection; codes from 4000 are those of the graphql-transport-ws protocol. */
export const closings = {
  goingAway: [1001, 'Going away'],
  tooSlow: [1013, 'Read faster: come back with your last cursor'],
  forbidden: [4403, 'Forbidden: the token is no longer good'],
  flood: [4429, 'Too many messages'],
  failure: [4500, 'Internal server error'],
} as const

/** What connections have in common. */
export interface Service {
  protocol: Server<Connection>
  limits: SocketLimits
  rights: Rights
  log: Log
}

export class Connection {
  readonly request: IncomingMessage
  /** What is followed here. */
  readonly places = new Places(() => this.written)
  private readonly ws: WebSocket
  private readonly service: Service
  private readonly left: (code?: number, reason?: string) => Promise<void>
  /** Resolves when the operating system has taken all that was sent: who tells waits for who reads. */
  private written: Promise<void> = Promise.resolve()
  private alive = true
  private pingAt: number
  /** When the socket was last seen to take something, or to have nothing left to take. */
  private drainedAt: number
  /** Messages that may still come at once; grows again with time. */
  private allowance: { messages: number; at: number }
  /** How to stop watching over each of those who are signed in here. */
  private readonly people = new Map<string, () => void>()

  constructor(ws: WebSocket, request: IncomingMessage, service: Service) {
    const { protocol, limits, log } = service
    this.ws = ws
    this.request = request
    this.service = service
    const now = performance.now()
    this.drainedAt = now
    this.pingAt = now + limits.pingEveryMs
    this.allowance = { messages: limits.messageBurst, at: now }
    ws.on('error', (error) => log.debug({ err: error }, 'a socket failed'))
    ws.on('pong', () => {
      this.alive = true
    })
    this.left = protocol.opened(
      {
        protocol: ws.protocol,
        send: (text) => this.send(text),
        close: (code, reason) => this.end(code, reason),
        onMessage: (take) => void ws.on('message', (data) => this.receive(String(data), take)),
      },
      this,
    )
    ws.on('close', (code) => this.leave(code))
  }

  /** Ends the connection; what it follows is let go at once, however slowly the other side takes its leave. */
  end(code = 1000, reason = ''): void {
    this.ws.close(code, reason)
    this.leave(code)
  }

  /** Ends it without a word. */
  terminate(): void {
    this.ws.terminate()
  }

  /** Watches over the rights of somebody who follows here as themselves. */
  watchOver(present: Omit<Present, 'sendAway'>): void {
    const who = `${present.site.id} ${present.viewer.id}`
    if (this.people.has(who) || this.ws.readyState !== this.ws.OPEN) return
    this.people.set(who, this.service.rights.watch({ ...present, sendAway: () => this.end(...closings.forbidden) }))
  }

  /** Where a subscription's answers go that others get too. */
  seat(id: string): Seat {
    const { ws } = this
    const head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`)
    return {
      take(answer) {
        if (ws.readyState !== ws.OPEN) return true
        if (ws.bufferedAmount > 0) return false
        ws.send(Buffer.concat([head, answer, closingBrace]), asText)
        return true
      },
    }
  }

  /** To be called every second or so. */
  check(): void {
    if (this.ws.readyState !== this.ws.OPEN) return
    const now = performance.now()
    if (this.ws.bufferedAmount === 0) this.drainedAt = now
    if (now - this.drainedAt > this.service.limits.drainMs) this.end(...closings.tooSlow)
    else if (now >= this.pingAt) this.ping(now)
  }

  private ping(now: number): void {
    if (!this.alive) {
      this.terminate()
      return
    }
    this.alive = false
    this.pingAt = now + this.service.limits.pingEveryMs
    this.ws.ping()
  }

  /** Does not wait: the protocol's library must get nothing else while it ends a subscription. */
  private send(text: string): void {
    if (this.ws.readyState !== this.ws.OPEN) return
    this.written = new Promise((resolve) => {
      this.ws.send(text, (error) => {
        if (!error) this.drainedAt = performance.now()
        resolve()
      })
    })
  }

  private receive(text: string, take: (text: string) => Promise<void>): void {
    this.alive = true
    if (this.ws.readyState !== this.ws.OPEN) return
    if (!this.mayTake()) {
      this.end(...closings.flood)
      return
    }
    take(text).catch((error: unknown) => {
      this.service.log.error({ err: error }, 'a message of a socket could not be handled')
      this.end(...closings.failure)
    })
  }

  private mayTake(): boolean {
    const { messagesASecond, messageBurst } = this.service.limits
    const now = performance.now()
    const grown = this.allowance.messages + ((now - this.allowance.at) * messagesASecond) / 1000
    const messages = Math.min(messageBurst, grown) - 1
    if (messages < 0) return false
    this.allowance = { messages, at: now }
    return true
  }

  private leave(code: number): void {
    for (const unwatch of this.people.values()) unwatch()
    this.people.clear()
    this.places.close()
    // Undefined while the protocol refuses the socket before it is open.
    this.left?.(code)?.catch((error: unknown) => this.service.log.error({ err: error }, 'a subscription could not be ended'))
  }
}

const closingBrace = Buffer.from('}')

const asText = { binary: false }
