/** Which site an operation means that names none: that of the URLs in it, wherever they stand and however they are written. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connect } from '../live/client.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, until } from '../support/mutations.js'
import { newKey, type Seed, seed } from '../support/seed.js'

let program: TestApp
let here: Seed
let there: Seed
let page: string

const host = 'there.example'

beforeAll(async () => {
  program = await startApp({ COLLOQUY_SOCKET_RIGHTS_EVERY_MS: '20' })
  here = await seed(program)
  there = await seed(program, { hostAliases: { [`m.${host}`]: host } }, { origins: [`https://${host}`] })
  page = `https://${host}/a-page`
  await there.post(await there.member(), page)
})
afterAll(() => program.stop())

const siteOf = async (query: string, variables: object = {}, headers: Record<string, string> = {}) => {
  const { data, errors } = await program.send(query, variables, { headers })
  return errors ? `${errors[0]?.extensions.code}: ${errors[0]?.message}` : data.site.slug
}

describe('The site of an operation that names none is that of', () => {
  test.each([
    ['a URL in the document', () => [`{ site { slug } article(url: "${page}") { id } }`]],
    ['a list of URLs in the document', () => [`{ site { slug } commentCounts(urls: ["nonsense", "${page}"]) { count } }`]],
    ['a single URL where a list is asked for', () => [`{ site { slug } commentCounts(urls: "${page}") { count } }`]],
    ['a variable of another name', () => ['query($where: String!) { site { slug } article(url: $where) { id } }', { where: page }]],
    [
      'a variable within a list',
      () => ['query($where: String!) { site { slug } commentCounts(urls: [$where]) { count } }', { where: page }],
    ],
    ['a variable’s usual value', () => [`query($where: String = "${page}") { site { slug } article(url: $where) { id } }`]],
    ['a fragment', () => [`query { site { slug } ...Page } fragment Page on Query { ... { article(url: "${page}") { id } } }`]],
    [
      'the operation that is executed, of several',
      () => [
        `query A { site { slug } article(url: "${here.url()}") { id } } query B { site { slug } article(url: "${page}") { id } }`,
        'B',
      ],
    ],
  ] as [string, () => [string, (object | string)?]][])('%s', async (_, asked) => {
    const [query, more = {}] = asked()
    const body = typeof more === 'string' ? { query, operationName: more } : { query, variables: more }
    const response = await fetch(`${program.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(await response.json()).toMatchObject({ data: { site: { slug: there.site } } })
  })

  test('a mutation’s input, as a variable of any name or in the document', async () => {
    const { token } = await there.member()
    const post = async (declared: string, input: string, variables: object) =>
      (
        await program.ask(
          `mutation${declared} { postComment(input: ${input}) { ... on PostCommentPayload { article { url } } ... on Error { code } } }`,
          variables,
          { token },
        )
      ).postComment
    const input = { key: newKey(), url: page, text: 'Hello' }
    expect(await post('($said: PostCommentInput!)', '$said', { said: input })).toEqual({ article: { url: page } })
    expect(await post('($to: String!)', `{ key: "${newKey()}", url: $to, text: "Hello again" }`, { to: page })).toEqual({
      article: { url: page },
    })
  })

  test('a URL in any of the forms that are the same to articles', async () => {
    for (const url of [
      `http://${host}/a-page`,
      `https://${host}:443/a-page/`,
      `http://${host}:80/a-page`,
      `https://${host.toUpperCase()}./a-page#top`,
      `https://m.${host}/a-page?utm_source=x`,
    ])
      expect([url, await siteOf('query($url: String!) { site { slug } article(url: $url) { id } }', { url })]).toEqual([url, there.site])
  })

  test('the page that asks, where no URL tells: its origin by http or https', async () => {
    for (const origin of [`https://${host}`, `http://${host}`, `https://m.${host}`])
      expect(await siteOf('{ site { slug } article(url: "https://elsewhere.example") { id } site { slug } }', {}, { origin })).toMatch(
        /^BAD_USER_INPUT: "https:\/\/elsewhere.example" is not under one of this site’s origins: https:\/\/there.example/,
      )
    expect(await siteOf('{ site { slug } }', {}, { origin: `http://${host}` })).toBe(there.site)
  })

  test('the header, whatever the URLs', async () => {
    const query = `{ site { slug } commentCounts(urls: ["${page}", "${here.url()}"]) { count } }`
    expect(await siteOf(query, {}, { 'x-colloquy-site': here.site })).toBe(here.site)
  })
})

test('URLs of two sites in one operation are refused, and so are those of none', async () => {
  const several = /^BAD_USER_INPUT: These URLs belong to several sites/
  expect(await siteOf(`{ site { slug } a: article(url: "${page}") { id } b: article(url: "${here.url()}") { id } }`)).toMatch(several)
  expect(await siteOf('query($u: [String!]!) { site { slug } commentCounts(urls: $u) { count } }', { u: [page, here.url()] })).toMatch(
    several,
  )
  expect(await siteOf('{ site { slug } article(url: "https://elsewhere.example/") { id } }')).toMatch(/^BAD_USER_INPUT: Name the site/)
  for (const url of [null, 1, {}, [page]])
    expect(await siteOf('query($url: String) { site { slug } article(url: $url) { id } }', { url })).toMatch(/^BAD_USER_INPUT/)
})

const follow = (url: string) => `subscription { commentEvents(url: "${url}") { ... on LiveEvent { cursor } } }`

test('a subscription on a socket is for the site of its URL', async () => {
  const client = await connect(program.url, {})
  const subscription = client.subscribe(follow(`http://m.${host}/a-page`))
  expect((await subscription.event()).cursor).toEqual(expect.any(String))
  expect(await client.subscribe(follow('https://elsewhere.example/')).next()).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  })
  await client.close()
})

test('a stream of events is for the site of its URL, and stays with a reader whose site changes', async () => {
  const { token } = await there.member()
  const left = new AbortController()
  const response = await fetch(`${program.url}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: follow(page) }),
    signal: left.signal,
  })
  const heard: string[] = []
  const listening = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) heard.push(Buffer.from(chunk).toString())
  })().catch(() => {})
  await until(async () => heard.join('').includes('"cursor"'))
  await act(program, there, await there.admin(), 'updateSite', { name: 'Renamed' })
  // The second round begins after one that knew of the change.
  program.statements.length = 0
  await until(async () => program.statements.filter((text) => text.includes('"tokensValidFrom" IS NOT NULL')).length >= 2)
  const before = heard.length
  const { comment }: Data = await there.post(await there.member(), page)
  expect(comment.status).toBe('APPROVED')
  await until(async () => heard.slice(before).join('').includes('"cursor"'))
  left.abort()
  await listening
})
