/** The documents tell the truth: what they show is what the program has. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import { configurationTable } from '../src/config.js'
import { schema } from '../src/schema.js'

const readme = readFileSync('README.md', 'utf8')

test('the README shows the settings as the program reads them', () => {
  expect(readme).toContain(configurationTable())
})

test('every operation in the README is one that the schema understands', () => {
  const json = [...readme.matchAll(/"query": "((?:[^"\\]|\\.)*)"/g)].map(
    ([, text = '']) => JSON.parse(`"${text.replace(/\$\((.*?)\)/g, 'a-key').replaceAll('\\$', '$')}"`) as string,
  )
  const inline = [...readme.matchAll(/const query = "([^"]+)"/g)].map(([, text = '']) => text)
  const operations = [...json, ...inline]
  expect(operations.map((text) => /^(query|mutation|subscription)/.exec(text)?.[0])).toEqual([
    'query',
    'mutation',
    'mutation',
    'subscription',
  ])
  for (const text of operations) expect(validate(schema, parse(text))).toEqual([])
})

test('both lines at the top of the README are what package.json and .ci/run do', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  const ci = readFileSync('.ci/run', 'utf8')
  expect(readme).toContain('npm ci && npm start')
  expect(readme).toContain('npm ci && npm test')
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'test:all', 'check', 'token', 'bench']))
  for (const step of ['npm ci', 'npm test', 'npm run test:all', 'npm run check']) expect(ci).toContain(`step ${step}`)
})
