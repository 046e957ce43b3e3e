import { afterAll, beforeAll } from '@jest/globals'
import pg from 'pg'
import { type Embedded, startEmbedded } from '../../src/platform/pglite.js'
import { migratedFolder } from '../support/embedded-template.js'
import { keptLog } from './kept-log.js'
import { migrateContract } from './migrate-contract.js'

let embedded: Embedded
let client: pg.Client

beforeAll(async () => {
  embedded = await startEmbedded({ folder: await migratedFolder(), log: keptLog().log })
  client = new pg.Client(embedded.connection)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await embedded.stop()
})

migrateContract('the embedded database', async () => {
  await client.query('DROP SCHEMA public CASCADE')
  await client.query('CREATE SCHEMA public')
  return client
})
