/** Trusted documents, and the bytes that are kept of what everybody is answered. */
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connect } from '../live/client.js'
import { until } from '../platform/until.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'

const ids = JSON.parse(readFileSync('schema/documents.json', 'utf8')) as Record<string, string>

let program: TestApp
let site: Seed
let alice: Person
beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  alice = await site.member('Alice')
})
afterAll(() => program.stop())

interface Got {
  status: number
  headers: Record<string, string | undefined>
  bytes: Buffer
  page: Data
}

/** The page of an article by a GET, as it came. */
function get(variables: object, headers: Record<string, string> = {}, { method = 'GET', from = program, of = site } = {}): Promise<Got> {
  const search = new URLSearchParams({ documentId: ids['article-page'] ?? '', variables: JSON.stringify(variables) })
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${from.url}/graphql?${search}`, { method, headers: { 'x-colloquy-site': of.site, ...headers } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const plain = answer.headers['content-encoding'] || bytes.length === 0 ? null : (JSON.parse(String(bytes)) as Data)
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers as Got['headers'], bytes, page: plain?.data?.article })
      })
    })
    sent.on('error', reject).end()
  })
}

/** How often comments were read from the database. */
const reads = () => program.statements.filter((text) => text.includes('"listId"')).length

const texts = ({ page }: Got): string[] => page.comments.edges.map(({ node }: Data) => node.html)

describe('A trusted document', () => {
  test('is asked for by its id, by GET and by POST', async () => {
    const url = site.url()
    await site.post(alice, url, 'Hello')
    const body = JSON.stringify({ documentId: ids['article-page'], variables: { url } })
    const headers = { 'content-type': 'application/json', 'x-colloquy-site': site.site }
    const posted = await (await fetch(`${program.url}/graphql`, { method: 'POST', headers, body })).json()
    expect((posted as Data).data.article.commentCount).toBe(1)
    expect((await get({ url })).page).toEqual((posted as Data).data.article)
  })

  test('that is unknown, or comes with a text, is refused', async () => {
    const headers = { 'content-type': 'application/json', 'x-colloquy-site': site.site }
    const wrong: [object, RegExp][] = [
      [{ documentId: 'x' }, /no document with this "documentId"/],
      [{ documentId: ids['article-page'], query: '{ site { name } }' }, /not both/],
    ]
    for (const [more, message] of wrong) {
      const answer = await (await fetch(`${program.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(more) })).json()
      expect(answer).toMatchObject({ errors: [{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }] })
    }
  })

  test('that changes something is not taken by GET', async () => {
    const search = new URLSearchParams({ documentId: ids['post-comment'] ?? '', variables: '{}' })
    expect((await fetch(`${program.url}/graphql?${search}`, { headers: { 'x-colloquy-site': site.site } })).status).toBe(405)
  })

  test('is taken on a socket, too', async () => {
    const url = site.url()
    const client = await connect(program.url, { site: site.site })
    const known = client.subscribe('', { url }, { documentId: ids['comment-events'] })
    expect((await known.event()).__typename).toBe('CommentEventsReady')
    expect(await client.subscribe('', { url }, { documentId: 'x' }).next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
    await client.close()
  })
})

