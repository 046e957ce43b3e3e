/** Follows what cannot be connected to, and stops while it tries: run as a process of its own, which ends with 1 where a failure is left unhandled. */
import { WebSocket } from 'ws'
import { connect, followDiscussion } from '../../../client/discussion.js'

// Nothing is known to listen on this port, which is kept for that.
const service = connect({ url: 'http://127.0.0.1:9/graphql', sockets: { webSocketImpl: WebSocket } })
const following = followDiscussion({
  service: { ...service, ask: async <Data>() => ({ article: { cursor: 'a' } }) as Data },
  page: { query: '{ article { cursor } }' },
  subscription: { query: 'subscription { commentEvents { cursor } }' },
  onPage: () => {},
  onEvents: () => {},
})
await new Promise((failed) => service.client.on('error', failed))
// By the next turn it waits before its second try.
await new Promise(setImmediate)
following.stop()
service.close()
await following.ended
