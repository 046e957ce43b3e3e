/** One reader of each watched article's log for all who follow it in this process. */
import { setTimeout as pause } from 'node:timers/promises'
import type { LoggedEvent } from '../articles/events.js'
import { eventsAfter } from '../articles/log.js'
import type { Bus } from '../platform/bus.js'
import type { Database } from '../platform/database.js'
import { Refused, Unavailable } from '../platform/errors.js'
import { calmLog, type Log } from '../platform/log.js'
import type { ArticleFeed } from './article-feed.js'
import type { Feeds, Watch } from './feeds.js'
import { startNews } from './news.js'
import { startSweeping } from './sweep.js'
import { WatchedArticles } from './watched.js'

/** A ring can be lost: this is the longest that it can delay an event, in milliseconds. */
const usualSweepMs = 2000

/** While rings may be lost, what was read from a log is taken for the present this long. Milliseconds. */
const unrungMs = 1000

/** What is new to people is read again this much less often: it costs a hundred rows for each of them. */
const newsPace = 5

/** Events handed to a follower at once. */
const eventsAPull = 100

/** Reads on the bus's rings, whenever the bus is ready (again), and on a sweep over all watched articles. */
export function startFeeds(options: { db: Database; bus: Bus; log: Log; sweepEveryMs?: number }): Feeds {
  const everyMs = options.sweepEveryMs ?? usualSweepMs
  const world = { ...options, log: calmLog(options.log) }
  const watched = new WatchedArticles(world)
  const sweeps = startSweeping({ ...world, everyMs, watched })
  const news = startNews({ ...world, sweepEveryMs: newsPace * everyMs })
  let stopped = false
  async function* follow(articleId: string, after: bigint, signal: AbortSignal): AsyncGenerator<LoggedEvent[]> {
    if (signal.aborted || stopped) return
    const { feed, leave } = watched.enter(articleId)
    signal.addEventListener('abort', leave)
    try {
      let cursor = after
      while (!signal.aborted && !stopped) {
        const events = await pull({ ...world, feed, cursor, signal, retryMs: everyMs })
        cursor = events.at(-1)?.seq ?? cursor
        if (events.length > 0) yield events
        if (cursor !== feed.head) continue
        yield []
        // Whoever has taken their time over that may have missed the waking.
        if (cursor === feed.head && !feed.lost && !stopped) await feed.changed(signal)
      }
    } finally {
      signal.removeEventListener('abort', leave)
      leave()
    }
  }

  return {
    follow,
    watch: (articleId) => endOf(watched.enter(articleId), world.bus),
    hints: news.hints,
    watched: () => watched.size,
    async stop() {
      stopped = true
      for (const feed of watched.all()) feed.wake()
      await Promise.all([sweeps.stop(), news.stop()])
    },
  }
}

function endOf({ feed, leave }: { feed: ArticleFeed; leave: () => void }, bus: Bus): Watch {
  const sure = () => feed.isSettled(bus.ready ? Number.POSITIVE_INFINITY : unrungMs)
  const end = () => (sure() ? feed.head : null)
  return {
    get end() {
      return end()
    },
    look: async () => {
      if (!sure()) await feed.look()
      return end()
    },
    leave,
  }
}

interface Pull {
  db: Database
  feed: ArticleFeed
  cursor: bigint
  signal: AbortSignal
  retryMs: number
  log: Log
}

/** The events next to a cursor; none where the log is not known yet, or after having waited for a database that is away. */
async function pull({ db, feed, cursor, signal, retryMs, log }: Pull): Promise<LoggedEvent[]> {
  if (feed.lost) throw gone()
  if (feed.head === null || cursor > feed.head) await feed.changed(signal)
  if (feed.head === null || cursor >= feed.head) return []
  try {
    const events = feed.after(cursor, eventsAPull) ?? (await eventsAfter(db, feed.articleId, cursor, eventsAPull))
    // Numbers have no holes, so one that is missing was there and is no longer kept.
    if (events[0]?.seq !== cursor + 1n) throw gone()
    return events
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    log.warn({ err: error }, 'a follower could not read the log of its article; it tries again')
    await pause(retryMs, undefined, { signal, ref: false }).catch(() => {})
    return []
  }
}

function gone(): Refused {
  return new Refused('RESYNC', 'What happened since this cursor is no longer kept: read the page again and go on from its cursor.')
}
