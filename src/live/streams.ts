/** Server-sent events, for networks that block WebSockets: subscriptions over plain HTTP, under the same limits and rights as on sockets. */
import type { ServerResponse } from 'node:http'
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql'
import type { Plugin, YogaInitialContext } from 'graphql-yoga'
import type { Context } from '../context.js'
import { tellError } from '../graphql/errors.js'
import { Refused } from '../platform/errors.js'
import type { LiveDoor } from './door.js'

/** What Yoga hands on: our context and its own; `res` where a request came over a port. */
type StreamContext = Context & YogaInitialContext & { address: string; res?: ServerResponse }

/** Makes the context of a request anew. */
type ContextAgain = (request: StreamContext) => Promise<Context>

/** The plugin that takes subscriptions from Yoga; `stop` ends all streams. */
export function openStreams(door: LiveDoor, contextAgain: ContextAgain): { plugin: Plugin<object, object>; stop: () => void } {
  const streams = new Set<Stream>()
  const checks = setInterval(cutStuck, door.limits.checkEveryMs, streams, door).unref()

  async function subscribe({ contextValue }: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
    const context = contextValue as StreamContext
    const leave = door.callers.enter(context.addressKey)
    try {
      if (!leave) throw new Refused('RATE_LIMITED', 'There are too many connections from this address: end one first.')
      const stream = await begin(door, context, contextAgain)
      if (!(stream instanceof Stream)) {
        leave()
        return stream
      }
      streams.add(stream)
      stream.onEnd(leave, () => streams.delete(stream))
      stream.endWithResponse()
      return stream
    } catch (error) {
      leave?.()
      return { errors: [tellError(error, context)] }
    }
  }

  return {
    plugin: { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe), onResponse: ({ response }) => passOn(response) },
    stop() {
      clearInterval(checks)
      for (const stream of streams) stream.hangUp()
    },
  }
}

/** A browser keeps a foreign page from reading a stream, but not from holding one. */
function foreign(): GraphQLError {
  return new GraphQLError('Pages of this origin may not follow discussions here.', {
    extensions: { code: 'FORBIDDEN', http: { status: 403 } },
  })
}

/** Keeps proxies from holding events back until they have enough of them. */
function passOn({ headers }: Response): void {
  if (/^text\/event-stream\b/.test(headers.get('content-type') ?? '')) headers.set('x-accel-buffering', 'no')
}

function cutStuck(streams: ReadonlySet<Stream>, { limits, log }: LiveDoor): void {
  for (const stream of streams) {
    if (!stream.isStuck(limits.drainMs)) continue
    log.debug({}, 'a stream whose reader takes nothing is cut off')
    stream.cut()
  }
}

async function begin(
  { admits, begin, rights }: LiveDoor,
  context: StreamContext,
  contextAgain: ContextAgain,
): Promise<Stream | ExecutionResult> {
  const { request, params, viewer, site, res } = context
  if (!/\btext\/event-stream\b/.test(request.headers.get('accept') ?? ''))
    throw new Refused('BAD_USER_INPUT', 'Subscriptions are answered over WebSocket (graphql-ws), or with "accept: text/event-stream".')
  if (!(await admits({ origin: request.headers.get('origin'), host: request.headers.get('host') }))) return { errors: [foreign()] }
  await rights.admit(context)
  const { query = '', variables, operationName } = params
  const begun = await begin(
    { query, variables: variables ?? null, operationName: operationName ?? null },
    { contextFor: async () => context },
  )
  if (!('answers' in begun)) return { errors: begun }
  const stream = new Stream(begun.answers, res)
  const expired = new Refused('UNAUTHENTICATED', 'The token is no longer good.')
  if (viewer) {
    const present = { viewer, site, again: () => contextAgain(context), sendAway: () => stream.end(tellError(expired, context)) }
    stream.onEnd(rights.watch(present))
  }
  return stream
}

/** One stream: pulled as fast as its reader takes it, so that nothing waits here. */
class Stream implements AsyncIterableIterator<ExecutionResult> {
  private readonly answers: AsyncIterableIterator<ExecutionResult>
  private readonly response: ServerResponse | undefined
  private readonly ends: (() => void)[] = []
  private last: GraphQLError | null = null
  private ended = false
  /** Since when an answer waits for its reader; null while the reader waits. */
  private givenAt: number | null = null

  constructor(answers: AsyncIterableIterator<ExecutionResult>, response: ServerResponse | undefined) {
    this.answers = answers
    this.response = response
  }

  /** Ends it when its connection does, which may have been before it began. */
  endWithResponse(): void {
    const { response } = this
    if (response?.closed || response?.destroyed) this.end()
    else response?.once('close', () => this.end())
  }

  /** Calls these when it has ended, which may be now. */
  onEnd(...calls: (() => void)[]): void {
    if (this.ended) for (const call of calls) call()
    else this.ends.push(...calls)
  }

  /** Ends it, after one last error where there is one to be told. */
  end(error: GraphQLError | null = null): void {
    this.last = error
    void this.return()
  }

  /** Whether its reader has taken nothing for so long. Milliseconds. */
  isStuck(drainMs: number): boolean {
    return this.givenAt !== null && performance.now() - this.givenAt > drainMs
  }

  /** Ends it without a word: nothing more goes through to its reader. */
  cut(): void {
    this.end()
    this.response?.destroy()
  }

  /** Ends it, and its connection with it. */
  hangUp(): void {
    const socket = this.response?.socket
    this.response?.once('finish', () => socket?.end())
    this.end()
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    this.givenAt = null
    const step = await this.answers.next().catch((error: GraphQLError) => {
      this.end(error)
      return { done: true, value: undefined } as const
    })
    if (!step.done) this.givenAt = performance.now()
    else void this.return()
    if (step.done && this.last) {
      const errors = [this.last]
      this.last = null
      return { done: false, value: { errors } }
    }
    return step
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    if (!this.ended) {
      this.ended = true
      for (const call of this.ends) call()
      await this.answers.return?.()
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
