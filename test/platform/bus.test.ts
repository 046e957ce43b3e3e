import { describe, expect, test } from '@jest/globals'
import { startLocalBus } from '../../src/platform/bus.js'
import { busContract } from './bus-contract.js'
import { keptLog } from './kept-log.js'
import { until } from './until.js'

busContract('The bus of one process', async () => {
  const bus = startLocalBus()
  return { here: bus, there: bus }
})

describe('The bus of one process', () => {
  test('is always ready', () => {
    expect(startLocalBus().ready).toBe(true)
  })

  test('never calls a listener before ring returns', async () => {
    const bus = startLocalBus()
    const order: string[] = []
    bus.listen('order', () => order.push('heard'))
    bus.ring('order')
    order.push('rung')
    await until('it is heard', () => order.length === 2)
    expect(order).toEqual(['rung', 'heard'])
  })

  test('makes one call of the rings of one turn', async () => {
    const bus = startLocalBus()
    let heard = 0
    bus.listen('turn', () => heard++)
    for (let i = 0; i < 10; i++) bus.ring('turn')
    await until('it is heard', () => heard > 0)
    expect(heard).toBe(1)
  })

  test('reports a listener that throws and goes on to the next', async () => {
    const { log, lines } = keptLog()
    const bus = startLocalBus(log)
    let heard = 0
    bus.listen('fault', () => {
      throw new Error('broken listener')
    })
    bus.listen('fault', () => heard++)
    bus.ring('fault')
    await until('the second listener hears', () => heard === 1)
    expect(lines()).toEqual([expect.objectContaining({ level: 'error', error: expect.objectContaining({ message: 'broken listener' }) })])
  })
})
