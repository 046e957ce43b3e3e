/** The embedded database: PostgreSQL as WebAssembly in a thread of its own, reached through a unix socket like a server. */
import { rm, rmdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './log.js'
import { type DatabaseThread, startThread } from './pglite-thread.js'
import { makePrivateFolder } from './private-folder.js'
import { privateFolder } from './socket-path.js'

/** A running embedded database. */
export interface Embedded {
  /** For a pg.Pool with `max: 1`: there is one session, so a second connection waits until the first has closed. */
  connection: { host: string; port: number; user: string; database: string }
  /** Ends whatever the database is doing and opens it again, in about a second. Statements under way fail; calls meanwhile share it. */
  restart(): Promise<void>
  /** Copies the database, while it runs, into the data folder `to`, which must not hold one yet. Statements wait meanwhile. */
  backup(to: string): Promise<void>
  /** How often data were forced to the disk since it was opened: once for each commit, and more. */
  syncs(): Promise<number>
  stop(): Promise<void>
}

/** libpq's name for a socket is made of its port; nothing listens on this port. */
const port = 5432

/** A stop that takes longer has met a statement that does not end. */
const stopMs = 5000

/** Waits between attempts to open a database that failed to open, in milliseconds: twice as long each time, up to the last. */
const firstRetryMs = 500
const longestRetryMs = 30_000

/**
 * Opens the database in `<folder>/database`, which takes three to four seconds the first time and less than one after that.
 * The caller must hold the folder's lock. A thread that ends by itself is logged and opened again.
 */
export async function startEmbedded({ folder, log }: { folder: string; log: Log }): Promise<Embedded> {
  const host = privateFolder(folder)
  const places = { data: databaseFolder(folder), socket: join(host, `.s.PGSQL.${port}`) }
  await makePrivateFolder(folder)
  const running = await keepRunning(() => {
    privateFolder(folder) // made again if something tidied it away
    return startThread(places)
  }, log)
  return {
    connection: { host, port, user: 'postgres', database: 'postgres' },
    restart: running.restart,
    backup: async (to) => {
      const copy = databaseFolder(to)
      if (await isThere(copy)) throw new Error(`${resolve(to)} already holds a database. Name an empty folder for the backup.`)
      await makePrivateFolder(to)
      await running.thread().ask({ kind: 'backup', to: copy })
    },
    syncs: async () => Number(await running.thread().ask({ kind: 'syncs' })),
    stop: async () => {
      await running.stop()
      await rm(places.socket, { force: true })
      await rmdir(host).catch(() => {})
    },
  }
}

/** PGlite never does these by itself: without them its log and tables grow for ever, and a start after a crash takes minutes. */
const chores = [
  { statement: 'CHECKPOINT', everyMs: 60_000 },
  { statement: 'VACUUM ANALYZE', everyMs: 3_600_000 },
]

/** Starts the regular chores, each a statement of its own outside a transaction, through `run`; failures are logged. Returns their stop. */
export function maintain(run: (sql: string) => Promise<unknown>, log: Log): () => void {
  const timers = chores.map(({ statement, everyMs }) => {
    let busy = false
    const chore = async () => {
      if (busy) return
      busy = true
      await run(statement).catch((error: unknown) => log.error({ error, statement }, 'A regular chore of the embedded database failed.'))
      busy = false
    }
    return setInterval(() => void chore(), everyMs).unref()
  })
  return () => timers.forEach(clearInterval)
}

const databaseFolder = (folder: string) => join(resolve(folder), 'database')

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

interface Running {
  thread: () => DatabaseThread
  restart: () => Promise<void>
  stop: () => Promise<void>
}

/** One thread after another: a new one where the last ended by itself or was ended because it was stuck. */
async function keepRunning(start: () => Promise<DatabaseThread>, log: Log): Promise<Running> {
  const life = { thread: await start(), retryMs: firstRetryMs, stopped: false, restarting: undefined as Promise<void> | undefined }

  const restart = (): Promise<void> => {
    life.restarting ??= reopen().finally(() => {
      life.restarting = undefined
    })
    return life.restarting
  }
  const restartLogged = () => void restart().catch(() => {})

  async function reopen(): Promise<void> {
    await life.thread.end()
    if (life.stopped) return
    try {
      life.thread = await start()
      life.retryMs = firstRetryMs
      watch(life.thread)
    } catch (error) {
      log.error({ error, retryMs: life.retryMs }, 'The embedded database could not be opened again; this is tried further.')
      setTimeout(restartLogged, life.retryMs).unref()
      life.retryMs = Math.min(life.retryMs * 2, longestRetryMs)
      throw error
    }
  }

  function watch(watched: DatabaseThread): void {
    void watched.ended.then((reason) => {
      if (life.stopped || life.restarting || watched !== life.thread) return
      log.error({ reason }, 'The embedded database ended by itself and is opened again.')
      restartLogged()
    })
  }

  watch(life.thread)
  return { thread: () => life.thread, restart, stop: () => stopLife(life) }
}

async function stopLife(life: { thread: DatabaseThread; stopped: boolean; restarting: Promise<void> | undefined }): Promise<void> {
  life.stopped = true
  await life.restarting?.catch(() => {})
  const { thread } = life
  await Promise.race([thread.ask({ kind: 'stop' }).catch(() => {}), thread.ended, delay(stopMs, undefined, { ref: false })])
  await thread.end()
}
