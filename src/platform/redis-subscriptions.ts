/** The subscriptions of one process in Redis: one for each channel that somebody wants, over every loss of the connection. */
import { callSafely } from './bus.js'
import type { Log } from './log.js'
import type { RedisClient } from './redis.js'

/** Pulses that stay out before the connections are made anew. */
const mostMisses = 2

interface Parts {
  subscriber: RedisClient
  publisher: RedisClient
  /** Through this channel the process hears itself every `pulseMs`, and so knows that it hears. */
  pulseChannel: string
  pulseMs: number
  /** Called with the channel and the message of every ring. */
  heard: (channel: string, message: string) => void
  log: Log
}

/** Begins with `new` and ends with `stop`. */
export class Subscriptions {
  readonly #parts: Parts
  readonly #wanted = new Map<string, number>()
  readonly #told = new Set<() => void>()
  readonly #timer: NodeJS.Timeout
  #ready = false
  #subscribing = false
  #unheard = 0
  #stopped = false

  constructor(parts: Parts) {
    this.#parts = parts
    const { subscriber, pulseChannel, pulseMs, heard } = parts
    subscriber.on('ready', () => this.#subscribeAll())
    subscriber.on('close', () => {
      this.#ready = false
    })
    subscriber.on('message', (channel: string, message: string) => (channel === pulseChannel ? this.#hearPulse() : heard(channel, message)))
    this.#timer = setInterval(() => this.#sendPulse(), pulseMs)
  }

  /** Whether every wanted channel is subscribed and the last pulse was heard. */
  get ready(): boolean {
    return this.#ready
  }

  /** Calls `became` each time when it is ready again; returns how to end it. */
  onReady(became: () => void): () => void {
    const entry = () => became()
    this.#told.add(entry)
    return () => void this.#told.delete(entry)
  }

  /** Subscribes the channel for one more; the returned function leaves it, and may be called twice. */
  want(channel: string): () => void {
    const count = this.#wanted.get(channel) ?? 0
    this.#wanted.set(channel, count + 1)
    if (count === 0) this.#whileConnected((subscriber) => subscriber.subscribe(channel))
    let wanted = true
    return () => {
      if (wanted) this.#release(channel)
      wanted = false
    }
  }

  stop(): void {
    this.#stopped = true
    this.#ready = false
    clearInterval(this.#timer)
    this.#parts.subscriber.disconnect()
  }

  #release(channel: string) {
    const count = this.#wanted.get(channel) ?? 0
    if (count > 1) return void this.#wanted.set(channel, count - 1)
    this.#wanted.delete(channel)
    this.#whileConnected((subscriber) => subscriber.unsubscribe(channel))
  }

  /** Without a connection there is nothing to do: when it is back, whatever is wanted then is subscribed. */
  #whileConnected(command: (subscriber: RedisClient) => Promise<unknown>) {
    if (this.#parts.subscriber.status === 'ready') command(this.#parts.subscriber).catch((error: unknown) => this.#noteFailure(error))
  }

  #subscribeAll() {
    this.#subscribing = true
    this.#parts.subscriber
      .subscribe(this.#parts.pulseChannel, ...this.#wanted.keys())
      .then(() => this.#becomeReady())
      .catch((error: unknown) => this.#noteFailure(error))
      .finally(() => {
        this.#subscribing = false
      })
  }

  #becomeReady() {
    this.#unheard = 0
    if (this.#stopped) return
    this.#ready = true
    for (const became of [...this.#told]) callSafely(became, this.#parts.log)
  }

  /** What could not be subscribed is tried again with the next pulse that is heard. */
  #noteFailure(error: unknown) {
    this.#ready = false
    if (!this.#stopped) this.#parts.log.warn({ error }, 'A channel could not be subscribed; trying on.')
  }

  /** A pulse that comes after missing ones means that rings may be missing too. */
  #hearPulse() {
    this.#unheard = 0
    if (!this.#ready && !this.#subscribing) this.#subscribeAll()
  }

  #sendPulse() {
    const { subscriber, publisher, pulseChannel } = this.#parts
    if (this.#unheard > 0) this.#ready = false
    if (this.#unheard >= mostMisses) {
      this.#unheard = 0
      for (const client of [subscriber, publisher]) if (client.status === 'ready') client.disconnect(true)
    }
    this.#unheard++
    publisher.publish(pulseChannel, '').catch(() => {})
  }
}
