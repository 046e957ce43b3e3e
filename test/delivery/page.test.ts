/** Who may join a computation, and which answer counts as present: the rules of one page, with the log and GraphQL in the test's hands. */
import { beforeEach, expect, test } from '@jest/globals'
import { type Computed, Page } from '../../src/delivery/page.js'

let end: bigint | null
let generation: bigint
let started: ((done: Computed) => void)[]
let page: Page
beforeEach(() => {
  end = 5n
  generation = 1n
  started = []
  page = new Page({
    articleId: 'an article',
    watch: {
      get end() {
        return end
      },
      look: async () => end,
      leave: () => {},
    },
    generation: async () => generation,
    compute: () => new Promise((resolve) => started.push(resolve)),
    onSize: () => {},
  })
})

const at = (seq: bigint | null): Computed => ({ text: `as of ${seq}`, seq })

/** Asks, lets everything run that can, and gives the text once it is there. */
async function ask(atLeast = 0n): Promise<{ text: Promise<string | null> }> {
  const text = page.answer(atLeast).then((answer) => answer && String(answer.plain))
  await new Promise(setImmediate)
  return { text }
}

test('requests join a computation while the log has not moved, and not after', async () => {
  const [first, second] = [await ask(), await ask()]
  expect(started).toHaveLength(1)
  end = 6n
  const third = await ask()
  expect(started).toHaveLength(2)
  started[1]?.(at(6n))
  started[0]?.(at(5n))
  expect(await Promise.all([first.text, second.text, third.text])).toEqual(['as of 5', 'as of 5', 'as of 6'])
  expect(await (await ask()).text).toBe('as of 6')
  expect(started).toHaveLength(2)
})

test('an answer that is ahead of what this process has heard counts until the log goes on', async () => {
  const first = await ask()
  started[0]?.(at(7n))
  await first.text
  for (end of [5n, 6n, 7n]) expect(await (await ask()).text).toBe('as of 7')
  end = 8n
  await ask()
  expect(started).toHaveLength(2)
})

test('who needs a newer one gets it, whatever is kept or under way', async () => {
  const first = await ask()
  const needy = await ask(6n)
  expect(started).toHaveLength(2)
  started[0]?.(at(5n))
  started[1]?.(at(6n))
  expect(await Promise.all([first.text, needy.text])).toEqual(['as of 5', 'as of 6'])
  expect(await (await ask(6n)).text).toBe('as of 6')
  expect(started).toHaveLength(2)
})

test('a change of the site makes what is kept and what is under way another generation’s', async () => {
  await ask()
  generation = 2n
  const second = await ask()
  expect(started).toHaveLength(2)
  started[1]?.(at(5n))
  await second.text
  generation = 3n
  await ask()
  expect(started).toHaveLength(3)
})

test('what must not be kept is answered to nobody from here, nor anything while the log is not known or the page was left', async () => {
  const first = await ask()
  started[0]?.(at(null))
  expect(await first.text).toBeNull()
  end = null
  expect(await (await ask()).text).toBeNull()
  end = 5n
  page.leave()
  expect(await (await ask()).text).toBeNull()
  expect(started).toHaveLength(1)
})
