/** What the migration runner promises, on whatever database: each adapter's test file calls this. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { MigrationFailed, migrate, type SqlSession } from '../../src/platform/migrate.js'
import { keptLog } from './kept-log.js'

/** Writes a folder of migrations: names to their SQL. */
export async function writeMigrations(migrations: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-migrations-'))
  for (const [name, text] of Object.entries(migrations)) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'migration.sql'), text)
  }
  return folder
}

const exists = async (session: SqlSession, name: string) =>
  (await session.query('SELECT to_regclass($1) IS NOT NULL AS found', [name])).rows[0]?.found === true

/** The database that a test begins with, and how it is migrated. */
interface Ground {
  session(): SqlSession
  run(migrations: Record<string, string>, log?: ReturnType<typeof keptLog>['log']): Promise<string[]>
}

/** `emptied` is one session of a database whose public schema holds nothing. */
export function migrateContract(database: string, emptied: () => Promise<SqlSession>): void {
  describe(`migrations on ${database}`, () => {
    const ground = prepare(emptied)
    applying(ground)
    failing(ground)
  })
}

const first = { '1_first': 'CREATE TABLE one (id integer); CREATE TABLE two (id integer);' }
const second = { ...first, '2_second': 'CREATE TABLE three (id integer);' }

function prepare(emptied: () => Promise<SqlSession>): Ground {
  let session: SqlSession
  const folders: string[] = []
  beforeEach(async () => {
    session = await emptied()
  })
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })
  return {
    session: () => session,
    run: async (migrations, log = keptLog().log) => {
      const folder = await writeMigrations(migrations)
      folders.push(folder)
      return migrate(session, folder, log)
    },
  }
}

function applying(on: Ground): void {
  test("the program's own are applied once, with Prisma's checksum", async () => {
    const folder = join('prisma', 'migrations')
    const applied = await migrate(on.session(), folder)
    expect(applied).toContain('20261123000000_first')
    expect(await migrate(on.session(), folder)).toEqual([])
    const { createHash } = await import('node:crypto')
    const { rows } = await on.session().query('SELECT migration_name, checksum, finished_at FROM _prisma_migrations ORDER BY 1')
    expect(rows.map((row) => row.migration_name)).toEqual(applied)
    const text = await readFile(join(folder, String(applied[0]), 'migration.sql'))
    expect(rows[0]).toMatchObject({ checksum: createHash('sha256').update(text).digest('hex'), finished_at: expect.any(Date) })
  })

  test('only what is missing is applied, in the order of the names', async () => {
    expect(await on.run(first)).toEqual(['1_first'])
    expect(await on.run({ '3_third': 'ALTER TABLE three ADD x integer', ...second })).toEqual(['2_second', '3_third'])
  })

  test('a database one release newer is accepted with a warning, whatever the number of its migrations', async () => {
    const index = '-- outside a transaction\n-- release 0.2.0\nCREATE INDEX CONCURRENTLY one_id ON one (id)'
    await on.run({ ...first, '2_second': '-- release 0.2.0\nCREATE TABLE three (id integer)', '3_third': index })
    const { log, lines } = keptLog()
    expect(await on.run(first, log)).toEqual([])
    expect(lines()).toMatchObject([{ level: 'warn', migrations: ['2_second', '3_third'] }])
  })

  test('a database two releases newer, or with a migration that sorts before ours, is refused', async () => {
    await on.run({ ...first, '2_second': '-- release 0.2.0\nSELECT 1', '3_third': '-- release 0.3.0\nSELECT 1' })
    await expect(on.run(first)).rejects.toThrow('too new for this program: it has 2_second, 3_third')
    await expect(on.run({ ...first, '3_third': 'SELECT 1' })).rejects.toThrow('2_second, which this program never had')
  })
}

function failing(on: Ground): void {
  test('one that fails half-way leaves nothing, and the next start tries again', async () => {
    const failing = { ...first, '2_bad': 'CREATE TABLE three (id integer); SELECT 1 / 0;' }
    await expect(on.run(failing)).rejects.toThrow(/2_bad failed, nothing of it remains: division by zero/)
    expect(await exists(on.session(), 'one')).toBe(true)
    expect(await exists(on.session(), 'three')).toBe(false)
    expect(await on.run(second)).toEqual(['2_second'])
  })

  test('one that was changed after it was applied is refused', async () => {
    await on.run(first)
    await expect(on.run({ '1_first': `${first['1_first']} ` })).rejects.toThrow(MigrationFailed)
  })

  test('one marked so runs outside a transaction, and is tried again after it failed', async () => {
    const doubles = { ...first, '2_rows': 'INSERT INTO one VALUES (1), (1)' }
    const unique = '-- outside a transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_id ON one (id)'
    await expect(on.run({ ...doubles, '3_unique': unique })).rejects.toThrow('3_unique failed, it will be tried again')
    await on.session().query('DELETE FROM one')
    expect(await on.run({ ...doubles, '3_unique': unique })).toEqual(['3_unique'])
    const { rows } = await on.session().query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_id'::regclass`)
    expect(rows).toEqual([{ indisvalid: true }])
    expect(await on.run({ ...doubles, '3_unique': unique })).toEqual([])
  })

  test('the lock is let go of, also after a failure', async () => {
    await on.run({ '1_bad': 'SELECT 1 / 0' }).catch(() => {})
    const { rows } = await on.session().query(`SELECT count(*)::integer AS held FROM pg_locks WHERE locktype = 'advisory'`)
    expect(rows).toEqual([{ held: 0 }])
  })
}
