/** The doorbell between processes, over Redis: an almost empty PUBLISH that nobody waits for. */
import { randomUUID } from 'node:crypto'
import { type Bus, startLocalBus } from './bus.js'
import { calmLog, type Log } from './log.js'
import { connectRedis, type RedisClient } from './redis.js'
import { Subscriptions } from './redis-subscriptions.js'

const prefix = 'colloquy:'

/** A hung Redis would keep its publishes pending for ever; after this long one has failed, in milliseconds. */
const commandTimeoutMs = 1000

/** How often the subscriber hears itself, in milliseconds: a connection can be dead for a quarter of an hour without saying so. */
const pulseEveryMs = 5000

/**
 * Starts the bus at once, whether Redis is there or not. Listeners in this process hear without Redis; `ready` says whether
 * the rings of other processes arrive. Several URLs are nodes of one cluster.
 */
export function startRedisBus(urls: readonly string[], log: Log, pulseMs = pulseEveryMs): Bus {
  const self = randomUUID()
  const calm = calmLog(log)
  const local = startLocalBus(log)
  const publisher = connectRedis({ urls, log, name: 'publisher', commandTimeoutMs })
  const subscriber = connectRedis({ urls, log, name: 'subscriber', commandTimeoutMs })
  const heard = (channel: string, from: string) => {
    if (from !== self) local.ring(channel.slice(prefix.length))
  }
  const subscriptions = new Subscriptions({ subscriber, publisher, pulseChannel: `${prefix}pulse:${self}`, pulseMs, heard, log: calm })
  const publish = startPublishing({ publisher, self, log: calm })

  return {
    get ready() {
      return subscriptions.ready
    },
    onReady: (became) => subscriptions.onReady(became),
    channels: () => local.channels(),
    ring(channel) {
      local.ring(channel)
      publish.ring(channel)
    },
    listen(channel, heard) {
      const leaveLocal = local.listen(channel, heard)
      const leave = subscriptions.want(prefix + channel)
      return () => {
        leaveLocal()
        leave()
      }
    },
    async stop() {
      publish.stop()
      subscriptions.stop()
      await local.stop()
    },
  }
}

/** Publishes with at most one ring of a channel on its way; rings meanwhile become one more after it. */
function startPublishing({ publisher, self, log }: { publisher: RedisClient; self: string; log: Log }) {
  const onTheirWay = new Map<string, { again: boolean }>()
  let stopped = false

  function ring(channel: string) {
    if (stopped) return
    const flight = onTheirWay.get(channel)
    if (flight) {
      flight.again = true
      return
    }
    const mine = { again: false }
    onTheirWay.set(channel, mine)
    publisher
      .publish(prefix + channel, self)
      .catch((error: unknown) => stopped || log.warn({ error }, 'A ring could not be sent; other processes find out by looking.'))
      .finally(() => {
        onTheirWay.delete(channel)
        if (mine.again) ring(channel)
      })
  }

  return {
    ring,
    stop() {
      stopped = true
      publisher.disconnect()
    },
  }
}
