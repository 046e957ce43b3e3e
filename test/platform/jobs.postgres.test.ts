import { afterAll, beforeAll } from '@jest/globals'
import { jobsContract } from './jobs-contract.js'
import { createPostgresDatabase } from './postgres-database.js'

let opened: Awaited<ReturnType<typeof createPostgresDatabase>>

beforeAll(async () => {
  opened = await createPostgresDatabase()
})
afterAll(() => opened.drop())

jobsContract('PostgreSQL', () => opened.db)
