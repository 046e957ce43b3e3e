/** What tests of the client module follow with, and what they were told. */
import type { Client, FormattedExecutionResult, Sink, SubscribePayload } from 'graphql-ws'
import { WebSocket } from 'ws'
import { connect, followDiscussion, type LiveEvent, type Operation, type Service } from '../../client/discussion.js'
import type { Seed } from '../support/seed.js'

const comments = 'comments(first: 50, orderBy: OLDEST) { edges { node { id } } }'
const pageQuery = (more: string) => `query($url: String!) { article(url: $url) { id cursor ${comments} ${more} } }`
const subscriptionQuery = `subscription($url: String!, $after: Cursor) { commentEvents(url: $url, after: $after) {
  __typename ... on LiveEvent { cursor } ... on CommentPosted { comment { id } } ... on CommentEdited { comment { id html } } } }`

/** The page that `pageQuery` reads. */
export interface Page {
  article: { id: string; cursor: string; comments: { edges: { node: { id: string } }[] } } | null
}

/** One who follows, and everything that they were given. */
export interface Reader {
  service: Service
  pages: Page[]
  /** The ids of the comments that the last page showed. */
  shown(): string[]
  /** Events since the last page. */
  events: LiveEvent[]
  /** The ids of the comments that were posted, as events told. */
  posted(): string[]
  /** Messages about posted comments that came over the socket. */
  received(): number
  live: boolean[]
  ended: Promise<void>
  /** Stops following. */
  leave(): void
  pageAgain(): void
  /** Stops following and closes the service. */
  stop(): void
  /** Cuts the socket without a word, as a network does. */
  cut(): void
}

export interface Ways {
  /** Run after each page has been read and before it is gone on from; may change it. */
  between?: (page: Page, read: number) => Promise<Page>
  token?: string
  /** Further fields of the article in the page. */
  more?: string
  /** In place of the usual subscription. */
  subscription?: string
  /** Everything comes twice. */
  echo?: boolean
}

/** Follows a URL. */
export function read(
  program: { url: string },
  site: Seed,
  url: string,
  { between = async (page) => page, token, echo, more = '', subscription = subscriptionQuery }: Ways = {},
): Reader {
  const sockets = { webSocketImpl: WebSocket }
  const service = connect({ url: `${program.url}/graphql`, site: site.site, sockets, ...(token ? { token: () => token } : {}) })
  let reads = 0
  const ask = async <Data>(operation: Operation) => (await between(await service.ask<Page>(operation), reads++)) as Data
  const client = echo ? echoing(service.client) : service.client
  const wire = watch(service.client)
  const told = { pages: [] as Page[], events: [] as LiveEvent[], live: [] as boolean[] }
  const following = followDiscussion<Page, LiveEvent>({
    service: { ...service, ask, client },
    page: { query: pageQuery(more), variables: { url } },
    subscription: { query: subscription, variables: { url } },
    onPage: (page) => {
      told.pages.push(page)
      told.events.length = 0
    },
    onEvents: (events) => told.events.push(...events),
    onLive: (live) => told.live.push(live),
  })
  return {
    ...told,
    ...wire,
    service,
    shown: () => told.pages.at(-1)?.article?.comments.edges.map(({ node }) => node.id) ?? [],
    posted: () => told.events.flatMap(({ __typename, comment }) => (__typename === 'CommentPosted' && comment ? [comment.id] : [])),
    ended: following.ended,
    leave: following.stop,
    pageAgain: following.pageAgain,
    stop: () => {
      following.stop()
      service.close()
    },
  }
}

function watch(client: Client): Pick<Reader, 'received' | 'cut'> {
  let received = 0
  let socket: WebSocket | undefined
  client.on('message', (message) => {
    if (message.type === 'next' && JSON.stringify(message).includes('CommentPosted')) received++
  })
  client.on('opened', (opened) => {
    socket = opened as WebSocket
  })
  return { received: () => received, cut: () => socket?.terminate() }
}

function echoing(client: Client): Client {
  return {
    ...client,
    subscribe: <Data, Extensions>(payload: SubscribePayload, sink: Sink<FormattedExecutionResult<Data, Extensions>>) =>
      client.subscribe<Data, Extensions>(payload, {
        ...sink,
        next(result) {
          sink.next(result)
          sink.next(result)
        },
      }),
  }
}
