import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { migrate } from '../../src/platform/migrate.js'
import { migrateContract, writeMigrations } from './migrate-contract.js'

const server = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
const name = `colloquy_test_${randomBytes(6).toString('hex')}`
const url = new URL(server)
url.pathname = `/${name}`

let clients: pg.Client[] = []

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
}

async function administer(statement: string): Promise<void> {
  const client = await connect(server)
  await client.query(statement)
  await client.end()
}

beforeAll(async () => {
  await administer(`CREATE DATABASE ${name}`)
  clients = await Promise.all(Array.from({ length: 5 }, () => connect(url.href)))
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()))
  await administer(`DROP DATABASE ${name} WITH (FORCE)`)
})

async function emptied(): Promise<pg.Client> {
  const [client] = clients
  if (!client) throw new Error('unreachable')
  await client.query('DROP SCHEMA public CASCADE')
  await client.query('CREATE SCHEMA public')
  return client
}

migrateContract('PostgreSQL', emptied)

describe('five programs that start at once on PostgreSQL', () => {
  let folder: string
  beforeEach(emptied)

  test.each(['CREATE INDEX one_id ON one (id)', '-- outside a transaction\nCREATE INDEX CONCURRENTLY one_id ON one (id)'])(
    'apply each migration once: %s',
    async (index) => {
      folder = await writeMigrations({ '1_first': 'CREATE TABLE one (id integer)', '2_index': index })
      const applied = await Promise.all(clients.map((client) => migrate(client, folder)))
      expect(applied.flat().sort()).toEqual(['1_first', '2_index'])
      await rm(folder, { recursive: true })
    },
  )
})
