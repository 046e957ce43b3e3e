/** Looks after all watched articles with one statement, for the rings that were lost. */
import { logEnds } from '../articles/log.js'
import type { Bus } from '../platform/bus.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import { databaseMark } from '../sites/sites.js'
import type { WatchedArticles } from './watched.js'

/** What is swept, with what, and how often in milliseconds. */
export interface Sweeping {
  db: Database
  bus: Bus
  log: Log
  everyMs: number
  watched: WatchedArticles
}

/** Sweeps every so often, and whenever the bus says that rings may have been lost. */
export function startSweeping(sweeping: Sweeping): { stop: () => Promise<void> } {
  let mark: string | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  // From the start, so that it is known whose logs are followed; where it cannot be read, the first sweep does.
  let line = databaseMark(sweeping.db).then(
    (read) => {
      mark = read
    },
    () => {},
  )

  // One after the other: a sweep that is asked for must begin after that.
  function soon(): Promise<void> {
    line = line.then(async () => {
      if (!stopped) mark = await sweep(sweeping, mark)
    })
    return line
  }

  function schedule() {
    if (!stopped) timer = setTimeout(() => void soon().then(schedule), sweeping.everyMs).unref()
  }

  const deafen = sweeping.bus.onReady(() => void soon())
  schedule()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      deafen()
      await line
    },
  }
}

/** Resolves to the mark of the database that was read; where it is not `known`, the logs are those of another. */
async function sweep({ db, log, watched }: Sweeping, known: string | undefined): Promise<string | undefined> {
  const before = watched.all().map((feed) => ({ feed, head: feed.head }))
  if (before.length === 0) return known
  let mark = known
  try {
    mark = await databaseMark(db)
    if (known !== undefined && mark !== known) for (const { feed } of before) feed.lose()
    const ids = before.map(({ feed }) => feed.articleId)
    const lastSeqs = new Map((await logEnds(db, ids)).map(({ articleId, lastSeq }) => [articleId, lastSeq]))
    await Promise.all(before.map(({ feed, head }) => feed.compare(lastSeqs.get(feed.articleId) ?? 0n, head)))
  } catch (error) {
    log.warn({ err: error }, 'the watched articles could not be swept; the next sweep tries again')
  }
  for (const { feed } of before) if (feed.lost) watched.forget(feed)
  return mark
}
