/** What jobs must do on every database. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { runTransaction, sql } from '../../src/platform/client.js'
import type { Database } from '../../src/platform/database.js'
import { enqueue, type JobHandler, type Jobs, startJobs } from '../../src/platform/jobs.js'
import { type JobRule, jobRows } from './job-tools.js'
import { failureRules } from './jobs-failures.js'
import { keptLog } from './kept-log.js'
import { until } from './until.js'

/** Holds jobs to their contract on the database that `database` gives once the tests have begun. */
export function jobsContract(name: string, database: () => Database): void {
  const started: Jobs[] = []

  afterEach(async () => {
    for (const jobs of started.splice(0)) await jobs.stop()
    await sql(database())`DELETE FROM "job"`
  })

  describe(`Jobs on ${name}:`, () => {
    test.each(rules)('%s', async (_, holds) => {
      const db = database()
      const keep = (jobs: Jobs) => {
        started.push(jobs)
        return jobs
      }
      await holds({ db, keep, work: (handlers) => keep(startJobs({ db, handlers, log, idleMs: 20 })), rows: () => jobRows(db) })
    })
  })
}

const { log } = keptLog()

const site = '0198a000-0000-7000-8000-000000000001'

const rules: readonly JobRule[] = [
  [
    'a job is done once, with its data, and leaves nothing behind',
    async ({ work, db, rows }) => {
      const done: unknown[] = []
      const handler: JobHandler = async (data, { jobId, siteId }) => void done.push({ data, jobId, siteId })
      work({ greet: handler })
      work({ greet: handler })
      expect(await enqueue(db, { kind: 'greet', data: { to: ['a', 1] }, siteId: site })).toBe(true)
      await until('the job is gone', async () => (await rows()).length === 0)
      expect(done).toEqual([{ data: { to: ['a', 1] }, jobId: expect.stringMatching(/^\d+$/), siteId: site }])
    },
  ],

  [
    'many jobs are each done once by several workers',
    async ({ work, db, rows }) => {
      const done: unknown[] = []
      for (let i = 0; i < 60; i++) await enqueue(db, { kind: 'many', data: i })
      for (let i = 0; i < 3; i++) work({ many: async (data) => void done.push(data) })
      await until('the jobs are gone', async () => (await rows()).length === 0)
      expect(done.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i))
    },
  ],

  [
    'a job of a transaction that was rolled back never was',
    async ({ db, rows }) => {
      const failing = runTransaction(db, async (tx) => {
        await enqueue(tx, { kind: 'never', data: null })
        throw new Error('rolled back')
      })
      await expect(failing).rejects.toThrow('rolled back')
      expect(await rows()).toEqual([])
    },
  ],

  [
    'a job waits for its time',
    async ({ work, db, rows }) => {
      const done: unknown[] = []
      await enqueue(db, { kind: 'timed', data: 'later', runAt: new Date(Date.now() + 3_600_000) })
      await enqueue(db, { kind: 'timed', data: 'now', runAt: new Date(Date.now() - 1000) })
      work({ timed: async (data) => void done.push(data) })
      await until('the due job is gone', async () => (await rows()).length === 1)
      expect(done).toEqual(['now'])
    },
  ],

  [
    'a kind without a handler stays for a worker that has one',
    async ({ work, db, rows }) => {
      const done: unknown[] = []
      work({ known: async (data) => void done.push(data) })
      await enqueue(db, { kind: 'foreign', data: 1 })
      await enqueue(db, { kind: 'known', data: 2 })
      await until('the known job is done', async () => done.length === 1 && (await rows()).length === 1)
      expect(await rows()).toEqual([expect.objectContaining({ kind: 'foreign', tries: 0 })])
    },
  ],

  [
    'one job of a kind and key waits, and other kinds and keys do not meet it',
    async ({ db, rows }) => {
      const add = (kind: string, key?: string) => enqueue(db, { kind, data: null, ...(key ? { key } : {}) })
      expect(await add('a', 'k')).toBe(true)
      expect(await add('a', 'k')).toBe(false)
      expect([await add('b', 'k'), await add('a', 'l'), await add('a'), await add('a')]).toEqual([true, true, true, true])
      expect(await rows()).toHaveLength(5)
    },
  ],

  [
    'a job that is asked for again while it runs is run once more, with the newer data',
    async ({ work, db, rows }) => {
      const seen: unknown[] = []
      const jobs = work({
        fold: async (data) => {
          seen.push(data)
          if (seen.length === 1) expect(await enqueue(db, { kind: 'fold', data: 'newer', key: 'k' })).toBe(true)
        },
      })
      await enqueue(db, { kind: 'fold', data: 'older', key: 'k' })
      jobs.wake()
      await until('the job is gone', async () => (await rows()).length === 0)
      expect(seen).toEqual(['older', 'newer'])
    },
  ],

  [
    'a woken worker does not wait for its turn',
    async ({ db, keep }) => {
      let done = false
      const jobs = startJobs({
        db: db,
        log,
        idleMs: 3_600_000,
        handlers: {
          soon: async () => {
            done = true
          },
        },
      })
      keep(jobs)
      await enqueue(db, { kind: 'soon', data: null })
      jobs.wake()
      await until('the job is done', () => done)
      expect(done).toBe(true)
    },
  ],

  [
    'stopping waits for what runs, and takes nothing more',
    async ({ work, db, rows }) => {
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      let begun = false
      const jobs = work({
        slow: async () => {
          begun = true
          await held
        },
      })
      await enqueue(db, { kind: 'slow', data: null })
      await until('it runs', () => begun)
      const stopping = jobs.stop()
      await enqueue(db, { kind: 'slow', data: 'left' })
      release()
      await stopping
      expect(await rows()).toEqual([expect.objectContaining({ data: 'left', tries: 0 })])
    },
  ],

  [
    'a job that does not end is told to when the worker stops, and is tried again later',
    async ({ work, db, rows }) => {
      let begun = false
      let told: unknown
      const jobs = work({
        endless: (_, { signal }) => {
          begun = true
          return new Promise(() => signal.addEventListener('abort', () => (told = signal.reason)))
        },
      })
      await enqueue(db, { kind: 'endless', data: null })
      await until('it runs', () => begun)
      await jobs.stop()
      expect(told).toMatchObject({ message: 'The program is stopping.' })
      expect(await rows()).toEqual([expect.objectContaining({ tries: 1, lockedUntil: null, error: 'The program is stopping.' })])
    },
  ],
  ...failureRules,
]
