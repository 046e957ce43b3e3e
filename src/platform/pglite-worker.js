/** The embedded database's thread: PGlite with real fsync, served on a unix socket to one connection at a time. */

import { fsyncSync, writeSync } from 'node:fs'
import { cp, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { serve } from './pglite-server.js'

/**
 * @typedef {{ data: string, socket: string }} Places the database's folder and the socket it is served on
 * @typedef {{ number: number, kind: 'backup', to: string } | { number: number, kind: 'syncs' | 'stop' }} Request
 */

/** @type {Places} */
const places = workerData
let syncs = 0

/**
 * PGlite's file system answers an fsync without doing one, whatever the setting says. This one does, from the first file of a
 * recovery on. After a failed fsync nobody knows what is on the disk: the thread ends, and the next one recovers from the log.
 */
class DurableFS extends NodeFS {
  /** @param {PGlite} db @param {object} options */
  async init(db, options) {
    const { emscriptenOpts } = await super.init(db, options)
    const makeDurable = (module) => {
      module.NODEFS.stream_ops.fsync = (stream) => {
        try {
          fsyncSync(stream.nfd)
        } catch (error) {
          giveUp(`could not write to the disk: ${error}`)
        }
        syncs++
        return 0
      }
    }
    const onAbort = () => giveUp('met a fault that it cannot go on from.')
    return { emscriptenOpts: { ...emscriptenOpts, onAbort, preRun: [...emscriptenOpts.preRun, makeDurable] } }
  }
}

const standardError = 2

/** Ends the thread at once. An exception would not: PGlite swallows those of its inside and hangs. */
function giveUp(what) {
  writeSync(standardError, `The embedded database ${what}\n`)
  process.exit(1)
}

/** Without its `-F`, which turns fsync off. The log is kept small: it decides how long a start after a crash takes. */
const startParams = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['fsync=on', 'wal_sync_method=fsync', 'max_wal_size=64MB', 'min_wal_size=32MB'].flatMap((setting) => ['-c', setting]),
]

const openFolder = (folder) => PGlite.create({ fs: new DurableFS(folder), startParams })

/** A new database appears whole or not at all: a start that was killed half-way begins again. */
async function createDatabase() {
  const unfinished = `${places.data}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  await (await openFolder(unfinished)).close()
  await appear(unfinished, places.data)
}

/** Renames a folder once all that is in it is on the disk. */
async function appear(unfinished, folder) {
  await syncTree(unfinished)
  await rename(unfinished, folder)
  await syncOne(dirname(folder))
}

async function syncTree(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    await (entry.isDirectory() ? syncTree(path) : syncOne(path))
  }
  await syncOne(folder)
}

async function syncOne(path) {
  const handle = await open(path)
  await handle.sync().finally(() => handle.close())
}

/** The files as they are between two messages: with the log among them, they open like those of a database that was cut off. */
async function backUp(db, to) {
  const unfinished = `${to}.new`
  await rm(unfinished, { recursive: true, force: true })
  await db.runExclusive(() => cp(places.data, unfinished, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') }))
  await appear(unfinished, to)
}

const isThere = (path) =>
  stat(path).then(
    () => true,
    () => false,
  )

if (!(await isThere(places.data))) await createDatabase()
const db = await openFolder(places.data)
await db.exec('CHECKPOINT')
// It hangs on PGlite's inner workings: better no start than rows that a power cut takes back.
if (syncs === 0) throw new Error('This version of PGlite cannot be made to write through to the disk.')
await rm(places.socket, { force: true })
const stopServing = await serve(db, places.socket)

/** @type {Record<Request['kind'], (request: any) => Promise<unknown>>} */
const answers = {
  backup: ({ to }) => backUp(db, to),
  syncs: async () => syncs,
  stop: async () => {
    await stopServing()
    await db.close()
  },
}

parentPort.on('message', async (/** @type {Request} */ request) => {
  try {
    parentPort.postMessage({ number: request.number, value: await answers[request.kind](request) })
  } catch (error) {
    parentPort.postMessage({ number: request.number, error: String(error) })
  }
  if (request.kind === 'stop') process.exit(0)
})
parentPort.postMessage({ number: 0 })
