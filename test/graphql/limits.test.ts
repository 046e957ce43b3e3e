/** What documents may ask for: all that clients write, up to each limit. */
import { describe, expect, test } from '@jest/globals'
import { getIntrospectionQuery } from 'graphql'
import { documentLimits, parseLimited } from '../../src/graphql/limits.js'
import { article, pages, reasonsFor, refusalsOf, repeated, tree } from './comment-documents.js'

const allOfComment = `
  fragment Votes on Comment { score upVotes viewerVote }
  fragment Author on Person { id name avatarUrl }
  fragment Whole on Comment { id html createdAt editedAt status pinned depth replyCount ...Votes author { ...Author } }`

describe('what clients write passes', () => {
  test.each([
    [
      'the first page of a discussion: 20 threads with 3 replies each, authors and votes',
      `query Discussion($url: String!) { article(url: $url) { id title cursor comments(first: 20) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
         ...Whole replies(first: 3) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ...Whole } } } } } } } } ${allOfComment}`,
    ],
    [
      'the same with both sizes in variables',
      `query Discussion($url: String!, $threads: Int = 20, $replies: Int = 3, $after: String) { article(url: $url) { comments(first: $threads, after: $after) {
         pageInfo { hasNextPage endCursor } edges { node { ...Whole replies(first: $replies) { edges { node { ...Whole } } } } } } } } ${allOfComment}`,
    ],
    ['a tree of five levels', tree([20, 3, 3, 2, 2], 'id html createdAt score author { id name }')],
    [
      'a permalink with what stands above and below',
      `query Permalink($id: ID!, $signedIn: Boolean!) { comment(id: $id) { ...Whole viewerVote @include(if: $signedIn) parent { id parent { id } }
         thread(first: 50) { edges { node { ...Whole } } } article { id title url } } } ${allOfComment}`,
    ],
    ['counts for a front page', 'query Counts($urls: [String!]!) { commentCounts(urls: $urls) { url count } }'],
    [
      'what a client kept, read again by id',
      `query Again($ids: [ID!]!) { nodes(ids: $ids) { id ... on Comment { ...Whole } ... on Article { id title } } } ${allOfComment}`,
    ],
    [
      'a reply with each way to fail',
      `mutation Reply($text: String!, $key: String!) { post(text: $text, key: $key) { __typename ... on PostPayload { held cursor edge { cursor node { ...Whole } } article { id } }
         ... on TooFast { message retryAfterMs } } } ${allOfComment}`,
    ],
    ['a few votes at once', `mutation { ${repeated(15, (i) => `v${i}: vote(id: "${i}", value: 1) { comment { id score } }`)} }`],
    [
      'following a discussion',
      `subscription Live($id: ID!, $after: String) { articleChanged(id: $id, after: $after) { cursor comment { ...Whole parent { id } } } } ${allOfComment}`,
    ],
    ['the standard introspection query', getIntrospectionQuery()],
    [
      'the standard introspection query with all that can be asked',
      getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
    ],
  ])('%s', (_, source) => {
    expect(reasonsFor(source)).toEqual([])
  })
})

describe('a document may go to each limit and not beyond', () => {
  const parents = (fields: number) => `{ comment(id: 1) { ${'parent { '.repeat(fields - 2)} id ${'} '.repeat(fields - 2)} } }`
  const aliased = (count: number, name = 'a') => repeated(count, (i) => `${name}${i}: comment(id: ${i}) { id }`)
  const skipped = (count: number) => article(repeated(count, () => 'id @skip(if: false)'))

  test.each([
    ['fields within each other', parents(25), parents(26), 'An operation may go 25 fields deep; this one goes 26 deep.'],
    [
      'pages within each other',
      tree([1, 1, 1, 1, 1], 'id'),
      tree([1, 1, 1, 1, 1, 1], 'id'),
      'Lists may stand 5 levels within each other; here they stand 6 levels deep.',
    ],
    [
      'other lists within pages',
      tree([1, 1, 1, 1], 'mentioned { id }'),
      tree([1, 1, 1, 1, 1], 'mentioned { id }'),
      'Lists may stand 5 levels within each other; here they stand 6 levels deep.',
    ],
    ['aliases at the root', `{ ${aliased(15)} }`, `{ ${aliased(16)} }`, 'An operation may hold 15 aliases at its root; this one holds 16.'],
    [
      'aliases at the root, some of them from fragments',
      `{ ... { ...A } ${aliased(12, 'b')} } fragment A on Query { ${aliased(3)} }`,
      `{ ... { ...A } ${aliased(13, 'b')} } fragment A on Query { ${aliased(3)} }`,
      'An operation may hold 15 aliases at its root; this one holds 16.',
    ],
    ['directives', skipped(20), skipped(21), 'A document may hold 20 directives; this one holds 21.'],
  ])('%s', (_, passing, refused, reason) => {
    expect(reasonsFor(passing)).toEqual([])
    expect(reasonsFor(refused)).toEqual([reason])
  })

  test('tokens', () => {
    const source = (tokens: number) => `{ ${'id '.repeat(tokens - 2)}}`
    expect(parseLimited(source(documentLimits.tokens))).toMatchObject({ kind: 'Document' })
    expect(() => parseLimited(source(documentLimits.tokens + 1))).toThrow('A document may hold 1000 tokens; this one holds more')
  })

  test('introspection', () => {
    const query = getIntrospectionQuery()
    const asked = (times: number) =>
      `{ ${repeated(times, (i) => `s${i}: __schema { types { ...FullType } }`)} } ${query.slice(query.indexOf('fragment FullType'))}`
    expect(reasonsFor(asked(1))).toEqual([])
    expect(reasonsFor(asked(2))).toEqual([expect.stringMatching(/^Introspection may cost 400,000, .* this one costs 6\d\d,\d\d\d\.$/)])
  })

  test('each limit is counted for each operation of a document by itself', () => {
    expect(reasonsFor(`query One { ${aliased(15)} } query Two { ${aliased(15)} }`)).toEqual([])
    expect(reasonsFor(`query One { ${aliased(15)} } query Two { ${aliased(16)} }`)).toHaveLength(1)
  })

  test('aliases below the root only cost', () => {
    expect(reasonsFor(article(repeated(30, (i) => `t${i}: title`)))).toEqual([])
  })
})

describe('a refusal', () => {
  test('has the code of faulty input and the place in the document', () => {
    const [error] = refusalsOf(`query Fine { comment(id: 1) { id } }\n${tree([50, 50, 50], 'id')}`.replace('\n{', '\nquery Costly {'))
    expect(error?.toJSON()).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, locations: [{ line: 2, column: 1 }] })
  })

  test.each([
    ['of tokens', `{\n${'id '.repeat(1000)}}`, { line: 2, column: 2998 }],
    ['of syntax', '{\n  id(', { line: 2, column: 6 }],
  ])('%s has both as well', (_, source, location) => {
    expect(caught(() => parseLimited(source))).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, locations: [location] })
  })

  test('names every limit that was passed', () => {
    const source = `{ ${repeated(16, (i) => `a${i}: __typename`)} article(url: "a") { ${pages([50, 50, 50, 50, 50, 50], 'id')} } }`
    expect(reasonsFor(source)).toHaveLength(3)
  })
})

function caught(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}
