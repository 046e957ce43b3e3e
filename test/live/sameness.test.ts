import { describe, expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import type { Context } from '../../src/context.js'
import { samenessOf, shareKey } from '../../src/live/sameness.js'
import { schema } from '../../src/schema.js'

function samenessIn(text: string) {
  const document = parse(text)
  expect(validate(schema, document)).toEqual([])
  return samenessOf(schema, document)
}

const follower = { epoch: 'e', site: { id: 's1' }, viewer: null }

/** The key of a subscription. */
function keyOf(
  text: string,
  variables: Record<string, unknown> = {},
  { role, ...more }: { role?: string; epoch?: string; site?: { id: string } } = {},
): string {
  const sameness = samenessIn(text)
  if (!sameness) throw new Error('It is personal.')
  const ctx = { ...follower, viewer: role ? { role } : null, ...more } as unknown as Context
  return shareKey(sameness, ctx, { articleId: 'a1', operationName: null, variables })
}

const posted =
  'subscription($after: Cursor, $url: String) { commentEvents(url: $url, after: $after) { ... on CommentPosted { comment { html } } } }'

describe('Two subscriptions are the same', () => {
  test('wherever they begin and however they are written', () => {
    const key = keyOf(posted, { url: 'u' })
    expect(keyOf(posted, { url: 'u', after: 'x' })).toBe(key)
    expect(keyOf(posted, { after: null, url: 'u' })).toBe(key)
    expect(keyOf(posted.replaceAll(' ', '\n\t'), { url: 'u' })).toBe(key)
    expect(keyOf(`# Ours\n${posted.replace('after: $after', 'after: "eA"').replace('$after: Cursor, ', '')}`, { url: 'u' })).toBe(
      keyOf(posted.replace(', after: $after', '').replace('$after: Cursor, ', ''), { url: 'u' }),
    )
  })

  test('whatever their variables are called: one that is not given is not given', () => {
    const named = posted.replaceAll('$url', '$toString')
    const sent = JSON.parse('{"toString":null}') as Record<string, unknown>
    expect(keyOf(named, {})).not.toBe(keyOf(named, sent))
    expect(keyOf(named, {})).toBe(keyOf(named, Object.create(null)))
  })

  test('with variables that nobody declared', () => {
    expect(keyOf(posted, { url: 'u', nothing: 1 })).toBe(keyOf(posted, { url: 'u' }))
  })
})

describe('Two subscriptions are not the same', () => {
  const key = keyOf(posted, { url: 'u' })

  test('with other words, variables, articles, sites, roles or databases', () => {
    expect(keyOf(posted.replace('html', 'html status'), { url: 'u' })).not.toBe(key)
    expect(keyOf(posted, { url: 'v' })).not.toBe(key)
    expect(keyOf(posted, {})).not.toBe(key)
    expect(keyOf(posted, { url: null })).not.toBe(keyOf(posted, {}))
    expect(keyOf(posted, { url: 'u' }, { role: 'READER' })).not.toBe(key)
    expect(keyOf(posted, { url: 'u' }, { role: 'MODERATOR' })).not.toBe(keyOf(posted, { url: 'u' }, { role: 'READER' }))
    expect(keyOf(posted, { url: 'u' }, { site: { id: 's2' } })).not.toBe(key)
    expect(keyOf(posted, { url: 'u' }, { epoch: 'f' })).not.toBe(key)
  })

  test('where the variable of `after` is used elsewhere, too', () => {
    const twice = posted
      .replace('{ html }', '{ replies(first: 2, after: $again) { edges { cursor } } }')
      .replaceAll('$after: Cursor', '$again: String')
    const text = twice.replace('after: $after', 'after: "eA"')
    expect(keyOf(text, { url: 'u', again: 'a' })).not.toBe(keyOf(text, { url: 'u', again: 'b' }))
    const replies = (cursor: string) =>
      `subscription { commentEvents(url: "u", after: "x") { ... on CommentPosted { comment { replies(first: 2, after: "${cursor}") { edges { cursor } } } } } }`
    expect(keyOf(replies('a'))).not.toBe(keyOf(replies('b')))
  })
})

describe('A document is personal', () => {
  test.each([
    ['a field', '{ commentEvents(url: "u") { ... on CommentPosted { comment { viewerVote } } } }'],
    ['an alias', '{ commentEvents(url: "u") { ... on CommentPosted { comment { id: viewerVote } } } }'],
    ['a field that is left out', '{ commentEvents(url: "u") { ... on CommentPosted { comment { source @skip(if: true) } } } }'],
    [
      'a field deep below',
      '{ commentEvents(url: "u") { ... on CommentPosted { comment { article { viewerComments(first: 1) { totalCount } } } } } }',
    ],
    [
      'a field of a member of an interface',
      '{ commentEvents(url: "u") { ... on LiveEvent { ... on CommentPosted { comment { ... on Node { ... on Comment { source } } } } } } }',
    ],
    [
      'another’s comments, which may be one’s own',
      '{ commentEvents(url: "u") { ... on CommentPosted { comment { author { comments(first: 1) { totalCount } } } } } }',
    ],
    ['one’s own events', '{ viewerEvents { viewer { name } } }'],
  ])('by %s', (_what, text) => {
    expect(samenessIn(`subscription ${text}`)).toBeNull()
  })

  test('by a fragment within a fragment', () => {
    const text = `subscription { ...Root } fragment Root on Subscription { commentEvents(url: "u") { ...Said } }
      fragment Said on CommentPosted { comment { ...Mine } } fragment Mine on Comment { viewerVote }`
    expect(samenessIn(text)).toBeNull()
    expect(samenessIn(text.replace('viewerVote', 'score'))).not.toBeNull()
  })
})
