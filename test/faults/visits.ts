/** Visitors who connect, follow something or do not, and leave in one of the ways in which visitors leave. */
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** Visitors at one time, and how many come in a second: a small machine has the ports for it. */
const [atOnce, aSecond] = [20, 80]

const query = `subscription($url: String!) { commentEvents(url: $url) { __typename ... on LiveEvent { cursor } ... on CommentPosted { comment { id html } } } }`

const ways = ['close', 'terminate', 'complete', 'beforeInit', 'beforeReady', 'refused'] as const

export interface VisitOptions {
  url: string
  site: string
  articles: readonly string[]
}

/** Begins visits; `stop` waits for those under way. */
export function startVisiting(options: VisitOptions): { count: () => number; stop: () => Promise<void> } {
  let stopped = false
  let count = 0
  const one = async () => {
    while (!stopped) {
      const next = pause((1000 * atOnce) / aSecond)
      await visit(options, count++)
      await next
    }
  }
  const all = Array.from({ length: atOnce }, one)
  return {
    count: () => count,
    async stop() {
      stopped = true
      await Promise.all(all)
    },
  }
}

async function visit({ url, site, articles }: VisitOptions, number: number): Promise<void> {
  const way = ways[number % ways.length]
  const ws = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const closed = new Promise<void>((resolve) => ws.once('close', () => resolve()))
  const say = (message: object) => ws.send(JSON.stringify(message))
  ws.on('error', () => {})
  ws.once('open', () => (way === 'beforeInit' ? ws.terminate() : say({ type: 'connection_init', payload: { site } })))
  ws.on('message', (data) => {
    const { type } = JSON.parse(String(data)) as { type: string }
    if (type === 'connection_ack') {
      const article = articles[number % articles.length]
      say({ id: 'one', type: 'subscribe', payload: { query: way === 'refused' ? '{ oh' : query, variables: { url: article } } })
      if (way === 'beforeReady') ws.terminate()
    } else if (type === 'next' || type === 'error') setTimeout(leave, Math.random() * 200)
  })
  const leave = () => {
    if (way === 'terminate') return ws.terminate()
    if (way === 'complete') say({ id: 'one', type: 'complete' })
    ws.close()
  }
  await closed
}
