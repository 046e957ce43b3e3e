/** Data folders with an embedded database that is already migrated: made once for each state of the migrations, then copied. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../src/platform/migrate.js'
import { startEmbedded } from '../../src/platform/pglite.js'

const migrations = join('prisma', 'migrations')
const store = join(tmpdir(), 'colloquy-test-folders')

/** Copies and templates this old belong to runs that are over. */
const oldMs = 2 * 3_600_000

/** A data folder of the caller's own, with a migrated and otherwise empty database; it need not be removed. */
export async function migratedFolder(): Promise<string> {
  await mkdir(store, { recursive: true, mode: 0o700 })
  const template = join(store, `template-${await contentHash()}`)
  if (!(await isThere(template))) await makeTemplate(template)
  const copy = await mkdtemp(join(store, 'copy-'))
  await cp(template, copy, { recursive: true, mode: constants.COPYFILE_FICLONE })
  return copy
}

async function contentHash(): Promise<string> {
  const names = (await readdir(migrations, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const files = [
    ...names.sort().map((name) => join(migrations, name, 'migration.sql')),
    join('node_modules', '@electric-sql', 'pglite', 'package.json'),
    join('src', 'platform', 'pglite-worker.js'),
  ]
  const hash = createHash('sha256')
  for (const file of files) hash.update(file).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

/** Several workers may make it at once: each in a folder of its own, and the first that is ready gives it the name. */
async function makeTemplate(template: string): Promise<void> {
  await removeOld()
  const unfinished = await mkdtemp(join(store, 'unfinished-'))
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const embedded = await startEmbedded({ folder: unfinished, log: quiet })
  const client = new pg.Client(embedded.connection)
  await client.connect()
  await migrate(client, migrations)
  await client.query('CHECKPOINT')
  await client.end()
  await embedded.stop()
  try {
    await rename(unfinished, template)
  } catch (error) {
    await rm(unfinished, { recursive: true })
    if (!(await isThere(template))) throw error
  }
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(store)) {
    const path = join(store, name)
    const made = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now()
    if (Date.now() - made > oldMs) await rm(path, { recursive: true, force: true })
  }
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
