import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import pg from 'pg'
import { type Embedded, maintain, startEmbedded } from '../../src/platform/pglite.js'
import { migratedFolder } from '../support/embedded-template.js'
import { kill, nextMessage, startChild } from './child.js'
import { keptLog } from './kept-log.js'
import { until } from './until.js'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(folder: string): Promise<{ embedded: Embedded; pool: pg.Pool; lines: () => Record<string, unknown>[] }> {
  const { log, lines } = keptLog()
  const embedded = await startEmbedded({ folder, log })
  const pool = new pg.Pool({ ...embedded.connection, max: 1 })
  pool.on('error', () => {}) // an idle connection that a restart cut
  closers.push(embedded.stop, () => pool.end())
  return { embedded, pool, lines }
}

const count = async (pool: pg.Pool, table: string) => Number((await pool.query(`SELECT count(*) FROM ${table}`)).rows[0].count)

describe('the embedded database', () => {
  let folder: string
  beforeEach(async () => {
    folder = await migratedFolder()
  })

  test('starts in a new folder of any length, also where an earlier first start was cut off', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'colloquy-first-'))
    const data = join(parent, 'long'.repeat(40))
    await mkdir(join(data, 'database.new'), { recursive: true })
    await writeFile(join(data, 'database.new', 'PG_VERSION'), '18')
    const { pool, embedded } = await open(data)
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    expect((await stat(embedded.connection.host)).mode & 0o777).toBe(0o700)
    expect((await stat(dirname(embedded.connection.host))).mode & 0o777).toBe(0o700)
    closers.unshift(() => rm(parent, { recursive: true }))
  })

  test('forces every commit to the disk', async () => {
    const { embedded, pool } = await open(folder)
    await pool.query('CREATE TABLE kept (number integer)')
    const before = await embedded.syncs()
    for (let number = 0; number < 20; number++) await pool.query('INSERT INTO kept VALUES ($1)', [number])
    expect((await embedded.syncs()) - before).toBeGreaterThanOrEqual(20)
  })

  test('a new connection finds nothing of the session before', async () => {
    const { pool, embedded } = await open(folder)
    await pool.query({ name: 'named', text: 'SET search_path = elsewhere' })
    await pool.query('BEGIN')
    await pool.query('CREATE TABLE public.undone (number integer)')
    await pool.end()
    closers.pop()
    const next = new pg.Client(embedded.connection)
    await next.connect()
    expect((await next.query('SHOW search_path')).rows).toEqual([{ search_path: 'public' }])
    expect((await next.query({ name: 'named', text: "SELECT to_regclass('undone') AS undone" })).rows).toEqual([{ undone: null }])
    await next.end()
  })

  test('a second connection waits for the first, and large messages arrive whole', async () => {
    const { pool, embedded } = await open(folder)
    await pool.query('CREATE TABLE kept (text text)')
    const large = 'x'.repeat(5_000_000)
    await pool.query('INSERT INTO kept VALUES ($1)', [large])
    for (let round = 0; round < 20; round++) {
      const first = await pool.connect()
      const second = new pg.Client(embedded.connection)
      const connected = second.connect()
      await first.query('BEGIN')
      first.release(true)
      await connected
      expect((await second.query('SELECT length(text) FROM kept')).rows).toEqual([{ length: large.length }])
      await second.end()
    }
    expect((await pool.query('SELECT text FROM kept')).rows[0].text).toBe(large)
  })

  test.each(['SELECT pg_sleep(60)', 'SELECT count(*) FROM generate_series(1, 1000000000) AS number'])(
    'restart ends %s',
    async (runaway) => {
      const { embedded, pool } = await open(folder)
      await pool.query('CREATE TABLE kept (number integer)')
      await pool.query('INSERT INTO kept SELECT generate_series(1, 200)')
      const stuck = pool.query(runaway).then(
        () => 'came to its end',
        () => 'failed',
      )
      await Promise.all([embedded.restart(), embedded.restart()])
      expect(await stuck).toBe('failed')
      expect(await count(pool, 'kept')).toBe(200)
    },
  )

  test('a stop is not held up by a statement that does not end', async () => {
    const { embedded, pool } = await open(folder)
    const stuck = pool.query('SELECT pg_sleep(60)').catch(() => 'failed')
    await embedded.stop()
    expect(await stuck).toBe('failed')
  })

  test('after a fault inside it is logged and opened again as soon as that works, with every acknowledged row', async () => {
    const { pool, lines } = await open(folder)
    const logged = (text: string) => lines().some(({ msg }) => String(msg).includes(text))
    const log = join(folder, 'database', 'pg_wal')
    await pool.query('CREATE TABLE kept (number integer)')
    await rename(log, `${log}.away`)
    await writeFile(log, '')
    let acknowledged = 0
    await until('the fault', async () => {
      const { rowCount } = await pool.query('INSERT INTO kept SELECT generate_series(1, 50000)').catch(() => ({ rowCount: null }))
      acknowledged += rowCount ?? 0
      return rowCount === null
    })
    await until('an attempt to open it again', () => logged('ended by itself') && logged('could not be opened again'))
    await rm(log)
    await rename(`${log}.away`, log)
    await until('an answer', () =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    )
    expect(await count(pool, 'kept')).toBe(acknowledged)
  })

  test('a backup made while it runs opens as a database of its own', async () => {
    const { embedded, pool } = await open(folder)
    await pool.query('CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number')
    const to = join(folder, 'backup')
    await embedded.backup(to)
    await pool.query('DELETE FROM kept')
    await expect(embedded.backup(to)).rejects.toThrow('already holds a database')
    const copy = await open(to)
    expect(await count(copy.pool, 'kept')).toBe(1000)
  })
})

describe('a process that is killed while it writes', () => {
  let writer: ChildProcess
  afterEach(() => kill(writer))

  test('loses no acknowledged row, three times over', async () => {
    const folder = await migratedFolder()
    let acknowledged = 0
    for (let round = 0; round < 3; round++) {
      writer = startChild('writer', folder)
      writer.on('message', () => acknowledged++)
      const target = acknowledged + 100
      await nextMessage(writer)
      await until('enough was written', () => acknowledged >= target)
      await kill(writer)
    }
    const { pool } = await open(folder)
    expect(await count(pool, 'written')).toBeGreaterThanOrEqual(acknowledged)
  })
})

describe('the regular chores', () => {
  afterEach(() => void jest.useRealTimers())

  test('checkpoint every minute and vacuum every hour, never two of a kind at once, until they are stopped', async () => {
    jest.useFakeTimers()
    const ran: string[] = []
    let hang = false
    const run = (sql: string) => {
      ran.push(sql)
      return hang ? new Promise(() => {}) : Promise.resolve()
    }
    const stop = maintain(run, keptLog().log)
    await jest.advanceTimersByTimeAsync(3_600_000)
    expect(ran.filter((sql) => sql === 'CHECKPOINT')).toHaveLength(60)
    expect(ran.filter((sql) => sql === 'VACUUM ANALYZE')).toHaveLength(1)
    hang = true
    await jest.advanceTimersByTimeAsync(600_000)
    expect(ran).toHaveLength(62)
    stop()
    expect(jest.getTimerCount()).toBe(0)
  })

  test('a failing chore is logged and tried again', async () => {
    jest.useFakeTimers()
    const { log, lines } = keptLog()
    const stop = maintain(() => Promise.reject(new Error('the database is away')), log)
    await jest.advanceTimersByTimeAsync(120_000)
    expect(lines().map(({ statement }) => statement)).toEqual(['CHECKPOINT', 'CHECKPOINT'])
    stop()
  })
})
