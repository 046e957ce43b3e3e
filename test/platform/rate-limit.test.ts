import { expect, test } from '@jest/globals'
import { startRateLimits } from '../../src/platform/rate-limit.js'
import { keptLog } from './kept-log.js'
import { limitOf, passes, rateLimitContract } from './rate-limit-contract.js'

const { log } = keptLog()

rateLimitContract('in memory', async () => startRateLimits({ urls: [], log, on: true }))

test('limits that are switched off let everything pass', async () => {
  const limits = startRateLimits({ urls: ['redis://127.0.0.1:1'], log, on: false })
  const limit = limitOf({ points: 1, perMs: 60_000 })
  expect(await passes(100, () => limits.take(limit, 'load test'))).toBe(100)
  await limits.stop()
})
