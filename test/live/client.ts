/** A plain client of the graphql-transport-ws protocol that queues what it gets, so that a test misses nothing. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Data } from '../support/app.js'

export interface Message {
  type: string
  id?: string
  payload?: Data
  /** The payload as it was sent. */
  text?: string
}

/** One subscription: what came for it, in order. */
export interface Subscription {
  id: string
  /** The next message for it; rejects when none comes. */
  next(): Promise<Message>
  /** The next event's data. */
  event(): Promise<Data>
  /** How many messages have come and were not taken yet. */
  waiting(): number
  end(): void
}

export interface Client {
  ws: WebSocket
  /** The code with which the other side closed. */
  closed: Promise<number>
  /** Sends text as it is. */
  say(text: string): void
  /** Under an id of its own, unless one is given. */
  subscribe(query: string, variables?: object, extensions?: object, id?: string): Subscription
  /** The next message that belongs to no subscription. */
  next(): Promise<Message>
  close(): Promise<void>
}

const patienceMs = 15_000

/** Opens a socket, without `connection_init`. */
export async function openSocket(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers })
  const inboxes = new Map<string, Inbox>([['', new Inbox()]])
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  ws.on('message', (data) => {
    const text = String(data)
    const message = JSON.parse(text) as Message
    message.text = text.slice(text.indexOf(',"payload":') + 11, -1)
    inboxes.get(message.id ?? '')?.put(message)
  })
  await once(ws, 'open')
  ws.on('error', () => {})
  return {
    ws,
    closed,
    say: (text) => ws.send(text),
    subscribe: (query, variables = {}, extensions = {}, id = randomUUID()) => subscribe(ws, inboxes, id, { query, variables, extensions }),
    next: () => take(inboxes.get('')),
    close: async () => {
      ws.close()
      await closed
    },
  }
}

/** Opens a socket and says who asks. */
export async function connect(url: string, params: { token?: string; site?: string } = {}): Promise<Client> {
  const client = await openSocket(url)
  const { token, site } = params
  client.say(JSON.stringify({ type: 'connection_init', payload: { site, ...(token ? { authorization: `Bearer ${token}` } : {}) } }))
  const { type } = await client.next()
  if (type !== 'connection_ack') throw new Error(`Connecting was answered with ${type}.`)
  return client
}

function subscribe(ws: WebSocket, inboxes: Map<string, Inbox>, id: string, payload: object): Subscription {
  const inbox = new Inbox()
  inboxes.set(id, inbox)
  ws.send(JSON.stringify({ id, type: 'subscribe', payload }))
  return {
    id,
    next: () => take(inbox),
    event: async () => {
      const { type, payload: got } = await take(inbox)
      if (type !== 'next' || got.errors) throw new Error(`Not an event: ${type} ${JSON.stringify(got)}`)
      return Object.values(got.data)[0]
    },
    waiting: () => inbox.size,
    end: () => ws.send(JSON.stringify({ id, type: 'complete' })),
  }
}

class Inbox {
  private readonly messages: Message[] = []
  private wake = () => {}

  get size(): number {
    return this.messages.length
  }

  put(message: Message): void {
    this.messages.push(message)
    this.wake()
  }

  async take(): Promise<Message | undefined> {
    if (this.messages.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs).unref()
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.messages.shift()
  }
}

async function take(inbox: Inbox | undefined): Promise<Message> {
  const message = await inbox?.take()
  if (!message) throw new Error(`Nothing came within ${patienceMs} ms.`)
  return message
}
