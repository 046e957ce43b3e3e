/** Work that must happen later and survive a crash: rows of the database, written in the transaction of what caused them. */
import type { Database, Tx } from './database.js'
import * as store from './job.store.js'
import type { Log } from './log.js'

/** A job to be done. */
export interface NewJob {
  kind: string
  /** Anything that JSON can carry; ids rather than copies. */
  data: unknown
  /** At most one job of a kind and key waits. Asking again while it runs makes it run once more, with the newer data. */
  key?: string
  siteId?: string
  /** Not before this time; at once without. */
  runAt?: Date
}

/** Does one job. At least once: it must bear being called twice with the same `jobId`, which others may use to recognize it. */
export type JobHandler = (data: unknown, job: { signal: AbortSignal; jobId: string; siteId: string | null }) => Promise<void>

/** Workers of this process. */
export interface Jobs {
  /** Looks for work now instead of at the next turn. */
  wake(): void
  /** Takes nothing more and waits for what is running, then aborts it. */
  stop(): Promise<void>
}

/** A job whose worker died is taken again after this long, in milliseconds. */
const leaseMs = 60_000

/** A handler is told to end before its lease does, so that two do not work on one job, in milliseconds. */
const handlerMs = leaseMs * 0.8

/** Jobs that one process works on side by side: more would only wait for the database's connections. */
const atOnce = 8

/** How long `stop` waits for running jobs, and then for aborted ones to give up, in milliseconds. */
const stopWaitsMs = 5000
const abortWaitsMs = 1000

/** Failures are kept this long, in characters. */
const longestError = 500

/** Notes a job within the caller's transaction. Returns false where the same kind and key waits already. */
export function enqueue(handle: Database | Tx, { kind, data, key, siteId, runAt }: NewJob): Promise<boolean> {
  const json = JSON.stringify(data ?? null)
  return store.insert(handle, { kind, data: json, key: key ?? null, siteId: siteId ?? null, runAt: runAt ?? null })
}

/** Starts working on the kinds that have a handler, looking for due jobs every `idleMs` and when woken. */
export function startJobs(options: { db: Database; handlers: Readonly<Record<string, JobHandler>>; log: Log; idleMs?: number }): Jobs {
  const { db, handlers, log, idleMs = 1000 } = options
  const kinds = Object.keys(handlers)
  const running = new Map<Promise<void>, AbortController>()
  const pause = startPause()
  let stopped = false

  function begin(job: store.ClaimedJob) {
    const abort = new AbortController()
    const work = runJob({ db, log, abort }, job, handlers[job.kind]).finally(() => {
      running.delete(work)
      pause.end()
    })
    running.set(work, abort)
  }

  async function turn() {
    pause.begin()
    const free = atOnce - running.size
    const jobs = free === 0 ? [] : await store.claim(db, { kinds, most: free, leaseMs }).catch((error) => noteAbsence(log, error))
    jobs.forEach(begin)
    if (jobs.length < free || free === 0) await pause.wait(idleMs)
  }

  const loop = (async () => {
    while (!stopped) await turn()
  })()

  return {
    wake: () => pause.end(),
    async stop() {
      stopped = true
      pause.end()
      await loop
      await finish(running)
    },
  }
}

/** A database that is away is asked again at the next turn. */
function noteAbsence(log: Log, error: unknown): never[] {
  log.warn({ error }, 'Jobs cannot be read; trying on.')
  return []
}

/** Waits for running jobs, then aborts what is left and waits until that has been written down. */
async function finish(running: ReadonlyMap<Promise<void>, AbortController>): Promise<void> {
  await within(stopWaitsMs, Promise.all(running.keys()))
  for (const abort of running.values()) abort.abort(new Error('The program is stopping.'))
  await within(abortWaitsMs, Promise.all(running.keys()))
}

/** Runs one claimed job and writes down how it went; never throws. */
async function runJob(
  { db, log, abort }: { db: Database; log: Log; abort: AbortController },
  job: store.ClaimedJob,
  handle: JobHandler | undefined,
): Promise<void> {
  const about = { jobId: String(job.id), kind: job.kind, tries: job.tries }
  try {
    if (job.deadAt || !handle) return log.error(about, 'A job was given up: every worker that took it ended before it was done.')
    const failure = await attempt(handle, job, abort)
    if (failure === null) return await store.complete(db, job)
    const failed = await store.fail(db, job, failure.message.slice(0, longestError))
    log[failed?.deadAt ? 'error' : 'warn'](
      { ...about, error: failure },
      failed?.deadAt ? 'A job was given up.' : 'A job failed; it is tried again.',
    )
  } catch (error) {
    log.warn({ ...about, error }, 'The end of a job could not be written down; it runs again when its lease is over.')
  }
}

/** The failure, or null when the job is done. A handler that does not listen to its signal is no longer waited for. */
async function attempt(handle: JobHandler, job: store.ClaimedJob, abort: AbortController): Promise<Error | null> {
  const timer = setTimeout(() => abort.abort(new Error(`The job took longer than ${handlerMs / 1000} seconds.`)), handlerMs)
  try {
    const work = handle(job.data, { signal: abort.signal, jobId: String(job.id), siteId: job.siteId })
    await Promise.race([work, rejection(abort.signal)])
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    clearTimeout(timer)
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

/** A pause that can be ended from outside, also before it is waited for: a wake during a look is never lost. */
function startPause() {
  let ended = false
  let resume = () => {}
  return {
    begin() {
      ended = false
    },
    end() {
      ended = true
      resume()
    },
    wait: async (ms: number) => {
      if (ended) return
      await new Promise<void>((over) => {
        const timer = setTimeout(over, ms)
        resume = () => {
          clearTimeout(timer)
          over()
        }
      })
    },
  }
}

/** Waits for `work`, but not longer than `ms`. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([work, new Promise((over) => (timer = setTimeout(over, ms)))])
  clearTimeout(timer)
}
