/** Brings a database to this program's schema: applies prisma/migrations as `prisma migrate deploy` would, without its engine. */
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './log.js'

/** One session of the database, such as a pg.Client; not a pool, whose statements may go to different sessions. */
export interface SqlSession {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/** The schema cannot be brought to what this program needs; the message says why and what the operator can do. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed'
}

/**
 * Applies what is missing of the migrations in `folder` and returns their names. Of several at once one applies and the others wait.
 * A migration is applied whole or not at all, except one whose first line is `-- outside a transaction`: that one holds a single
 * statement (CREATE INDEX CONCURRENTLY), which is tried again after it failed. Throws MigrationFailed.
 */
export async function migrate(session: SqlSession, folder: string, log?: Pick<Log, 'warn'>): Promise<string[]> {
  const migrations = await readMigrations(folder)
  await lock(session)
  try {
    await session.query(createTable)
    const applied = await readApplied(session)
    refuseStrangers(migrations, applied, log)
    const missing = migrations.filter((migration) => !isApplied(migration, applied.get(migration.name)))
    for (const migration of missing) await apply(session, migration, applied.has(migration.name))
    return missing.map(({ name }) => name)
  } finally {
    await session.query(`SELECT pg_advisory_unlock(${lockNumber})`).catch(() => {}) // a broken session has let go of it already
  }
}

/** The lock that Prisma's own engine takes, so that the two exclude each other. */
const lockNumber = 72_707_369

/** As long as the longest migration of another process may take. */
const lockMs = 600_000
const lockRetryMs = 100

/** Prisma's own table, so that its tools read and continue what is done here. Its `logs` carry the release of a migration that is whole. */
const createTable = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`

const outsideMark = /^-- outside a transaction\r?\n/

/** A line of the file that names the release to which the migration belongs, `-- release 0.2.0`; without it, it is a release of its own. */
const releaseMark = /^-- release (\S+)\r?$/m

interface Migration {
  name: string
  sql: string
  checksum: string
  release: string
  outside: boolean
}

interface Applied {
  checksum: string
  release: string
  finished: boolean
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      const checksum = createHash('sha256').update(sql).digest('hex')
      return { name, sql, checksum, release: releaseMark.exec(sql)?.[1] ?? name, outside: outsideMark.test(sql) }
    }),
  )
}

/** Asks again and again: a session that waited in the database would hold a snapshot, and CREATE INDEX CONCURRENTLY waits for those. */
async function lock(session: SqlSession): Promise<void> {
  for (const began = performance.now(); performance.now() - began < lockMs; await delay(lockRetryMs)) {
    const { rows } = await session.query(`SELECT pg_try_advisory_lock(${lockNumber}) AS locked`)
    if (rows[0]?.locked) return
  }
  throw new MigrationFailed(
    `Another process has been migrating this database for ${lockMs / 60_000} minutes. See what it waits for, then start again.`,
  )
}

async function readApplied(session: SqlSession): Promise<Map<string, Applied>> {
  const { rows } = await session.query(
    `SELECT migration_name AS name, checksum, coalesce(logs, migration_name) AS release, finished_at IS NOT NULL AS finished
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  )
  return new Map(
    rows.map((row) => [
      String(row.name),
      { checksum: String(row.checksum), release: String(row.release), finished: row.finished === true },
    ]),
  )
}

/** Releases stand side by side while they are rolled out: a program bears a database one release newer, whose changes only add. */
function refuseStrangers(migrations: Migration[], applied: Map<string, Applied>, log?: Pick<Log, 'warn'>): void {
  const ours = new Set(migrations.map(({ name }) => name))
  const newest = migrations.at(-1)?.name ?? ''
  const unknown = [...applied.keys()].filter((name) => !ours.has(name)).sort()
  const [first] = unknown
  if (first === undefined) return
  if (first < newest)
    throw new MigrationFailed(`The database has the migration ${first}, which this program never had. Is it another program's database?`)
  if (new Set(unknown.map((name) => applied.get(name)?.release)).size > 1) {
    throw new MigrationFailed(
      `The database is too new for this program: it has ${unknown.join(', ')}. Start a newer release, or restore a backup.`,
    )
  }
  log?.warn({ migrations: unknown }, 'The database is one release newer than this program.')
}

function isApplied(migration: Migration, applied: Applied | undefined): boolean {
  if (!applied) return false
  if (!applied.finished && migration.outside) return false
  if (!applied.finished) {
    throw new MigrationFailed(`Prisma began the migration ${migration.name} and did not finish it. See "prisma migrate resolve".`)
  }
  if (applied.checksum !== migration.checksum) {
    throw new MigrationFailed(
      `The migration ${migration.name} is not the one that was applied to this database. Write a new migration instead of changing it.`,
    )
  }
  return true
}

async function apply(session: SqlSession, migration: Migration, again: boolean): Promise<void> {
  try {
    if (migration.outside) await applyOutside(session, migration, again)
    else await applyInside(session, migration)
  } catch (error) {
    const left = migration.outside ? 'it will be tried again at the next start' : 'nothing of it remains'
    throw new MigrationFailed(`The migration ${migration.name} failed, ${left}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

/** A migration may take long, but not make everybody wait behind its wait for a table. */
const limits = `SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s'`

async function applyInside(session: SqlSession, migration: Migration): Promise<void> {
  const { name, sql, checksum } = migration
  await session.query('BEGIN')
  try {
    await session.query(limits)
    await session.query(sql)
    await record(session, name, checksum)
    await finish(session, migration)
    await session.query('COMMIT')
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {}) // a broken session has rolled back already
    throw error
  }
}

async function applyOutside(session: SqlSession, migration: Migration, again: boolean): Promise<void> {
  const { name, sql, checksum } = migration
  if (again) await dropInvalidIndexes(session, sql)
  else await record(session, name, checksum)
  await session.query('SET statement_timeout = 0')
  try {
    await session.query(sql)
  } finally {
    await session.query('RESET statement_timeout').catch(() => {})
  }
  await finish(session, migration)
}

async function record(session: SqlSession, name: string, checksum: string): Promise<void> {
  await session.query('INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES ($1, $2, $3)', [randomUUID(), checksum, name])
}

async function finish(session: SqlSession, { name, checksum, release }: Migration): Promise<void> {
  await session.query(
    `UPDATE "_prisma_migrations" SET checksum = $2, logs = $3, finished_at = clock_timestamp(), applied_steps_count = 1
     WHERE migration_name = $1 AND rolled_back_at IS NULL`,
    [name, checksum, release],
  )
}

/** An index whose building failed stays, is of no use, and makes IF NOT EXISTS pass it over. */
async function dropInvalidIndexes(session: SqlSession, sql: string): Promise<void> {
  const { rows } = await session.query(
    `SELECT relname AS name, quote_ident(relname) AS quoted FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace`,
  )
  for (const { name, quoted } of rows) if (sql.includes(String(name))) await session.query(`DROP INDEX ${quoted}`)
}
