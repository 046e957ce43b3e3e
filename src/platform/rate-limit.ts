/** Limits on how often something may be done: counted in Redis for all processes, in memory where there is none or it is away. */
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { calmLog, type Log } from './log.js'
import { connectRedis, type RedisClient } from './redis.js'

/** So many times in so long; the time begins with the first. */
export interface Limit {
  /** Names the counter; one name has one rule. */
  name: string
  points: number
  /** Milliseconds, at most 20 days. */
  perMs: number
}

/** Whether it may be done now and, if not, when to come back. */
export type Taken = { ok: true } | { ok: false; retryAfterMs: number }

/** The door to all limits. */
export interface RateLimits {
  /** Takes one point of what `who` (an id or the key of an address) has left. A refused try changes nothing for the next; a Redis that is away refuses nothing. */
  take(limit: Limit, who: string): Promise<Taken>
  stop(): Promise<void>
}

/** An answer that takes longer helps nobody: the count in memory decides instead. Milliseconds. */
const commandTimeoutMs = 250

/** After a failure a connected Redis is left alone this long, so that a hung one delays one try a second and not every one. Milliseconds. */
const restMs = 1000

/** The timers behind the counts in memory hold at most 24.8 days. Milliseconds. */
const longestMs = 20 * 24 * 3600 * 1000

/** Starts the limits; `on: false` lets everything pass (for load tests). Without URLs every process counts for itself. */
export function startRateLimits({ urls, log, on }: { urls: readonly string[]; log: Log; on: boolean }): RateLimits {
  if (!on) return { take: async () => ({ ok: true }), stop: async () => {} }

  const redis = urls.length > 0 ? connectRedis({ urls, log, name: 'limits', commandTimeoutMs }) : null
  const countersOf = openCounters(redis)
  const calm = calmLog(log)
  let restUntil = 0

  async function takeShared(shared: RateLimiterRedis, who: string): Promise<Taken | null> {
    if (redis?.status !== 'ready' || performance.now() < restUntil) return null
    try {
      return await consume(shared, who)
    } catch (error) {
      restUntil = performance.now() + restMs
      calm.warn({ error }, 'Limits are counted in each process alone while Redis is away.')
      return null
    }
  }

  return {
    async take(limit, who) {
      const { shared, own } = countersOf(limit)
      return (shared && (await takeShared(shared, who))) ?? (await consume(own, who))
    },
    stop: async () => redis?.disconnect(),
  }
}

interface Counters {
  rule: Limit
  shared: RateLimiterRedis | null
  own: RateLimiterMemory
}

/** The counters of each limit, made when it is first used. */
function openCounters(redis: RedisClient | null): (limit: Limit) => Counters {
  const all = new Map<string, Counters>()
  return (limit) => {
    const known = all.get(limit.name)
    if (known?.rule.points === limit.points && known.rule.perMs === limit.perMs) return known
    if (known) throw new Error(`The limit "${limit.name}" is used with two different rules.`)
    if (limit.perMs < 1 || limit.perMs > longestMs) throw new Error(`The limit "${limit.name}" must last from 1 ms to 20 days.`)
    const counters = { rule: { ...limit }, shared: redis && sharedCounter(redis, limit), own: ownCounter(limit) }
    all.set(limit.name, counters)
    return counters
  }
}

function ownCounter({ name, points, perMs }: Limit): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix: name, points, duration: perMs / 1000 })
}

/**
 * The library counts whole seconds, and less than one as "for ever"; so it is given milliseconds, and a script that takes them
 * as such. What is over the limit is not counted, and the time is set only when the counter begins.
 */
function sharedCounter(redis: RedisClient, { name, points, perMs }: Limit): RateLimiterRedis {
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `colloquy:limit:${name}`,
    points,
    duration: Math.round(perMs),
    customIncrTtlLuaScript: `
      local key, add, ms, most = KEYS[1], tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
      local count = tonumber(redis.call('GET', key) or '0') + add
      if count == add then
        redis.call('SET', key, count, 'PX', ms)
      elseif count <= most then
        redis.call('INCRBY', key, add)
      end
      return { count, redis.call('PTTL', key) }`,
  })
}

/** Throws only when the counter cannot be reached. */
async function consume(counter: RateLimiterRedis | RateLimiterMemory, who: string): Promise<Taken> {
  try {
    await counter.consume(who)
    return { ok: true }
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    return { ok: false, retryAfterMs: Math.max(1, Math.ceil(refusal.msBeforeNext)) }
  }
}
