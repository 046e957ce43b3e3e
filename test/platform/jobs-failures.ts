/** What jobs must do when they or their workers fail. */
import { expect } from '@jest/globals'
import { sql } from '../../src/platform/client.js'
import type { Database } from '../../src/platform/database.js'
import * as store from '../../src/platform/job.store.js'
import { enqueue } from '../../src/platform/jobs.js'
import type { JobRule } from './job-tools.js'
import { until } from './until.js'

/** The part of the contract that is about failures. */
export const failureRules: readonly JobRule[] = [
  [
    'a failed job is put off longer each time and tried again',
    async ({ work, db, rows }) => {
      let calls = 0
      work({
        shaky: async () => {
          if (++calls < 3) throw new Error(`failure ${calls}`)
        },
      })
      await enqueue(db, { kind: 'shaky', data: null })
      for (const [tries, least, most] of [
        [1, 1.5, 2.5],
        [2, 3, 5],
      ] as const) {
        await until('the failure is written down', async () => (await rows())[0]?.error === `failure ${tries}`)
        const [row] = await rows()
        expect(row).toMatchObject({ tries, deadAt: null, lockedUntil: null })
        expect(row?.inSeconds).toBeGreaterThan(least - 1)
        expect(row?.inSeconds).toBeLessThan(most)
        await sql(db)`UPDATE "job" SET "runAt" = now()`
      }
      await until('the job is gone', async () => (await rows()).length === 0)
      expect(calls).toBe(3)
    },
  ],

  [
    'a job is dead after its eighth failure, and kept with its error',
    async ({ work, db, rows }) => {
      let calls = 0
      work({ hopeless: () => Promise.reject(new Error(`failure ${++calls}`)) })
      await enqueue(db, { kind: 'hopeless', data: null, key: 'k' })
      await until('it is dead', async () => {
        await sql(db)`UPDATE "job" SET "runAt" = now() WHERE "deadAt" IS NULL`
        return (await rows())[0]?.deadAt instanceof Date
      })
      expect(await rows()).toEqual([expect.objectContaining({ tries: 8, error: 'failure 8', lockedUntil: null })])
      expect(calls).toBe(8)
      expect(await enqueue(db, { kind: 'hopeless', data: null, key: 'k' })).toBe(true)
    },
  ],

  [
    'a failure waits at most an hour',
    async ({ work, db, rows }) => {
      await enqueue(db, { kind: 'old', data: null })
      await sql(db)`UPDATE "job" SET "tries" = 29, "maxTries" = 40`
      work({ old: () => Promise.reject(new Error('again')) })
      await until('the failure is written down', async () => (await rows())[0]?.error === 'again')
      expect((await rows())[0]?.inSeconds).toBeLessThanOrEqual(3600 * 1.2)
    },
  ],

  [
    'a job whose worker died is left alone during the lease and taken afterwards',
    async ({ work, db, rows }) => {
      const done: unknown[] = []
      await enqueue(db, { kind: 'orphan', data: 'x' })
      const [taken] = await store.claim(db, { kinds: ['orphan'], most: 10, leaseMs: 60_000 })
      work({ orphan: async (data) => void done.push(data), marker: async (data) => void done.push(data) })
      await enqueue(db, { kind: 'marker', data: 'marker' })
      await until('the worker has looked', () => done.includes('marker'))
      expect(taken).toMatchObject({ kind: 'orphan', tries: 1 })
      expect(done).toEqual(['marker'])

      await leaseEnds(db)
      await until('the job is gone', async () => (await rows()).length === 0)
      expect(done).toEqual(['marker', 'x'])
    },
  ],

  [
    'a late worker can neither finish nor fail a job that another has taken',
    async ({ db, rows }) => {
      await enqueue(db, { kind: 'twice', data: null })
      const claim = () => store.claim(db, { kinds: ['twice'], most: 1, leaseMs: 60_000 })
      const [late] = await claim()
      await leaseEnds(db)
      const [other] = await claim()
      if (!late || !other) throw new Error('Both should have got the job.')

      await store.complete(db, late)
      expect(await store.fail(db, late, 'late')).toBeNull()
      expect(await rows()).toEqual([expect.objectContaining({ tries: 2, error: null })])
      await store.complete(db, other)
      expect(await rows()).toEqual([])
    },
  ],

  [
    'a job that ends every worker is given up after eight',
    async ({ work, db, rows }) => {
      let called = false
      await enqueue(db, { kind: 'poison', data: null })
      for (let i = 0; i < 8; i++) {
        expect(await store.claim(db, { kinds: ['poison'], most: 1, leaseMs: 60_000 })).toHaveLength(1)
        await leaseEnds(db)
      }
      work({
        poison: async () => {
          called = true
        },
      })
      await until('it is dead', async () => (await rows())[0]?.deadAt instanceof Date)
      expect((await rows())[0]?.error).toContain('ended before it was done')
      expect(called).toBe(false)
    },
  ],
]

function leaseEnds(db: Database): Promise<unknown> {
  return sql(db)`UPDATE "job" SET "lockedUntil" = now() - interval '1 second'`
}
