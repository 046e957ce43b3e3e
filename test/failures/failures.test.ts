/** Walks the SDL: every member of every mutation's result union is met over the wire, so a new way to fail needs a test to be merged. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act, membersOf, mutationNames } from '../support/mutations.js'
import { newKey } from '../support/seed.js'
import { deciding } from './deciding.js'
import { nowhere, type Ready } from './provoking.js'
import { writing } from './writing.js'

const provocations = { ...writing, ...deciding }

let program: TestApp

beforeAll(async () => {
  program = await startApp({ COLLOQUY_RATE_LIMITS: 'on' })
})

afterAll(() => program.stop())

test('the table of answers holds no mutation and no failure that the SDL does not have', () => {
  for (const [mutation, answers] of Object.entries(provocations)) {
    expect(mutationNames).toContain(mutation)
    for (const answer of Object.keys(answers).filter((name) => name !== 'done')) expect(membersOf(mutation)).toContain(answer)
  }
})

describe.each(mutationNames)('%s answers with', (mutation) => {
  test.each(membersOf(mutation))('%s', async (member) => {
    const ready = await readyFor(mutation, member)
    const answer = await act(program, ready.site, ready.by, mutation, ready.input)
    expect(answer.__typename).toBe(member)
    if (member.endsWith('Payload')) return
    expect(answer.code).toBe(member.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase())
    expect(answer.message).toMatch(/^\S.{10,200}$/s)
    if (member === 'TooFast') expect(answer.retryAfterMs).toBeGreaterThan(0)
  })
})

async function readyFor(mutation: string, member: string): Promise<Ready> {
  const known = provocations[mutation] ?? {}
  const provoke = known[member.endsWith('Payload') || member === 'KeyReused' ? 'done' : member]
  if (!provoke) throw new Error(`No test brings ${mutation} to answer with ${member}: add it to a table of test/failures.`)
  const ready = await provoke(program)
  return member === 'KeyReused' ? withUsedKey(mutation, ready) : ready
}

/** The key has stood for something else: another operation of this person or, where nobody is signed in, another name. */
async function withUsedKey(mutation: string, ready: Ready): Promise<Ready> {
  const key = newKey()
  if (ready.by && mutation !== 'unmutePerson')
    await act(program, ready.site, ready.by, 'unmutePerson', { key, personId: nowhere('Person') })
  else if (ready.by) await act(program, ready.site, ready.by, 'mutePerson', { key, ...ready.input })
  else await act(program, ready.site, null, mutation, { key, name: 'Another name' })
  return { ...ready, input: { ...ready.input, key } }
}
