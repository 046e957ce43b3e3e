import { describe, expect, test } from '@jest/globals'
import { buildSchema, type ExecutionResult, type GraphQLSchema } from 'graphql'
import type { Context } from '../../src/context.js'
import { type Begun, createOperations } from '../../src/live/operations.js'
import { Unavailable } from '../../src/platform/errors.js'
import { keptLog } from '../platform/kept-log.js'

/** A schema of one subscription, whose events are functions that answer for the field `value`. */
function schemaOf(events: AsyncIterable<unknown>): GraphQLSchema {
  const schema = buildSchema('type Query { a: Int } type Event { value: String } type Subscription { events: Event }')
  const { events: field } = schema.getSubscriptionType()?.getFields() ?? {}
  const { value } = (schema.getType('Event') as { getFields(): Record<string, { resolve?: unknown }> } | undefined)?.getFields() ?? {}
  Object.assign(field ?? {}, { subscribe: () => events, resolve: (event: unknown) => event })
  Object.assign(value ?? {}, { resolve: (event: (ctx: Context) => unknown, _args: unknown, ctx: Context) => event(ctx) })
  return schema
}

async function begin(...answers: ((ctx: Context) => unknown)[]): Promise<{ answers: Begun['answers']; ended: () => boolean }> {
  let ended = false
  const events = (async function* () {
    try {
      yield* answers
    } finally {
      ended = true
    }
  })()
  const { log } = keptLog()
  const context = { log, requestId: 'r1', now: new Date(0), loaders: new Map() } as unknown as Context
  const freshen = async (ctx: Context) => ({ ...ctx, now: new Date(), loaders: new Map() })
  const operations = createOperations({ schema: schemaOf(events), log, freshen })
  const begun = await operations({ query: 'subscription { events { value } }' }, { contextFor: async () => context })
  if (!('answers' in begun)) throw new Error(JSON.stringify(begun))
  return { answers: begun.answers, ended: () => ended }
}

const value = (result: ExecutionResult) => (result.data as { events: { value: string } }).events.value

describe('A subscription', () => {
  test('ends with UNAVAILABLE before an event that could not be read whole, so that its reader resumes there', async () => {
    const fail = () => {
      throw new Unavailable()
    }
    const { answers, ended } = await begin(
      () => 'one',
      fail,
      () => 'three',
    )
    expect(value((await answers.next()).value)).toBe('one')
    await expect(answers.next()).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
    expect(ended()).toBe(true)
  })

  test('goes on after a fault of ours, of which a client learns the request id and nothing else', async () => {
    const fail = () => {
      throw new Error('the password is xyzzy')
    }
    const { answers } = await begin(fail, () => 'two')
    const { errors } = (await answers.next()).value as ExecutionResult
    expect(errors?.[0]).toMatchObject({ path: ['events', 'value'], extensions: { code: 'INTERNAL', requestId: 'r1' } })
    expect(JSON.stringify(errors)).not.toContain('xyzzy')
    expect(value((await answers.next()).value)).toBe('two')
  })

  test('reads each event anew: at its own moment, with loaders of its own', async () => {
    const seen: Context[] = []
    const look = (ctx: Context) => seen.push(ctx)
    const { answers } = await begin(look, look)
    await answers.next()
    await answers.next()
    expect(seen[0]?.now.getTime()).toBeGreaterThan(0)
    expect(seen[0]?.loaders).not.toBe(seen[1]?.loaders)
  })

  test('lets go of its events when its reader leaves', async () => {
    const { answers, ended } = await begin(
      () => 'one',
      () => 'two',
    )
    await answers.next()
    await answers.return?.()
    expect(ended()).toBe(true)
  })
})
