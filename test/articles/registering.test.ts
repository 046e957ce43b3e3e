/** What a publisher's server says of its articles, and discussions that are closed and opened. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act, discussion, inside, read } from '../support/mutations.js'
import { disagreements, eventsOf } from '../support/numbers.js'
import { seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

async function publisher() {
  const site = await seed(program)
  const admin = await site.admin()
  const register = (input: object) => act(program, site, admin, 'registerArticle', input)
  return { site, admin, register, url: site.url() }
}

describe('a registered article', () => {
  test('is there with its key, title and date before anybody has commented', async () => {
    const { site, register, url } = await publisher()
    const registered = await register({ articleKey: 'post-1', url, title: ' A  title ', publishedAt: '2026-01-02T03:04:05+02:00' })
    expect(registered.article).toMatchObject({
      key: 'post-1',
      url,
      title: 'A title',
      publishedAt: '2026-01-02T01:04:05.000Z',
      commentCount: 0,
    })
    expect(await discussion(program, site, url)).toMatchObject({ id: registered.article.id, key: 'post-1' })
    const byKey = await program.ask('{ article(key: "post-1") { id } }', {}, { site: site.site })
    expect(byKey.article.id).toBe(registered.article.id)
  })

  test.each(['9999-12-31T23:59:59-00:01', '0000-01-01T00:00:00+00:01'])(
    'cannot have the date %s, which no answer could tell',
    async (date) => {
      const { register, url } = await publisher()
      await expect(register({ articleKey: 'post-1', url, publishedAt: date })).rejects.toThrow('BAD_USER_INPUT')
    },
  )

  test.each(['9999-12-31T23:59:59.999Z', '0000-01-01T00:00:00.000Z'])('may have the date %s', async (publishedAt) => {
    const { register, url } = await publisher()
    expect((await register({ articleKey: 'post-1', url, publishedAt })).article).toMatchObject({ publishedAt })
  })

  test('keeps what is not said again, and tells followers what is', async () => {
    const { register, url } = await publisher()
    const { article } = await register({ articleKey: 'post-1', url, title: 'A title', publishedAt: '2026-01-02T00:00:00Z' })
    expect((await register({ articleKey: 'post-1', url })).article).toEqual(article)
    expect((await register({ articleKey: 'post-1', url, title: 'Another' })).article).toMatchObject({
      id: article.id,
      title: 'Another',
      publishedAt: article.publishedAt,
    })
    expect(await eventsOf(program, article.id)).toEqual(['ARTICLE', 'ARTICLE'])
  })

  test('keeps its discussion under a new URL, and is still found under the old one', async () => {
    const { site, register, url } = await publisher()
    const { article } = await register({ articleKey: 'post-1', url })
    await site.post(await site.member(), url)
    const newUrl = site.url()
    expect((await register({ articleKey: 'post-1', url: newUrl })).article).toMatchObject({ id: article.id, url: newUrl, commentCount: 1 })
    for (const each of [url, newUrl]) expect(await discussion(program, site, each)).toMatchObject({ id: article.id, commentCount: 1 })
  })

  test('takes over a discussion that began under its URL', async () => {
    const { site, register, url } = await publisher()
    const { article } = await site.post(await site.member(), url)
    expect((await register({ articleKey: 'post-1', url: `${url}/?utm_source=mail` })).article).toMatchObject({
      id: article.id,
      key: 'post-1',
      commentCount: 1,
    })
  })

  test('does not give its URL to another key', async () => {
    const { register, url } = await publisher()
    const { article } = await register({ articleKey: 'post-1', url })
    for (const key of ['post-2', 'post-3']) expect(await register({ articleKey: key, url })).toMatchObject({ code: 'ADDRESS_TAKEN' })
    await register({ articleKey: 'post-2', url: `${url}-2` })
    expect(await register({ articleKey: 'post-2', url })).toMatchObject({ code: 'ADDRESS_TAKEN' })
    expect((await register({ articleKey: 'post-1', url })).article).toEqual(article)
  })

  test('that was merged is registered again as what it became, which keeps its own key or none', async () => {
    const { site, register, url } = await publisher()
    const { article: gone } = await register({ articleKey: 'post-1', url })
    const { article: keyless } = await site.post(await site.member(), site.url())
    const moderator = await site.moderator()
    await act(program, site, moderator, 'mergeArticles', { fromId: gone.id, intoId: keyless.id })
    expect((await register({ articleKey: 'post-1', url, title: 'A title' })).article).toMatchObject({
      id: keyless.id,
      key: null,
      title: 'A title',
    })
    const { article: keyed } = await register({ articleKey: 'post-2', url: site.url() })
    await act(program, site, moderator, 'mergeArticles', { fromId: keyless.id, intoId: keyed.id })
    expect((await register({ articleKey: 'post-1', url })).article).toMatchObject({ id: keyed.id, key: 'post-2' })
  })

  test('is one, when its key comes with five URLs at once', async () => {
    const { site, register } = await publisher()
    const urls = Array.from({ length: 5 }, () => site.url())
    const answers = await Promise.all(urls.map((url) => register({ articleKey: 'post-1', url })))
    const ids = answers.map(({ article }) => article.id)
    expect(new Set(ids).size).toBe(1)
    for (const url of urls) expect(await discussion(program, site, url)).toMatchObject({ id: ids[0], key: 'post-1' })
  })

  test.each([
    ['an empty key', { articleKey: ' ' }],
    ['a key of 201 characters', { articleKey: 'x'.repeat(201) }],
    ['a key with U+0000', { articleKey: 'a\u0000b' }],
    ['an empty title', { title: '' }],
    ['a title that is turned around', { title: '\u202egpj.exe' }],
  ])('cannot have %s', async (_what, wrong) => {
    const { register, url } = await publisher()
    expect(await register({ articleKey: 'post-1', url, ...wrong })).toMatchObject({ code: 'TITLE_NOT_ALLOWED' })
  })

  test('is not for moderators to register', async () => {
    const { site, url } = await publisher()
    const input = { articleKey: 'post-1', url }
    await expect(act(program, site, await site.moderator(), 'registerArticle', input)).rejects.toThrow('FORBIDDEN')
  })
})

describe('a discussion', () => {
  async function thread() {
    const site = await seed(program)
    const author = await site.member()
    const url = site.url()
    const { comment, article } = await site.post(author, url)
    return { site, author, url, id: comment.id as string, articleId: article.id as string, moderator: await site.moderator() }
  }

  test('that is closed can be read, takes nothing new, and goes on when it is opened again', async () => {
    const { site, author, url, id, articleId, moderator } = await thread()
    expect(await act(program, site, moderator, 'closeArticle', { articleId, note: 'Enough' })).toMatchObject({
      article: { state: 'CLOSED' },
    })
    for (const by of [author, moderator]) {
      expect(await act(program, site, by, 'postComment', { url, text: 'More' })).toMatchObject({ code: 'ARTICLE_CLOSED' })
      expect(await act(program, site, by, 'replyToComment', { parentId: id, text: 'More' })).toMatchObject({ code: 'ARTICLE_CLOSED' })
    }
    expect(await discussion(program, site, url)).toMatchObject({ state: 'CLOSED', commentCount: 1 })
    expect(await read(program, site, null, id)).toMatchObject({ replyCount: 0 })
    await act(program, site, moderator, 'reopenArticle', { articleId })
    expect(await act(program, site, author, 'postComment', { url, text: 'More' })).toMatchObject({
      article: { state: 'OPEN', commentCount: 2 },
    })
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'ARTICLE', 'ARTICLE', 'POSTED'])
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('that is hidden is there for moderators only, with all that was said in it', async () => {
    const { site, author, url, id, articleId, moderator } = await thread()
    await act(program, site, moderator, 'hideArticle', { articleId })
    for (const by of [null, author]) {
      expect(await discussion(program, site, url, by)).toBeNull()
      expect(await read(program, site, by, id)).toBeNull()
    }
    expect(await act(program, site, author, 'postComment', { url, text: 'Hello?' })).toMatchObject({ code: 'ARTICLE_NOT_FOUND' })
    expect(await discussion(program, site, url, moderator)).toMatchObject({ state: 'HIDDEN' })
    expect(await read(program, site, moderator, id)).toMatchObject({ status: 'APPROVED' })
    const counted = await program.ask(
      'query($urls: [String!]!) { commentCounts(urls: $urls) { count } }',
      { urls: [url] },
      { site: site.site },
    )
    expect(counted.commentCounts).toEqual([{ count: 0 }])
    await act(program, site, moderator, 'reopenArticle', { articleId })
    expect(await discussion(program, site, url)).toMatchObject({ state: 'OPEN', commentCount: 1 })
  })

  test('has in the audit log who closed it and why', async () => {
    const { site, articleId, moderator } = await thread()
    await act(program, site, moderator, 'closeArticle', { articleId, note: 'Enough' })
    const rows = await inside(program)<{ action: string; note: string }>`
      SELECT action, note FROM audit WHERE "siteId" = (SELECT id FROM site WHERE slug = ${site.site}) ORDER BY id`
    expect(rows).toEqual([{ action: 'article.closed', note: 'Enough' }])
  })
})
