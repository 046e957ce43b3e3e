/** What limits must do wherever they are counted. */
import { describe, expect, test } from '@jest/globals'
import type { Limit, RateLimits } from '../../src/platform/rate-limit.js'
import { until } from './until.js'

/** Holds limits to their contract; `open` gives limits that work already. */
export function rateLimitContract(name: string, open: () => Promise<RateLimits>): void {
  describe(`Limits ${name}`, () => {
    test.each(rules)('%s', async (_, holds) => {
      const limits = await open()
      await holds(limits).finally(() => limits.stop())
    })
  })
}

let made = 0

/** A limit that no other test has used. */
export function limitOf(rule: { points: number; perMs: number }): Limit {
  return { name: `test-${process.pid}-${performance.now()}-${made++}`, ...rule }
}

/** How many of `count` tries, one after the other, pass. */
export async function passes(count: number, take: () => Promise<{ ok: boolean }>): Promise<number> {
  let passed = 0
  for (let i = 0; i < count; i++) if ((await take()).ok) passed++
  return passed
}

function retryOf(taken: Awaited<ReturnType<RateLimits['take']>>): number {
  if (taken.ok) throw new Error('It should have been refused.')
  return taken.retryAfterMs
}

type Rule = [string, (limits: RateLimits) => Promise<void>]

const rules: readonly Rule[] = [
  [
    'let as many pass as they say, each on his own, and say when to come back',
    async ({ take }) => {
      const limit = limitOf({ points: 3, perMs: 60_000 })
      expect(await passes(3, () => take(limit, 'alice'))).toBe(3)
      const refused = await take(limit, 'alice')
      expect(refused).toEqual({ ok: false, retryAfterMs: expect.any(Number) })
      expect(retryOf(refused)).toBeGreaterThan(55_000)
      expect(retryOf(refused)).toBeLessThanOrEqual(60_000)
      expect(await take(limit, 'bob')).toEqual({ ok: true })
      expect(await take(limitOf({ points: 3, perMs: 60_000 }), 'alice')).toEqual({ ok: true })
    },
  ],

  [
    'count exactly when many come at once',
    async ({ take }) => {
      const limit = limitOf({ points: 10, perMs: 60_000 })
      const all = await Promise.all(Array.from({ length: 50 }, () => take(limit, 'crowd')))
      expect(all.filter(({ ok }) => ok)).toHaveLength(10)
    },
  ],

  [
    'are not lengthened by refused tries',
    async ({ take }) => {
      const limit = limitOf({ points: 1, perMs: 700 })
      const start = performance.now()
      expect((await take(limit, 'eager')).ok).toBe(true)
      let tries = 0
      let before = 701
      await until('it may be done again', async () => {
        const taken = await take(limit, 'eager')
        if (taken.ok) return true
        tries++
        expect(taken.retryAfterMs).toBeLessThanOrEqual(before)
        before = taken.retryAfterMs
        return false
      })
      expect(tries).toBeGreaterThan(5)
      expect(performance.now() - start).toBeGreaterThan(690)
      expect(performance.now() - start).toBeLessThan(1400)
    },
  ],

  ...[40, 1500].map(
    (perMs): Rule => [
      `hold for ${perMs} ms, to the millisecond`,
      async ({ take }) => {
        const limit = limitOf({ points: 1, perMs })
        expect(await take(limit, 'exact')).toEqual({ ok: true })
        const start = performance.now()
        const refused = await take(limit, 'exact')
        expect(retryOf(refused)).toBeLessThanOrEqual(perMs)
        expect(retryOf(refused)).toBeGreaterThan(perMs - 40)
        await until('it may be done again', () => performance.now() - start >= retryOf(refused) + 1)
        expect(await take(limit, 'exact')).toEqual({ ok: true })
      },
    ],
  ),

  [
    'refuse one name with two rules, and times that cannot be kept',
    async ({ take }) => {
      const limit = limitOf({ points: 1, perMs: 1000 })
      await take(limit, 'x')
      await expect(take({ ...limit, points: 2 }, 'x')).rejects.toThrow('two different rules')
      await expect(take(limitOf({ points: 1, perMs: 0 }), 'x')).rejects.toThrow('1 ms to 20 days')
      await expect(take(limitOf({ points: 1, perMs: 30 * 86_400_000 }), 'x')).rejects.toThrow('1 ms to 20 days')
    },
  ],
]
