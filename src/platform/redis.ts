/** Connections to Redis, one server or a cluster, that may come and go without taking the program along. */
import { Cluster, Redis } from 'ioredis'
import { calmLog, type Log } from './log.js'

/** A connection to one server, or to a cluster of them. */
export type RedisClient = Cluster | Redis

/** What to connect to and how long to wait. */
export interface RedisOptions {
  /** redis:// or rediss://; several are nodes of one cluster. */
  urls: readonly string[]
  log: Log
  /** Shown in Redis's list of clients. */
  name: string
  /** A command without an answer for this long has failed. */
  commandTimeoutMs: number
}

/** Opening a connection may take this long, in milliseconds. */
const connectTimeoutMs = 5000

/** Pauses between attempts grow to this, in milliseconds, so that a Redis that is back is found within two seconds. */
const longestPauseMs = 2000

/** Starts to connect and goes on trying for ever. Commands fail at once while there is no connection; failures are logged once a second. */
export function connectRedis({ urls, log, name, commandTimeoutMs }: RedisOptions): RedisClient {
  const common = {
    connectionName: `colloquy-${name}`,
    maxRetriesPerRequest: 1,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    autoResubscribe: false,
    disableClientInfo: true,
  }
  const [first = 'redis://127.0.0.1:6379'] = urls
  const pause = (attempt: number) => Math.min(100 * attempt, longestPauseMs)
  const client =
    urls.length > 1
      ? new Cluster([...urls], {
          redisOptions: { ...common, ...credentials(first) },
          enableOfflineQueue: false,
          clusterRetryStrategy: pause,
          slotsRefreshInterval: 5000,
        })
      : new Redis(first, { ...common, enableOfflineQueue: false, retryStrategy: pause })
  const calm = calmLog(log)
  client.on('error', (error: Error) => calm.warn({ error, connection: name }, 'Redis cannot be reached or does not answer; trying on.'))
  return client
}

/** Nodes that a cluster names itself come without user, password and TLS: those of the first URL hold for all. */
function credentials(url: string) {
  const { protocol, username, password } = new URL(url)
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  }
}
