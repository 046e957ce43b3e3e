/** Discussions that stay where they are when a site changes the rule of its URLs. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, discussion, read, uuidOf } from '../support/mutations.js'
import { disagreements } from '../support/numbers.js'
import { manage } from './manage.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

const managed = (settings?: object, origins?: string[]) => manage(program, settings, origins)

describe('when a site says that two hosts are one', () => {
  const hosts = () => {
    const name = `${randomUUID().slice(0, 8)}.example`
    return { www: `www.${name}`, mobile: `m.${name}`, origins: [`https://www.${name}`, `https://m.${name}`] }
  }

  test('discussions of the same page are joined, and each URL still leads to what was said under it', async () => {
    const { www, mobile, origins } = hosts()
    const { site, update, settled } = await managed({}, origins)
    const author = await site.member()
    const pages = ['both', 'both?page=2', 'only-mobile', 'only-www']
    for (const [page, onMobile, onWww] of [
      ['both', 2, 3],
      ['both?page=2', 1, 1],
      ['only-mobile', 2, 0],
      ['only-www', 0, 1],
    ] as const) {
      for (let n = 0; n < onMobile; n++) await site.post(author, `https://${mobile}/${page}`)
      for (let n = 0; n < onWww; n++) await site.post(author, `https://${www}/${page}`)
    }
    await update({ settings: { hostAliases: [{ host: mobile, same: www }] } })
    await settled()
    for (const [n, page] of pages.entries()) {
      const [one, other] = [
        await discussion(program, site, `https://${mobile}/${page}`),
        await discussion(program, site, `https://${www}/${page}`),
      ]
      expect(one.id).toBe(other.id)
      expect([one.commentCount, one.comments.totalCount]).toEqual([[5, 2, 2, 1][n], [5, 2, 2, 1][n]])
      expect(await disagreements(program, one.id)).toEqual([])
    }
    expect((await act(program, site, author, 'postComment', { url: `https://${mobile}/only-www`, text: 'More' })).article).toMatchObject({
      commentCount: 2,
    })
  })

  test.each([
    ['the one that gets a new address', 'mobile'],
    ['the one whose address it is already', 'www'],
  ] as const)('a hidden discussion, %s, stays apart from an open one; the URL leads to the open one', async (_, which) => {
    const { www, mobile, origins } = hosts()
    const { site, admin, update, settled } = await managed({}, origins)
    const author = await site.member()
    const urls = { mobile: `https://${mobile}/draft`, www: `https://${www}/draft` }
    const secret = await site.post(author, urls[which])
    const open = await site.post(author, urls[which === 'mobile' ? 'www' : 'mobile'])
    await act(program, site, admin, 'hideArticle', { articleId: secret.article.id })
    // Twice: a rule that changes again finds them as they are.
    for (const extraTracking of [[], ['from']]) {
      await update({ settings: { hostAliases: [{ host: mobile, same: www }], extraTracking } })
      await settled()
      expect(await read(program, site, null, secret.comment.id)).toBeNull()
      expect(await read(program, site, null, open.comment.id)).toMatchObject({ id: open.comment.id })
      for (const url of Object.values(urls))
        for (const person of [undefined, admin])
          expect(await discussion(program, site, url, person)).toMatchObject({ id: open.article.id, state: 'OPEN', commentCount: 1 })
    }
    const byId =
      'query($id: ID!) { article(id: $id) { id state commentCount } auditLog(first: 9) { edges { node { action actorId subjectId } } } }'
    const found = await program.ask(byId, { id: secret.article.id }, { site: site.site, token: admin.token })
    expect(found.article).toEqual({ id: secret.article.id, state: 'HIDDEN', commentCount: 1 })
    const told = found.auditLog.edges.map((edge: Data) => edge.node)
    expect(told).toContainEqual({ action: 'article.keepApart', actorId: null, subjectId: uuidOf(secret.article.id) })
    expect(told.map(({ action }: Data) => action)).not.toContain('article.merge')

    await act(program, site, admin, 'mergeArticles', { fromId: secret.article.id, intoId: open.article.id })
    expect(await discussion(program, site, urls.www)).toMatchObject({ id: open.article.id, commentCount: 2 })
    for (const { article } of [secret, open]) expect(await disagreements(program, article.id)).toEqual([])
  })

  test('two hidden discussions are joined, and hidden', async () => {
    const { www, mobile, origins } = hosts()
    const { site, admin, update, settled } = await managed({}, origins)
    const author = await site.member()
    for (const host of [www, mobile]) {
      const { article } = await site.post(author, `https://${host}/draft`)
      await act(program, site, admin, 'hideArticle', { articleId: article.id })
    }
    await update({ settings: { hostAliases: [{ host: mobile, same: www }] } })
    await settled()
    expect(await discussion(program, site, `https://${mobile}/draft`)).toBeNull()
    expect(await discussion(program, site, `https://${mobile}/draft`, admin)).toMatchObject({ state: 'HIDDEN', commentCount: 2 })
  })

  test('an article with several URLs that change is joined with all of them', async () => {
    const { www, mobile, origins } = hosts()
    const { site, admin, update, settled } = await managed({}, origins)
    const author = await site.member()
    const register = (key: string, url: string) => act(program, site, admin, 'registerArticle', { articleKey: key, url })
    const { article } = await register('one', `https://${mobile}/a`)
    for (const path of ['b', 'c', 'd']) await register('one', `https://${mobile}/${path}`)
    await site.post(author, `https://${mobile}/c`)
    await site.post(author, `https://${www}/b`)
    await site.post(author, `https://${www}/d`)
    await update({ settings: { hostAliases: [{ host: mobile, same: www }] } })
    await settled()
    const found = await Promise.all(
      ['a', 'b', 'c', 'd'].flatMap((path) => [www, mobile].map((host) => discussion(program, site, `https://${host}/${path}`))),
    )
    expect(new Set(found.map(({ id }) => id)).size).toBe(1)
    for (const each of found) expect(each).toMatchObject({ commentCount: 3 })
    expect(
      (await program.ask('query($id: ID!) { article(id: $id) { commentCount } }', { id: article.id }, { site: site.site })).article,
    ).toEqual({ commentCount: 3 })
  })

  test('parameters that begin to mean something, and cease to, lose no discussion', async () => {
    const { site, update, settled } = await managed()
    const author = await site.member()
    const url = site.url()
    const [first, second] = [`${url}?id=1&from=a`, `${url}?id=1&from=b`]
    await site.post(author, first)
    await site.post(author, second)
    await update({ settings: { meaningfulParameters: ['id'] } })
    await settled()
    for (const each of [first, second, `${url}?id=1`]) expect(await discussion(program, site, each)).toMatchObject({ commentCount: 2 })
    await update({ settings: { meaningfulParameters: null } })
    await settled()
    for (const each of [first, second]) expect(await discussion(program, site, each)).toMatchObject({ commentCount: 2 })
    expect(await discussion(program, site, `${url}?id=1&from=c`)).toMatchObject({ commentCount: 0 })
  })
})
