/** A database of a benchmark's own on a PostgreSQL server, migrated and dropped afterwards. */
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../src/platform/migrate.js'

const server = process.env['BENCH_DATABASE_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres'

/** Gives `work` a fresh database's URL and a client on it. */
export async function withDatabase<T>(work: (url: string, client: pg.Client) => Promise<T>): Promise<T> {
  const name = `colloquy_bench_${randomUUID().slice(0, 8)}`
  const url = new URL(server)
  url.pathname = `/${name}`
  await onServer(`CREATE DATABASE ${name}`)
  const client = new pg.Client({ connectionString: url.href })
  try {
    await client.connect()
    await migrate(client, 'prisma/migrations')
    return await work(url.href, client)
  } finally {
    await client.end()
    await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
