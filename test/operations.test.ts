/** The saved operations: what GraphiQL opens with and what clients may register. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Kind, type OperationDefinitionNode, specifiedRules, validate } from 'graphql'
import { examplesFor } from '../src/examples.js'
import { limitsRule, parseLimited } from '../src/graphql/limits.js'
import { schema } from '../src/schema.js'

const folder = join('schema', 'operations')
const files = readdirSync(folder)
const read = (file: string) => readFileSync(join(folder, file), 'utf8')

describe.each(files)('%s', (file) => {
  test('is understood by the schema and within its limits', () => {
    expect(validate(schema, parseLimited(read(file)), [...specifiedRules, limitsRule])).toEqual([])
  })

  test('says first what it is for, and holds one operation with a name', () => {
    expect(read(file)).toMatch(/^# [A-Z].*[.:]\n/)
    const operations = parseLimited(read(file)).definitions.filter(
      (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
    )
    expect(operations.map(({ name }) => name?.value)).toEqual([expect.stringMatching(/^[A-Z]/)])
  })
})

test('no two operations have one name', () => {
  const names = files.map((file) => /(?:query|mutation|subscription) (\w+)/.exec(read(file))?.[1])
  expect(new Set(names).size).toBe(names.length)
})

test('GraphiQL opens with every one of them', async () => {
  const examples = await examplesFor({ fetch: () => Promise.reject(new Error('Nothing is to be asked.')) }, null, true)
  expect(examples.map(({ query }) => query).sort()).toEqual(files.map(read).sort())
})
