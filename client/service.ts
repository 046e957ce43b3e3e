/** A way to the service: queries over HTTP, subscriptions over one socket that is opened when something is followed. Runs in browsers and in Node. */
import { type Client, type ClientOptions, createClient } from 'graphql-ws'

/** An operation's text and variables. */
export interface Operation {
  query: string
  variables?: Record<string, unknown>
}

export interface ServiceOptions {
  /** Where the service answers: `https://comments.example.org/graphql`. */
  url: string
  /** The site's slug, where the service has several. */
  site?: string
  /** Asked before each request and each connection, so that a new token takes the place of one that expires; null for a reader without a name. */
  token?: () => string | null | Promise<string | null>
  /** Further options of graphql-ws, such as `webSocketImpl` where there is no global WebSocket (Node before 22). */
  sockets?: Partial<ClientOptions>
}

export interface Service {
  /** Sends a query or a mutation; its data. Throws Refusal where the answer has errors, anything else where there is no answer. */
  ask<Data>(operation: Operation): Promise<Data>
  /** The graphql-ws client, which is one socket for all that is followed. */
  client: Client
  /** Ends everything that is followed. */
  close(): void
}

/** What the service said no to; the first error's code, such as NOT_FOUND, RESYNC or UNAVAILABLE. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly errors: readonly ServiceError[]

  constructor(errors: readonly ServiceError[]) {
    super(errors[0]?.message ?? 'The answer has no data.')
    this.code = String(errors[0]?.extensions?.code ?? 'INTERNAL')
    this.errors = errors
  }
}

interface ServiceError {
  readonly message: string
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** An answer, a connection or a sign of life that takes longer is given up and tried again. Milliseconds. */
const patienceMs = 10_000

/** Pauses between tries double from the first to the longest, half of each by chance, so that readers do not all come back at once. */
const [firstPauseMs, longestPauseMs] = [250, 8000]

export function connect({ url, site, token = () => null, sockets = {} }: ServiceOptions): Service {
  const closed = new AbortController()

  async function authorization(): Promise<{ authorization?: string }> {
    const bearer = await token()
    return bearer ? { authorization: `Bearer ${bearer}` } : {}
  }

  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => ({ ...(site ? { site } : {}), ...(await authorization()) }),
    keepAlive: patienceMs,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (tries) => pause(tries, closed.signal),
    ...sockets,
  })
  endSilence(client)

  return {
    client,
    async ask<Data>(operation: Operation) {
      const headers = { 'content-type': 'application/json', ...(site ? { 'x-colloquy-site': site } : {}), ...(await authorization()) }
      const signal = AbortSignal.timeout(patienceMs)
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(operation), signal })
      const { data, errors } = (await response.json()) as { data?: Data | null; errors?: ServiceError[] }
      if (errors || !data) throw new Refusal(errors ?? [])
      return data
    },
    close() {
      closed.abort()
      // Where it was about to connect, it tells its disposer that it does not.
      Promise.resolve(client.dispose()).catch(() => {})
    },
  }
}

/** Waits before one more try, or until the signal is aborted. */
export function pause(tries: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(firstPauseMs * 2 ** tries, longestPauseMs)
  return new Promise((resolve) => {
    const timer = setTimeout(end, longest * (0.5 + Math.random() / 2))
    signal.addEventListener('abort', end)
    if (signal.aborted) end()

    function end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
  })
}

/** A network that goes away says nothing: a connection that stays silent after a greeting or a ping is ended, which makes the client open a new one. */
function endSilence(client: Client): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hear = () => clearTimeout(timer)
  const listen = () => {
    hear()
    timer = setTimeout(() => client.terminate(), patienceMs)
  }
  client.on('opened', (socket) => {
    // Once terminated, the client listens no more; in Node an error that nobody hears would end the process.
    ;(socket as Pick<WebSocket, 'addEventListener'>).addEventListener('error', () => {})
    listen()
  })
  client.on('ping', (received) => received || listen())
  client.on('message', hear)
  client.on('closed', hear)
}
