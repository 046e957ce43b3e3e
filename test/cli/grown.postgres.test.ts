/** The program and its command line on a PostgreSQL server. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type TestDatabase, testDatabase } from '../support/database.js'
import { addressOf, cleanUp, colloquy, emptyFolder, startServer, stop } from './process.js'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(async () => {
  await cleanUp()
  await database.remove()
})

test('commands open the database beside a running server, and a site is there for it at once', async () => {
  const env = { ...database.env, DATA_DIR: await emptyFolder() }
  const server = startServer({ ...env, COLLOQUY_DEMO: 'on' })
  const url = await addressOf(server)
  expect(server.out).not.toContain('eyJ')
  const create = ['site', 'create', 'news', '--name', 'The News', '--origin', 'https://news.example']
  expect(await colloquy(create, env)).toMatchObject({ code: 0, err: '' })
  expect(await colloquy(['site', 'list'], env)).toEqual({ code: 0, out: 'news  The News  https://news.example\n', err: '' })
  const body = JSON.stringify({ query: '{ site { name } }' })
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect(await answer.json()).toEqual({ data: { site: { name: 'The News' } } })
  expect(await colloquy(['backup', 'somewhere'], env)).toMatchObject({ code: 1, err: expect.stringContaining('pg_dump') })
  expect((await stop(server)).code).toBe(0)
})

test('a server without Redis or a given secret says what that costs', async () => {
  const server = startServer({ ...database.env, COLLOQUY_SECRET: '', DATA_DIR: await emptyFolder() })
  await addressOf(server)
  const { code, out } = await stop(server)
  expect(code).toBe(0)
  expect(out).toMatch(/"level":"warn".*REDIS_URL is not set/)
  expect(out).toMatch(/"level":"warn".*COLLOQUY_SECRET is not set/)
})

test('a database that is not there is named, and its password is not', async () => {
  const url = new URL(database.env.DATABASE_URL ?? '')
  url.pathname = '/colloquy_nowhere'
  url.password = 'hush'
  const { code, err } = await startServer({ DATABASE_URL: url.href, DATA_DIR: await emptyFolder() }).ended
  expect({ code, err }).toEqual({
    code: 1,
    err: `The database colloquy_nowhere at ${url.hostname}:${url.port || 5432} cannot be used: it has no database of this name. Create it, or check DATABASE_URL.\n`,
  })
})