describe('A kept page', () => {
  test('is answered without reading comments again, and is the same for all who ask', async () => {
    const url = site.url()
    await site.post(alice, url, 'Hello')
    const first = await get({ url })
    const before = reads()
    const again = await Promise.all(Array.from({ length: 20 }, () => get({ url, first: 20 }).then(() => get({ url }))))
    for (const got of again) expect(got.bytes.equals(first.bytes)).toBe(true)
    expect(reads() - before).toBeLessThanOrEqual(1)
    expect(first.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': expect.stringContaining('s-maxage') })
  })

  test('is computed once for all who ask at the same time', async () => {
    const url = site.url()
    await site.post(alice, url, 'Hello')
    const before = reads()
    const got = await Promise.all(Array.from({ length: 50 }, () => get({ url })))
    expect(new Set(got.map(({ headers }) => headers['etag'])).size).toBe(1)
    expect(reads() - before).toBe(1)
  })

  test('has what was said in this process as soon as that is answered', async () => {
    const url = site.url()
    for (let said = 1; said <= 10; said++) {
      await site.post(alice, url)
      expect((await get({ url })).page.commentCount).toBe(said)
    }
  })

  test('is gone when its article is hidden or its words are removed', async () => {
    const url = site.url()
    const moderator = await site.moderator()
    const { comment, article } = await site.post(alice, url, 'Out with it')
    expect(texts(await get({ url }))).toEqual(['<p>Out with it</p>'])
    const change = (field: string, input: string, fields: object) =>
      program.ask(
        `mutation($input: ${input}!) { ${field}(input: $input) { __typename } }`,
        { input: { key: newKey(), ...fields } },
        { token: moderator.token, site: site.site },
      )
    await change('rejectComment', 'ReasonedDecisionInput', { commentId: comment.id, revision: comment.revision, reason: 'SPAM' })
    expect(texts(await get({ url }))).toEqual([])
    await change('hideArticle', 'ArticleStateInput', { articleId: article.id })
    expect((await get({ url })).page).toBeNull()
  })

  test('answers 304 to who has it, HEAD without a body, and gzip or brotli to who takes them', async () => {
    const url = site.url()
    await site.post(alice, url, 'Long enough. '.repeat(100))
    const plain = await get({ url })
    expect(await get({ url }, { 'if-none-match': plain.headers['etag'] ?? '' })).toMatchObject({ status: 304, bytes: Buffer.alloc(0) })
    expect(await get({ url }, {}, { method: 'HEAD' })).toMatchObject({ status: 200, bytes: Buffer.alloc(0) })
    for (const [encoding, decode] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      let got = plain
      await until(`${encoding} is ready`, async () => {
        got = await get({ url }, { 'accept-encoding': encoding })
        return got.headers['content-encoding'] === encoding
      })
      expect(decode(got.bytes).equals(plain.bytes)).toBe(true)
    }
    expect((await get({ url }, { 'accept-encoding': 'br;q=0, gzip;q=0' })).headers['content-encoding']).toBeUndefined()
  })

  test('is not given to who shows a token, nor to who asks for it from another site', async () => {
    const url = site.url()
    await site.post(alice, url, 'Hello')
    await get({ url })
    expect((await get({ url }, { authorization: `Bearer ${alice.token}` })).headers['etag']).toBeUndefined()
    const other = await seed(program)
    const foreign = await get({ url }, {}, { of: other })
    expect({ page: foreign.page, etag: foreign.headers['etag'] }).toEqual({ page: null, etag: undefined })
  })

  test('is read anew after a change of the site', async () => {
    const url = site.url()
    const admin = await site.admin()
    await site.post(alice, url, 'Hello')
    await get({ url })
    const before = reads()
    const changed = await program.ask(
      'mutation($input: UpdateSiteInput!) { updateSite(input: $input) { __typename } }',
      { input: { key: newKey(), name: 'Another name' } },
      { token: admin.token, site: site.site },
    )
    expect(changed.updateSite.__typename).toBe('UpdateSitePayload')
    await get({ url })
    expect(reads()).toBeGreaterThan(before)
  })
})

test('where no room is given nothing is kept', async () => {
  const without = await startApp({ COLLOQUY_KEPT_MEGABYTES: '0' })
  try {
    const its = await seed(without)
    const url = its.url()
    await its.post(await its.member(), url, 'Hello')
    const got = await get({ url }, {}, { from: without, of: its })
    expect({ count: got.page.commentCount, etag: got.headers['etag'] }).toEqual({ count: 1, etag: undefined })
  } finally {
    await without.stop()
  }
})
