import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import { schema } from '../../src/schema.js'

test('the operations in docs/client.md are ones that the schema understands', () => {
  const operations = [...readFileSync('docs/client.md', 'utf8').matchAll(/query: `([^`]+)`|```graphql\n([^`]+)```/g)]
  const texts = operations.map(([, inModule, alone]) => inModule ?? alone ?? '')
  expect(texts.map((text) => /^\w+/.exec(text)?.[0])).toEqual(['query', 'subscription', 'subscription'])
  for (const text of texts) expect(validate(schema, parse(text))).toEqual([])
})
