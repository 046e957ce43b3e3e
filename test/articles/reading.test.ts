/** Articles as they are read: by id, key and URL, stored or not, hidden or not; reading stores nothing. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Asked, startApp, type TestApp } from '../support/app.js'
import { act, inside } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
let site: Seed
let ada: Person
let moderator: Person

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  ada = await site.member('Ada')
  moderator = await site.moderator()
})
afterAll(() => program.stop())

const fields = 'id url key title publishedAt state commentCount threadCount cursor comments(first: 5) { totalCount edges { node { id } } }'
const byUrl = (url: string, asked: Asked = { site: site.site }) =>
  program.send(`query($url: String!) { article(url: $url) { ${fields} } }`, { url }, asked)
const articleAt = async (url: string) => (await byUrl(url)).data.article

async function rows() {
  const [count] = await inside(program)<{ rows: number }>`
    SELECT ((SELECT count(*) FROM article) + (SELECT count(*) FROM article_head) + (SELECT count(*) FROM article_url) + (SELECT count(*) FROM event)
      + (SELECT count(*) FROM person) + (SELECT count(*) FROM request_key) + (SELECT count(*) FROM comment))::int AS rows`
  return count?.rows
}

describe('a URL that nobody has commented on', () => {
  test('is an empty, open discussion, with the same id whoever asks and in whatever form', async () => {
    const url = site.url()
    const article = await articleAt(url)
    expect(article).toMatchObject({
      url,
      state: 'OPEN',
      commentCount: 0,
      threadCount: 0,
      key: null,
      title: null,
      comments: { totalCount: 0, edges: [] },
    })
    expect(article.cursor).toEqual(expect.any(String))
    for (const form of [`${url}/`, `${url}?utm_source=mail`, url.replace('https:', 'http:')])
      expect((await articleAt(form)).id).toBe(article.id)
    const seen = await program.ask(
      `query($url: String!) { article(url: $url) { viewerComments { totalCount } } }`,
      { url },
      { token: ada.token, site: site.site },
    )
    expect(seen.article.viewerComments.totalCount).toBe(0)
  })

  test('is stored by nothing that can be read', async () => {
    const before = await rows()
    const url = site.url()
    const { id } = await articleAt(url)
    for (const token of [undefined, (await site.member()).token, moderator.token]) {
      const query = `query($url: String!, $id: ID!) { article(url: $url) { ${fields} } node(id: $id) { id } commentCounts(urls: [$url]) { count } viewer { name person { id } } site { name } }`
      expect((await program.ask(query, { url, id }, { token, site: site.site })).node).toBeNull()
    }
    expect(await rows()).toBe(before)
  })

  test('keeps its id when the first comment stores it', async () => {
    const url = site.url()
    const { id } = await articleAt(url)
    const { article, comment } = await site.post(ada, url)
    expect(article.id).toBe(id)
    expect(await articleAt(url)).toMatchObject({ id, commentCount: 1, comments: { totalCount: 1, edges: [{ node: { id: comment.id } }] } })
  })
})

describe('an article', () => {
  test('is found by all the forms of its URL and by no other', async () => {
    const path = `/a-${randomUUID()}/Stück`
    const { article } = await site.post(ada, `${site.origin}${path}`)
    const host = new URL(site.origin).host
    const same = [
      `http://${host}${path}`,
      `https://${host}:443${path}/`,
      `https://${host.toUpperCase()}${path}`,
      `https://${host}.${path}`,
      `https://${host}${path.replace('ü', '%c3%bc')}`,
      `https://${host}${path.replace('S', '%53')}?fbclid=1&utm_campaign=x#top`,
      `  https://${host}/x/..${path}?  `,
    ]
    for (const url of same) expect({ url, id: (await articleAt(url)).id }).toEqual({ url, id: article.id })
    for (const url of [`${site.origin}${path}?page=2`, `${site.origin}${path.toLowerCase()}`, `${site.origin}${path}/more`, site.origin])
      expect({ url, same: (await articleAt(url)).id === article.id }).toEqual({ url, same: false })
  })

  test('is found by the publisher’s key, which keeps it through a change of URL', async () => {
    const admin = await site.admin()
    const [one, two, articleKey] = [site.url(), site.url(), `post ${randomUUID()}`]
    const about = { articleKey, title: 'A title', publishedAt: '2026-01-02T03:04:05+02:00' }
    const { article } = await act(program, site, admin, 'registerArticle', { ...about, url: one })
    await act(program, site, admin, 'registerArticle', { ...about, url: two })
    const found = await program.ask(`query($key: String!) { article(key: $key) { ${fields} } }`, { key: articleKey }, { site: site.site })
    expect(found.article).toMatchObject({
      id: article.id,
      key: articleKey,
      title: 'A title',
      publishedAt: '2026-01-02T01:04:05.000Z',
      url: two,
    })
    expect((await articleAt(one)).id).toBe(article.id)
    expect((await articleAt(two)).id).toBe(article.id)
    expect(await program.ask('{ article(key: "nobody knows this") { id } }', {}, { site: site.site })).toEqual({ article: null })
  })

  test('is shown under its site’s origin, however its first commenter wrote it, and keeps what its rule may ask for later', async () => {
    const { host } = new URL(site.origin)
    const path = randomUUID()
    const cases = [
      [`https://${host}\\@evil.example/${path}?id=2#:~:text=x`, `https://${host}/@evil.example/${path}?id=2`],
      [`http://${host.toUpperCase()}.:80/${path}/?utm_source=x&id=1&fbclid=y#top`, `https://${host}/${path}/?id=1`],
    ] as const
    for (const [url, shown] of cases) {
      expect((await articleAt(url)).url).toBe(shown)
      const { article } = await site.post(ada, url)
      expect(await articleAt(shown)).toMatchObject({ id: article.id, url: shown })
    }
    const given = await inside(program)`SELECT "givenUrl" FROM article_url WHERE "givenUrl" = ANY(${cases.map(([url]) => url)}::text[])`
    expect(given).toHaveLength(2)
    const input = { articleKey: path, url: `https://${host}/registered-${path}?utm_id=1#a` }
    const { article } = await act(program, site, await site.admin(), 'registerArticle', input)
    expect(article.url).toBe(`https://${host}/registered-${path}`)
  })

  test('has to be named by exactly one of id, url and key', async () => {
    for (const named of ['', '(url: null)', `(url: "${site.url()}", key: "k")`]) {
      const { errors } = await program.send(`{ article${named} { id } }`, {}, { site: site.site })
      expect({ named, code: errors?.[0]?.extensions.code }).toEqual({ named, code: 'BAD_USER_INPUT' })
    }
  })

  test('under a foreign origin, or what is no URL, is refused', async () => {
    for (const url of [
      'https://elsewhere.example/a',
      `${site.origin}.evil.example/`,
      `https://user:pass@${new URL(site.origin).host}/`,
      'javascript:alert(1)',
      '',
      'x',
      `${site.origin}/${'x'.repeat(3000)}`,
    ]) {
      const { data, errors } = await byUrl(url)
      expect({ url, article: data?.article ?? null, code: errors?.[0]?.extensions.code }).toEqual({
        url,
        article: null,
        code: 'BAD_USER_INPUT',
      })
    }
  })
})

describe('a hidden article', () => {
  let url: string
  let ids: { article: string; comment: string; reply: string; author: string }

  beforeAll(async () => {
    url = site.url()
    const { article, comment } = await site.post(ada, url)
    const reply = await site.reply(ada, comment.id)
    ids = { article: article.id, comment: comment.id, reply: reply.comment.id, author: comment.author.id }
    await act(program, site, moderator, 'hideArticle', { articleId: article.id })
  })

  const query = `query($url: String!, $article: ID!, $comment: ID!, $reply: ID!, $author: ID!) {
    byUrl: article(url: $url) { id } byId: article(id: $article) { id } node(id: $article) { id } nodes(ids: [$article, $comment, $reply]) { id }
    comment(id: $comment) { id } reply: comment(id: $reply) { id parent { id } article { id } ancestors { totalCount } }
    person: node(id: $author) { ... on Person { comments(first: 50) { edges { node { id } } } } } commentCounts(urls: [$url]) { count } }`

  test.each(['anonymous', 'another', 'author'])('is not there for %s, by any way', async (who) => {
    const token = { anonymous: undefined, another: (await site.member()).token, author: ada.token }[who]
    const { person, ...rest } = await program.ask(query, { url, ...ids }, { token, site: site.site })
    const absent = { byUrl: null, byId: null, node: null, nodes: [null, null, null], comment: null, reply: null }
    expect(rest).toEqual({ ...absent, commentCounts: [{ count: 0 }] })
    for (const id of [ids.comment, ids.reply]) expect(JSON.stringify(person)).not.toContain(id)
  })

  test('is there for moderators', async () => {
    const seen = await program.ask(query, { url, ...ids }, { token: moderator.token, site: site.site })
    expect(seen).toMatchObject({
      byUrl: { id: ids.article },
      byId: { id: ids.article },
      node: { id: ids.article },
      comment: { id: ids.comment },
    })
    expect(seen).toMatchObject({ reply: { id: ids.reply, parent: { id: ids.comment } }, commentCounts: [{ count: 2 }] })
  })

  test('is there for everybody again when it is opened', async () => {
    const { article } = await site.post(ada, site.url())
    await act(program, site, moderator, 'hideArticle', { articleId: article.id })
    await act(program, site, moderator, 'reopenArticle', { articleId: article.id })
    const seen = await program.ask('query($id: ID!) { article(id: $id) { state commentCount } }', { id: article.id }, { site: site.site })
    expect(seen.article).toEqual({ state: 'OPEN', commentCount: 1 })
  })
})

test('a merged article answers by its old id and its old URLs with what it became', async () => {
  const [from, into] = [site.url(), site.url()]
  const [one, two] = [await site.post(ada, from), await site.post(ada, into)]
  await act(program, site, moderator, 'mergeArticles', { fromId: one.article.id, intoId: two.article.id })
  expect(await articleAt(from)).toMatchObject({ id: two.article.id, commentCount: 2 })
  const { article, comment } = await program.ask(
    'query($id: ID!, $comment: ID!) { article(id: $id) { id commentCount } comment(id: $comment) { article { id } } }',
    { id: one.article.id, comment: one.comment.id },
    { site: site.site },
  )
  expect({ article, comment }).toEqual({ article: { id: two.article.id, commentCount: 2 }, comment: { article: { id: two.article.id } } })
})

describe('the counts of many URLs', () => {
  const countsOf = (urls: string[]) =>
    program.send('query($urls: [String!]!) { commentCounts(urls: $urls) { url count } }', { urls }, { site: site.site })

  test('come in their order and form, also twice, with 0 for what is new, foreign or no URL', async () => {
    const [one, two, fresh] = [site.url(), site.url(), site.url()]
    const { comment } = await site.post(ada, one)
    await site.reply(ada, comment.id)
    await site.post(ada, two)
    const urls = [two, fresh, `${one}/?utm_source=x`, 'https://elsewhere.example/', 'nonsense', one]
    const { data } = await countsOf(urls)
    expect(data.commentCounts).toEqual([1, 0, 2, 0, 0, 2].map((count, i) => ({ url: urls[i], count })))
    expect((await countsOf([])).data.commentCounts).toEqual([])
  })

  test('are one statement for a hundred, and more are refused', async () => {
    const urls = Array.from({ length: 100 }, () => site.url())
    await countsOf(urls)
    program.statements.length = 0
    expect((await countsOf(urls)).data.commentCounts).toHaveLength(100)
    expect(program.statements.filter((text) => text.includes('article_url'))).toHaveLength(1)
    expect((await countsOf([...urls, site.url()])).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})
