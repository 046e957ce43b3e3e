/** What an answer would come to is known before anything runs, also of documents that are made to hurt. */
import { describe, expect, test } from '@jest/globals'
import { parseLimited } from '../../src/graphql/limits.js'
import { article, pages, reasonsFor, repeated, tree } from './comment-documents.js'

describe('the values that an answer may hold are counted for', () => {
  const ten = 'html depth replyCount score upVotes viewerVote status createdAt editedAt pinned'
  /** What `tree` comes to by hand: connection and edges, then of each member node, fields and what stands below. */
  const page = (size: number, fields: number, below = 0) => 2 + size * (1 + fields + below)

  test.each([
    ['three pages of 50', tree([50, 50, 50], 'id'), 260_203],
    ['pages from the end', tree([50, 50, 50], 'id').replaceAll('first', 'last'), 260_203],
    ['sizes in variables, whatever their default', tree(['$n', '$n', '$n'], 'id').replace('{', 'query Q($n: Int = 1) {'), 260_203],
    ['three pages of 20', tree([20, 20, 20], ten), 1 + page(20, 10, page(20, 10, page(20, 10)))],
    ['pages without a size', tree([20, 20, 20], ten).replaceAll('(first: 20)', ''), 1 + page(20, 10, page(20, 10, page(20, 10)))],
    [
      'pages with a size of null',
      tree([20, 20, 20], ten).replaceAll('first: 20', 'first: null'),
      1 + page(20, 10, page(20, 10, page(20, 10))),
    ],
    [
      'the same edges under three names',
      article(
        `comments(first: 50) { ${repeated(3, (i) => `e${i}: edges { node { replies(first: 50) { edges { node { ${ten} } } } } }`)} }`,
      ),
      2 + 3 * (1 + 50 * (1 + page(50, 10))),
    ],
    [
      'ids in a variable, of which there may be 100',
      `query Q($ids: [ID!]!) { nodes(ids: $ids) { ... on Article { comments(first: 50) { edges { node { ${ten} } } } } } }`,
      1 + 100 * page(50, 10),
    ],
    [
      'ids that are written out',
      `{ nodes(ids: [${repeated(95, String)}]) { ... on Article { comments(first: 50) { edges { node { ${ten} } } } } } }`,
      1 + 95 * page(50, 10),
    ],
    [
      'a page whose edges are in a fragment, by the size at the spread',
      `{ article(url: "a") { comments(first: 50) { ...P } more: comments(first: 1) { ...P } } }
       fragment P on CommentConnection { edges { ...E } }
       fragment E on CommentEdge { node { replies(first: 50) { edges { node { ${ten} ${ten} } } } } }`,
      1 + page(50, page(50, 20)) + page(1, page(50, 20)),
    ],
  ])('%s', (_, source, cost) => {
    expect(reasonsFor(source)).toEqual([
      `An answer may hold 50,000 values; this operation may lead to ${cost.toLocaleString('en')}. ` +
        'Ask for smaller pages: a list without a size counts as 20, a size in a variable as 50.',
    ])
  })

  test('two pages of 50 with ten fields of each comment pass', () => {
    expect(reasonsFor(tree([50, 50], ten))).toEqual([])
  })

  test.each(['first: -1', 'last: -50', 'first: 0', 'first: 51', 'first: 99999999999999999999999999'])(
    '%s is refused, as no list takes it',
    (size) => {
      const [name, value = ''] = size.split(': ')
      const reasons = reasonsFor(article(`comments(${size}) { totalCount }`))
      expect(reasons).toContain(`"${name}" takes 1 to 50, not ${value.slice(0, 20)}.`)
    },
  )

  test('a negative page does not make room for others', () => {
    const source = article(`comments(first: -1000000) { edges { node { id } } } more: ${pages([50, 50, 50], 'id')}`)
    expect(reasonsFor(source)).toEqual([expect.stringContaining('not -1000000'), expect.stringContaining('An answer may hold')])
  })
})

describe('a hostile document is refused', () => {
  /** Fifty fragments, each of which spreads the next one four times: 4 ^ 50 times the last. */
  const bomb = (type: string, last: string) =>
    `${repeated(50, (i) => `fragment F${i} on ${type} { ${repeated(4, () => `...F${i + 1}`)} }`)} fragment F50 on ${type} { ${last} }`

  test.each([
    ['that unfolds to more than anybody can count', `{ comment(id: 1) { ...F0 } } ${bomb('Comment', 'id')}`, /lead to over a billion/],
    ['whose aliases do', `{ ...F0 } ${bomb('Query', 'a: comment(id: 1) { id }')}`, /at its root; this one holds over a billion/],
    ['whose introspection does', `{ ...F0 } ${bomb('Query', '__schema { types { name } }')}`, /this one costs over a billion/],
    [
      'whose fragments lead back to themselves',
      '{ ...A } fragment A on Query { a: node(id: 1) { id } ...B } fragment B on Query { ...A }',
      /within itself/,
    ],
    [
      'whose fragments lead back deeper and deeper',
      '{ comment(id: 1) { ...A } } fragment A on Comment { parent { ...A } }',
      /within itself/,
    ],
    ['with fragments that nobody wrote', '{ comment(id: 1) { ...Lost } }', /Unknown fragment "Lost"/],
    ['on types that nobody wrote', '{ comment(id: 1) { ... on Lost { lost { edges { a b } } } } }', /Unknown type "Lost"/],
    ['of 240 aliases', `{ ${repeated(240, (i) => `a${i}: __typename`)} }`, /this one holds 240/],
    ['300 fields deep', `{ comment(id: 1) { ${'parent { '.repeat(300)} id ${'} '.repeat(300)} } }`, /this one goes 302 deep/],
    [
      'with inline fragments 200 deep around an alias too many',
      `${'{ ... '.repeat(200)}{ ${repeated(16, (i) => `a${i}: __typename`)} }${'}'.repeat(200)}`,
      /this one holds 16/,
    ],
    [
      'with a field of 900 ids',
      `{ nodes(ids: [${repeated(900, String)}]) { ... on Article { comments(first: 50) { totalCount edges { cursor __typename } } } } }`,
      /lead to 92,701/,
    ],
    ['that asks for 90 bad pages', article(repeated(90, (i) => `c${i}: comments(first: -1) { totalCount }`)), /takes 1 to 50, not -/],
  ])('%s', (_, source, reason) => {
    expect(reasonsFor(source).join('\n')).toMatch(reason)
  })

  test.each([
    ['of a million fields', `{ ${'id '.repeat(1_000_000)} }`],
    ['of a million aliases', `{ ${repeated(1_000_000, (i) => `a${i}: id`)} }`],
    ['a million levels deep', '{ a '.repeat(1_000_000)],
    ['with a list of a million ids', `{ nodes(ids: [${'1 '.repeat(1_000_000)}]) { id } }`],
    ['with lists a million deep', `{ nodes(ids: ${'['.repeat(1_000_000)}`],
    ['of a million directives', `{ id ${'@a '.repeat(1_000_000)} }`],
  ])('while it is read, %s', (_, source) => {
    expect(() => parseLimited(source)).toThrow('A document may hold 1000 tokens; this one holds more')
  })
})
