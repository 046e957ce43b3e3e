/** What every bus must do, whatever carries its rings. */
import { describe, expect, test } from '@jest/globals'
import type { Bus } from '../../src/platform/bus.js'
import { until } from './until.js'

/** Two ends of one bus: the same bus twice within a process, or two processes' buses. */
export interface Ends {
  here: Bus
  there: Bus
}

/** Holds the bus to its contract; `open` gives ends that are ready. */
export function busContract(name: string, open: () => Promise<Ends>): void {
  describe(`${name}, as every bus,`, () => {
    test.each(rules)('%s', async (_, holds) => {
      const ends = await open()
      await holds(ends)
      await ends.here.stop()
      await ends.there.stop()
    })
  })
}

/** Rings until it has been heard: a bus may lose rings while a subscription is on its way. */
export async function ringUntil(bus: Bus, channel: string, heard: () => boolean): Promise<void> {
  await until(`a ring on ${channel} is heard`, () => {
    if (!heard()) bus.ring(channel)
    return heard()
  })
}

const rules: readonly [string, (ends: Ends) => Promise<void>][] = [
  [
    'carries a ring to whoever listens to its channel, and to nobody else',
    async ({ here, there }) => {
      const heard = { article: 0, other: 0 }
      there.listen('article:1', () => heard.article++)
      there.listen('article:2', () => heard.other++)

      await ringUntil(here, 'article:1', () => heard.article > 0)
      expect(heard.other).toBe(0)
    },
  ],

  [
    'rings every listener of a channel, also in the process that rings',
    async ({ here, there }) => {
      const heard = [0, 0, 0]
      ;[here, there, there].forEach((bus, i) => {
        bus.listen('shared', () => heard.splice(i, 1, 1))
      })

      await ringUntil(here, 'shared', () => heard.every((count) => count > 0))
      expect(heard).toEqual([1, 1, 1])
    },
  ],

  [
    'stops calling a listener that has left, while the others go on hearing',
    async ({ here, there }) => {
      const heard = { leaver: 0, stayer: 0 }
      const leave = there.listen('door', () => heard.leaver++)
      there.listen('door', () => heard.stayer++)
      await ringUntil(here, 'door', () => heard.leaver > 0)

      leave()
      leave()
      const before = { ...heard }
      await ringUntil(here, 'door', () => heard.stayer > before.stayer)
      expect(heard.leaver).toBe(before.leaver)
    },
  ],

  [
    'hears again after the last listener of a channel has left and a new one has come',
    async ({ here, there }) => {
      there.listen('again', () => {})()
      let heard = 0
      there.listen('again', () => heard++)
      await ringUntil(here, 'again', () => heard > 0)
      expect(there.channels()).toBe(1)
    },
  ],

  [
    'counts each watched channel once, and none after its last listener has left',
    async ({ there }) => {
      const leave = ['a', 'a', 'b'].map((channel) => there.listen(channel, () => {}))
      expect(there.channels()).toBe(2)
      for (const stop of leave) stop()
      expect(there.channels()).toBe(0)
    },
  ],

  [
    'makes few rings of many, and always one after the last',
    async ({ here, there }) => {
      let told = 0
      let read = 0
      let heard = 0
      there.listen('busy', () => {
        heard++
        read = told
      })
      await ringUntil(here, 'busy', () => heard > 0)
      heard = 0
      for (told = 1; told <= 2000; told++) here.ring('busy')
      told = 2000

      await until('the last ring arrives', () => read === 2000)
      expect(heard).toBeLessThan(100)
    },
  ],

  [
    'lets a listener ring and listen',
    async ({ here }) => {
      let answered = false
      here.listen('question', () => {
        here.listen('answer', () => {
          answered = true
        })
        here.ring('answer')
      })
      here.ring('question')
      await until('the answer is heard', () => answered)
      expect(here.channels()).toBe(2)
    },
  ],

  [
    'is silent once it is stopped, and ringing it then does no harm',
    async ({ here, there }) => {
      let heard = 0
      here.listen('late', () => heard++)
      here.ring('late')
      await here.stop()
      here.ring('late')
      await there.stop()
      await new Promise((later) => setImmediate(() => setImmediate(later)))
      expect(heard).toBe(0)
    },
  ],
]
