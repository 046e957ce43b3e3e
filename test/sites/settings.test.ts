/** What an admin changes of a site, and discussions that stay where they are when the rule of URLs changes. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act, discussion, inside, until } from '../support/mutations.js'
import { disagreements } from '../support/numbers.js'
import { seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

async function managed(settings: object = {}, origins: string[] = []) {
  const site = await seed(program, settings, origins.length > 0 ? { origins } : {})
  const admin = await site.admin()
  const update = (input: object) => act(program, site, admin, 'updateSite', input)
  const jobs = () => inside(program)`SELECT kind FROM job WHERE "siteId" = (SELECT id FROM site WHERE slug = ${site.site})`
  return { site, admin, update, settled: () => until(async () => (await jobs()).length === 0) }
}

describe('a change of a site', () => {
  test('holds at once, keeps what it does not name, and stands in the audit log', async () => {
    const { site, update } = await managed({ maxDepth: 3 })
    const updated = await update({ name: ' Another  name ', settings: { premoderation: true, locale: 'de', editWindowSeconds: 60 } })
    expect(updated.site).toMatchObject({
      name: 'Another name',
      origins: [site.origin],
      premoderation: true,
      locale: 'de',
      editWindowSeconds: 60,
      maxDepth: 3,
    })
    const { held } = await site.post(await site.member(), site.url())
    expect(held).toBe(true)
    const audit = await inside(program)`SELECT action FROM audit WHERE "siteId" = (SELECT id FROM site WHERE slug = ${site.site})`
    expect(audit).toEqual([{ action: 'site.update' }])
  })

  test('of other settings by several admins at once loses none', async () => {
    const { site, update } = await managed()
    const changes = [{ maxDepth: 2 }, { premoderation: true }, { locale: 'fr' }, { editWindowSeconds: 7 }, { whoMayComment: 'MEMBERS' }]
    await Promise.all(changes.map((settings) => update({ settings })))
    const shown = await program.ask('{ site { maxDepth premoderation locale editWindowSeconds whoMayComment } }', {}, { site: site.site })
    expect(shown.site).toEqual(Object.assign({}, ...changes))
  })

  test.each([
    ['a depth below 0', { settings: { maxDepth: -1 } }],
    ['a depth that no index holds', { settings: { maxDepth: 101 } }],
    ['texts longer than can be rendered in time', { settings: { maxTextLength: 10_001 } }],
    ['a host that is none', { settings: { hostAliases: [{ host: 'a b', same: 'example.com' }] } }],
    ['a language that is none', { settings: { locale: 'en\u0000' } }],
    ['a parameter that no text can hold', { settings: { meaningfulParameters: ['a', 'b\ud800'] } }],
    ['51 parameters', { settings: { extraTracking: Array.from({ length: 51 }, (_, n) => `p${n}`) } }],
    ['an origin that is none', { origins: ['ftp://example.com'] }],
    ['a name that cannot be seen', { name: '\u200b' }],
  ])('cannot be %s, and changes nothing', async (_what, input) => {
    const { site, update } = await managed()
    expect(await update({ name: 'Changed', settings: { maxDepth: 1 }, ...input })).toMatchObject({
      code: 'SETTINGS_NOT_ALLOWED',
      message: expect.stringMatching(/.{10}/),
    })
    expect((await program.ask('{ site { name maxDepth } }', {}, { site: site.site })).site).toEqual({ name: 'A site', maxDepth: 8 })
  })

  test('is for admins of this site only', async () => {
    const { site } = await managed()
    const other = await seed(program)
    await expect(act(program, site, await site.moderator(), 'updateSite', { name: 'Mine' })).rejects.toThrow('FORBIDDEN')
    await expect(act(program, site, await other.admin(), 'updateSite', { name: 'Mine' })).rejects.toThrow('UNAUTHENTICATED')
  })

  test('of who may write holds for guests from then on', async () => {
    const { site, update } = await managed()
    const guest = await site.guest()
    const url = site.url()
    await site.post(guest, url)
    await update({ settings: { whoMayComment: 'MEMBERS' } })
    expect(await act(program, site, guest, 'postComment', { url, text: 'Again' })).toMatchObject({ code: 'GUESTS_NOT_ALLOWED' })
  })
})

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
