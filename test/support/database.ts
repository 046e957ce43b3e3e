/** A migrated database of a test file's own: embedded, or on the server that TEST_DATABASE_URL names. */
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../src/platform/migrate.js'
import { migratedFolder } from './embedded-template.js'

export interface TestDatabase {
  /** The variables that lead a program to it. */
  env: Record<string, string>
  remove(): Promise<void>
}

const migrations = join('prisma', 'migrations')

/** Whether these tests run on a PostgreSQL server. */
export const onServer = process.env['TEST_DATABASE_URL'] !== undefined

export function testDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL']
  return server ? onItsOwn(server) : inAFolder()
}

async function inAFolder(): Promise<TestDatabase> {
  const folder = await migratedFolder()
  return { env: { DATA_DIR: folder }, remove: () => rm(folder, { recursive: true, force: true }) }
}

async function onItsOwn(server: string): Promise<TestDatabase> {
  const template = await makeTemplate(server)
  const name = `colloquy_test_${randomUUID().replaceAll('-', '')}`
  await asOwner(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  return {
    env: { DATABASE_URL: at(server, name), COLLOQUY_SECRET: 'a secret of tests, which is long enough' },
    remove: () => asOwner(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  }
}

/** One template for each state of the migrations; several workers may make it at once. */
async function makeTemplate(server: string): Promise<string> {
  const hash = createHash('sha256')
  for (const folder of readdirSync(migrations, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    hash.update(readFileSync(join(migrations, folder.name, 'migration.sql')))
  }
  const name = `colloquy_template_${hash.digest('hex').slice(0, 16)}`
  await asOwner(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(4011)')
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (rowCount) return
    await client.query(`CREATE DATABASE ${name}_new`)
    const inside = new pg.Client({ connectionString: at(server, `${name}_new`) })
    await inside.connect()
    await migrate(inside, migrations)
    await inside.end()
    await client.query(`ALTER DATABASE ${name}_new RENAME TO ${name}`)
  })
  return name
}

async function asOwner(server: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

function at(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
