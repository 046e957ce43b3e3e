import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import { schema } from '../../src/schema.js'

test('the operations in docs/client.md are ones that the schema understands', () => {
  const operations = [...readFileSync('docs/client.md', 'utf8').matchAll(/query: `([^`]+)`/g)].map(([, text = '']) => text)
  expect(operations.map((text) => /^\w+/.exec(text)?.[0])).toEqual(['query', 'subscription'])
  for (const text of operations) expect(validate(schema, parse(text))).toEqual([])
})
