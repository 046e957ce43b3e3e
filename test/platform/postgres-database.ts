/** A PostgreSQL database of a test's own, made from the migrations and dropped afterwards. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { openDatabase } from '../../src/platform/client.js'
import type { Database } from '../../src/platform/database.js'

const server = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'

/** The database and how to drop it. */
export async function createPostgresDatabase(): Promise<{ db: Database; drop: () => Promise<void> }> {
  const name = `colloquy_test_${randomBytes(6).toString('hex')}`
  await once(server, `CREATE DATABASE "${name}"`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const folder = join('prisma', 'migrations')
  const migrations = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  for (const migration of migrations.sort()) await once(url.href, await readFile(join(folder, migration, 'migration.sql'), 'utf8'))
  const { db, close } = openDatabase({ connection: { connectionString: url.href }, pools: { readers: 3, writers: 3 }, ring: () => {} })
  return {
    db,
    drop: async () => {
      await close()
      await once(server, `DROP DATABASE "${name}" WITH (FORCE)`)
    },
  }
}

async function once(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
