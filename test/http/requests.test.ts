/** HTTP: what a request may look like, and what every answer carries. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { getIntrospectionQuery } from 'graphql'
import { startApp, type TestApp } from '../support/app.js'
import { discussion } from '../support/mutations.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
let site: Seed
let member: Person
beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  member = await site.member()
})
afterAll(() => program.stop())

const json = { 'content-type': 'application/json' }
const graphql = (init: RequestInit = {}, query = '') => fetch(`${program.url}/graphql${query}`, init)
const post = (body: unknown, headers: Record<string, string> = json) =>
  graphql({
    method: 'POST',
    headers: { 'x-colloquy-site': site.site, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  graphql({ headers: { 'x-colloquy-site': site.site, accept: 'application/json', ...headers } }, `?${new URLSearchParams(parameters)}`)

const posting = (url: string, text = 'By whichever way') => ({
  query: 'mutation($input: PostCommentInput!) { postComment(input: $input) { __typename } }',
  variables: { input: { key: newKey(), url, text } },
})

describe('a mutation', () => {
  test.each([
    ['text/plain', (body: object) => JSON.stringify(body)],
    [
      'application/x-www-form-urlencoded',
      (body: object) =>
        new URLSearchParams(
          Object.entries(body).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
        ).toString(),
    ],
    ['application/graphql', ({ query }: { query?: string }) => query ?? ''],
    ['application/jsonx', (body: object) => JSON.stringify(body)],
    ['', (body: object) => JSON.stringify(body)],
  ])('in a body of the type "%s" is refused with 415 and not done', async (type, encode) => {
    const url = site.url()
    const response = await post(encode(posting(url)), { 'content-type': type, authorization: `Bearer ${member.token}` })
    expect(response.status).toBe(415)
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 0 })
  })

  test('in a multipart body is refused with 415 and not done', async () => {
    const url = site.url()
    const form = new FormData()
    form.set('operations', JSON.stringify(posting(url)))
    form.set('map', '{}')
    const response = await graphql({
      method: 'POST',
      headers: { 'x-colloquy-site': site.site, authorization: `Bearer ${member.token}` },
      body: form,
    })
    expect(response.status).toBe(415)
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 0 })
  })

  test('by GET is refused with 405 and not done', async () => {
    const url = site.url()
    const { query, variables } = posting(url)
    const response = await get({ query, variables: JSON.stringify(variables) }, { authorization: `Bearer ${member.token}` })
    expect(response.status).toBe(405)
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 0 })
  })

  test('in a batch is refused and not done', async () => {
    const url = site.url()
    const response = await post([posting(url), posting(url, 'Another')], { ...json, authorization: `Bearer ${member.token}` })
    expect(response.status).toBe(400)
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 0 })
  })
})

describe('a query', () => {
  const query = 'query($url: String!) { article(url: $url) { commentCount } }'

  test('is answered by POST and by GET', async () => {
    const variables = { url: site.url() }
    for (const response of [await post({ query, variables }), await get({ query, variables: JSON.stringify(variables) })]) {
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ data: { article: { commentCount: 0 } } })
    }
  })

  test('with a charset behind its type is answered', async () => {
    const response = await post({ query: '{ site { slug } }' }, { 'content-type': 'application/json; charset=utf-8' })
    expect(await response.json()).toEqual({ data: { site: { slug: site.site } } })
  })

  test.each([
    ['a body that is not JSON', () => post('{"query": ')],
    ['an empty body', () => post('')],
    ['a body that is a text', () => post('"{ site { slug } }"')],
    ['a body that is null', () => post('null')],
    ['a body without a query', () => post({})],
    ['a query that is a number', () => post({ query: 7 })],
    ['variables that are a text', () => post({ query, variables: '{}' })],
    ['variables that are a list', () => post({ query, variables: [] })],
    ['an operation name that is an object', () => post({ query: '{ site { slug } }', operationName: {} })],
    ['extensions that are a text', () => post({ query: '{ site { slug } }', extensions: 'x' })],
    ['variables in a GET that are not JSON', () => get({ query, variables: '{"url":' })],
    ['variables in a GET that are a text', () => get({ query, variables: '"x"' })],
    ['variables in a GET that are a list', () => get({ query, variables: '[]' })],
    ['extensions in a GET that are not JSON', () => get({ query: '{ site { slug } }', extensions: '{' })],
    ['a GET without a query', () => get({ accept: 'x' })],
    ['a document that cannot be read', () => post({ query: '{ site {' })],
    ['an operation that is not in the document', () => post({ query: 'query A { site { slug } }', operationName: 'B' })],
    [
      'a text that no database can hold',
      () => post({ query: 'query($key: String!) { article(key: $key) { id } }', variables: { key: 'a\u0000' } }),
    ],
    ['a variable of the wrong type', () => post({ query, variables: { url: 7 } })],
  ])('with %s is refused as the client’s fault', async (_what, send) => {
    const response = await send()
    const body = await response.text()
    expect(response.status).toBeLessThan(500)
    const { errors } = JSON.parse(body)
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/.{10}/), extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) }),
    ])
    expect(response.headers.get('x-request-id')).toBeTruthy()
  })

  test('of a body beyond 100 KB is refused with 413, also where its length is not told', async () => {
    const large = JSON.stringify({ query: '{ site { slug } }', variables: { x: 'x'.repeat(100_001) } })
    expect((await post(large)).status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large))
        controller.close()
      },
    })
    const init = { method: 'POST', headers: { ...json, 'x-colloquy-site': site.site }, body: stream, duplex: 'half' } as RequestInit
    expect((await graphql(init)).status).toBe(413)
    expect((await post(JSON.stringify({ query: '{ site { slug } }', variables: { x: 'x'.repeat(99_000) } }))).status).toBe(200)
  })

  test('that asks too much is refused, by POST and by GET, before anything is read', async () => {
    const deep = `{ article(url: "${site.url()}") { comments { edges { node { ${'replies { edges { node { '.repeat(6)} id ${'} } }'.repeat(6)} } } } } }`
    const wide = `{ ${Array.from({ length: 16 }, (_, n) => `a${n}: site { slug }`).join(' ')} }`
    for (const query of [deep, wide, `{ ${'site { slug } '.repeat(400)} }`]) {
      program.statements.length = 0
      for (const response of [await post({ query }), await get({ query })]) {
        const { data, errors } = (await response.json()) as { data?: unknown; errors: { extensions: { code: string } }[] }
        expect(data ?? null).toBeNull()
        expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT')
      }
      expect(program.statements.filter((text) => /FROM (comment|article)/.test(text))).toEqual([])
    }
  })

  test('of another method than GET and POST is refused', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const response = await graphql({ method, headers: json, body: JSON.stringify({ query: '{ site { slug } }' }) })
      expect(response.status).toBe(405)
    }
  })
})

describe('without GraphQL', () => {
  test('the SDL is there as it is committed', async () => {
    const response = await fetch(`${program.url}/schema.graphql`)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(readFileSync('schema/schema.graphql', 'utf8'))
  })

  test('introspection works, with the standard query', async () => {
    const response = await post({ query: getIntrospectionQuery() })
    const { data, errors } = (await response.json()) as { data: { __schema: { mutationType: object } }; errors?: unknown }
    expect(errors).toBeUndefined()
    expect(data.__schema.mutationType).toMatchObject({ name: 'Mutation' })
  })

  test('health is told', async () => {
    const [live, ready] = [await fetch(`${program.url}/health/live`), await fetch(`${program.url}/health/ready`)]
    expect([live.status, ready.status]).toEqual([200, 200])
    expect(await ready.json()).toMatchObject({ ready: true, database: true })
    expect(ready.headers.get('cache-control')).toBe('no-store')
  })

  test.each(['/nothing', '/graphql/more', '/health', '/../etc/passwd', '//', '/schema.graphql/x'])('%s is nothing: 404', async (path) => {
    const response = await fetch(`${program.url}${path}`, { redirect: 'manual' })
    expect(response.status).toBe(404)
    expect(response.headers.get('x-request-id')).toBeTruthy()
  })

  test('the page for trying things loads nothing from elsewhere', async () => {
    const response = await graphql({ headers: { accept: 'text/html' } })
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    const page = (await response.text()).replaceAll(/<script[^>]*>[\s\S]*?<\/script>|<style[^>]*>[\s\S]*?<\/style>/g, (block) =>
      block.slice(0, block.indexOf('>') + 1),
    )
    expect(page.match(/(?:src|href|action)\s*=\s*["']?(?:https?:)?\/\/[^"' >]+/g) ?? []).toEqual([])
    expect(page).toContain('<script')
  })
})

test('two requests have two ids', async () => {
  const ids = await Promise.all([1, 2].map(async () => (await post({ query: '{ site { slug } }' })).headers.get('x-request-id')))
  expect(new Set(ids).size).toBe(2)
})
