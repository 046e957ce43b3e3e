/** Those who read, through the client module: some keep their connection, some lose it again and again. */
import { WebSocket } from 'ws'
import { connect, followDiscussion, type LiveEvent, type Service } from '../../client/discussion.js'
import { until } from '../platform/until.js'

export interface Reader {
  /** Comments in the order in which events told of them, and when, in milliseconds since 1970. */
  told: { id: string; at: number }[]
  /** Comments that its page showed. */
  shown: string[]
  /** How often it read the page. */
  pages: number
  /** Whether its connection is cut again and again. */
  flaps: boolean
}

export interface Reading {
  readers: readonly Reader[]
  /** Lets everybody keep their connection. */
  rest(): void
  /** Ends when all have been told of so many comments, or after a while. */
  finish(comments: number): Promise<void>
  stop(): Promise<void>
}

const page = 'query($url: String!) { article(url: $url) { cursor comments(first: 50, orderBy: NEWEST) { edges { node { id } } } } }'
const subscription = `subscription($url: String!, $after: Cursor) { commentEvents(url: $url, after: $after) {
  __typename ... on LiveEvent { cursor } ... on CommentPosted { comment { id html author { name } } } } }`

/** A connection that flaps lives about so long, in milliseconds. */
const [shortestMs, longestMs] = [300, 2000]

/** What was written last must have come by then. Milliseconds. */
const finishWithinMs = 20_000

interface Page {
  article: { cursor: string; comments: { edges: { node: { id: string } }[] } }
}

/** A comment that a page shows can be told of, too. */
function commentsOf({ told, shown }: Reader): number {
  return new Set([...shown, ...told.map(({ id }) => id)]).size
}

/** Starts so many readers of an article and waits until all are live. Every other one flaps. */
export async function startReading({ url, site, article, count }: ReaderOptions): Promise<Reading> {
  const all = Array.from({ length: count }, (_, i) => startReader({ url, site, article, flaps: i % 2 === 1 }))
  await until('all readers are live', () => all.every(({ isLive }) => isLive()))
  for (const { flap } of all) flap()
  const stop = async () => {
    const ends = await Promise.allSettled(all.map((reader) => reader.stop()))
    const refused = ends.find((end) => end.status === 'rejected')
    if (refused) throw refused.reason
  }
  return {
    readers: all.map(({ reader }) => reader),
    rest: () => all.forEach(({ rest }) => void rest()),
    finish: (comments) =>
      until('all are told', () => all.every(({ reader }) => commentsOf(reader) >= comments), finishWithinMs).catch(() => {}),
    stop,
  }
}

export interface ReaderOptions {
  url: string
  site: string
  article: string
  count: number
}

function startReader({ url, site, article, flaps }: Omit<ReaderOptions, 'count'> & { flaps: boolean }) {
  const reader: Reader = { told: [], shown: [], pages: 0, flaps }
  const service = connect({ url: `${url}/graphql`, site, sockets: { webSocketImpl: WebSocket } })
  const flapping = flapper(service)
  let live = false
  const following = followDiscussion<Page, LiveEvent>({
    service,
    page: { query: page, variables: { url: article } },
    subscription: { query: subscription, variables: { url: article } },
    onPage: ({ article: { comments } }) => {
      reader.pages++
      reader.shown = comments.edges.map(({ node }) => node.id)
      reader.told = []
    },
    onEvents: (events) => {
      const at = Date.now()
      for (const { __typename, comment } of events) if (__typename === 'CommentPosted' && comment) reader.told.push({ id: comment.id, at })
    },
    onLive: (is) => {
      live = is
    },
  })
  // Told when it is stopped, and not before.
  following.ended.catch(() => {})
  return {
    reader,
    isLive: () => live,
    flap: () => (flaps ? flapping.begin() : undefined),
    rest: flapping.end,
    stop: () => {
      flapping.end()
      following.stop()
      service.close()
      return following.ended
    },
  }
}

/** Cuts a connection without a word, again and again. */
function flapper({ client }: Service): { begin: () => void; end: () => void } {
  let socket: WebSocket | undefined
  let timer: NodeJS.Timeout | undefined
  client.on('opened', (opened) => {
    socket = opened as WebSocket
  })
  const cut = () => {
    socket?.terminate()
    begin()
  }
  const begin = () => {
    timer = setTimeout(cut, shortestMs + Math.random() * (longestMs - shortestMs))
  }
  return { begin, end: () => clearTimeout(timer) }
}
