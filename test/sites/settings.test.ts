/** What an admin changes of a site, and what no site can have. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { GraphQLInputObjectType } from 'graphql'
import { schema } from '../../src/schema.js'
import { createSite } from '../../src/sites/sites.js'
import { startApp, type TestApp } from '../support/app.js'
import { act, inside, uuidOf } from '../support/mutations.js'

import { seed } from '../support/seed.js'
import { manage } from './manage.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

const managed = (settings?: object) => manage(program, settings)

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
    ['a depth below 0', { settings: { maxDepth: -1 } }, 'The setting maxDepth is a whole number from 0 to 100.'],
    ['a depth that no index holds', { settings: { maxDepth: 101 } }, 'The setting maxDepth is a whole number from 0 to 100.'],
    [
      'texts longer than can be rendered in time',
      { settings: { maxTextLength: 10_001 } },
      /maxTextLength is a whole number from 1 to 10000\.$/,
    ],
    [
      'a host that is none',
      { settings: { hostAliases: [{ host: 'a b', same: 'example.com' }] } },
      /^The setting hostAliases holds at most 100 hosts/,
    ],
    [
      'a host with its port',
      { settings: { hostAliases: [{ host: 'a.example', same: 'example.com:80' }] } },
      /without scheme, port and path\.$/,
    ],
    [
      '101 aliases',
      { settings: { hostAliases: Array.from({ length: 101 }, (_, n) => ({ host: `m${n}.example`, same: 'example.com' })) } },
      /at most 100 hosts/,
    ],
    [
      'a language that is none',
      { settings: { locale: 'en\u0000' } },
      /^The setting locale is a BCP 47 tag of a language, such as en or pt-BR\.$/,
    ],
    [
      'a parameter that no text can hold',
      { settings: { meaningfulParameters: ['a', 'b\ud800'] } },
      /^The setting meaningfulParameters holds/,
    ],
    [
      '51 parameters',
      { settings: { extraTracking: Array.from({ length: 51 }, (_, n) => `p${n}`) } },
      /extraTracking holds at most 50 names/,
    ],
    [
      'two faults, told once each',
      { settings: { votesASecond: 0, extraTracking: ['', ''] } },
      /^The setting votesASecond is a whole number from 1 to 1000\. The setting extraTracking holds[^.]+\.$/,
    ],
    ['an origin that is none', { origins: ['ftp://example.com'] }, /"ftp:\/\/example.com" is not an origin such as/],
    ['an origin with a wildcard', { origins: ['https://*.example.com'] }, /wildcard/],
    ['an origin with a path', { origins: ['https://example.com/news'] }, /more than an origin: "https:\/\/example.com" would be one/],
    ['an origin with a password', { origins: ['https://me:secret@example.com'] }, /user or password/],
    ['no origin', { origins: [] }, 'A site has 1 to 100 origins.'],
    ['101 origins', { origins: Array.from({ length: 101 }, (_, n) => `https://o${n}.example`) }, 'A site has 1 to 100 origins.'],
    ['a name that cannot be seen', { name: '\u200b' }, /^The name of a site is a text of 1 to 100 characters/],
  ])('cannot be %s, and changes nothing', async (_what, input, message) => {
    const { site, update } = await managed()
    expect(await update({ name: 'Changed', settings: { maxDepth: 1 }, ...input })).toMatchObject({
      code: 'SETTINGS_NOT_ALLOWED',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
    expect((await program.ask('{ site { name maxDepth } }', {}, { site: site.site })).site).toEqual({ name: 'A site', maxDepth: 8 })
  })

  test('keeps origins and hosts as they are compared, each once', async () => {
    const { site, update } = await managed()
    const host = site.origin.slice('https://'.length)
    const origins = [`${site.origin}/`, `HTTPS://${host.toUpperCase()}:443`, `http://${host}`, 'https://bücher.example.']
    const { code, message } = await update({ origins, settings: { hostAliases: [{ host: `M.${host}.`, same: host.toUpperCase() }] } })
    expect({ code, message }).toEqual({})
    const query = '{ site { origins settings { hostAliases { host same } } } }'
    expect((await program.ask(query, {}, { site: site.site, token: (await site.admin()).token })).site).toEqual({
      origins: [site.origin, `http://${host}`, 'https://xn--bcher-kva.example'],
      settings: { hostAliases: [{ host: `m.${host}`, same: host }] },
    })
  })

  test('is refused from an admin who was banned, or whose token was withdrawn', async () => {
    const { site, admin, update } = await managed()
    await update({ name: 'Changed once' })
    const { viewer } = await program.ask('{ viewer { person { id } } }', {}, { site: site.site, token: admin.token })
    const id = uuidOf(viewer.person.id)
    await inside(program)`UPDATE person SET "tokensValidFrom" = now() + interval '1 minute' WHERE id = ${id}::uuid`
    await expect(update({ name: 'Changed again' })).rejects.toThrow('UNAUTHENTICATED')
    await inside(program)`UPDATE person SET "tokensValidFrom" = NULL, standing = 'BANNED' WHERE id = ${id}::uuid`
    await expect(update({ name: 'Changed again' })).rejects.toThrow('FORBIDDEN')
    await inside(program)`UPDATE person SET standing = 'SUSPENDED' WHERE id = ${id}::uuid`
    await expect(update({ name: 'Changed again' })).rejects.toThrow('FORBIDDEN')
    expect((await program.ask('{ site { name } }', {}, { site: site.site })).site.name).toBe('Changed once')
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

describe('settings', () => {
  const query = `{ site { slug settings { locale whoMayComment ssoRoles guestsMayVote premoderation maxDepth maxTextLength editWindowSeconds
    publicHistory memberSecondsBetweenComments guestSecondsBetweenComments guestCommentsAnHourAndAddress votesASecond reportsADay
    hostAliases { host same } meaningfulParameters extraTracking } } }`

  test('are all shown to an admin, as they were set', async () => {
    const { site, admin, update } = await managed()
    const set = {
      locale: 'pt-BR',
      whoMayComment: 'MEMBERS',
      ssoRoles: true,
      guestsMayVote: true,
      premoderation: true,
      maxDepth: 1,
      maxTextLength: 2,
      editWindowSeconds: 3,
      publicHistory: false,
      memberSecondsBetweenComments: 4,
      guestSecondsBetweenComments: 5,
      guestCommentsAnHourAndAddress: 6,
      votesASecond: 7,
      reportsADay: 8,
      hostAliases: [{ host: `m.${site.site}.example`, same: `${site.site}.example` }],
      meaningfulParameters: ['id'],
      extraTracking: ['from', 'mail_*'],
    }
    await update({ settings: set })
    const asked = { site: site.site, token: admin.token }
    expect((await program.ask(query, {}, asked)).site.settings).toEqual(set)
    const inputs = (schema.getType('SiteSettingsInput') as GraphQLInputObjectType).getFields()
    expect(Object.keys(inputs).sort()).toEqual(Object.keys(set).sort())
    await update({ settings: { meaningfulParameters: null } })
    expect((await program.ask(query, {}, asked)).site.settings).toEqual({ ...set, meaningfulParameters: null })
  })

  test('are hidden from everybody else, who still see the site', async () => {
    const site = await seed(program)
    const tokens = [undefined, ...(await Promise.all([site.guest(), site.member(), site.moderator()])).map(({ token }) => token)]
    for (const token of tokens) {
      const { data, errors } = await program.send(query, {}, { site: site.site, token })
      expect(data.site).toEqual({ slug: site.site, settings: null })
      expect(errors).toMatchObject([{ path: ['site', 'settings'], extensions: { code: token ? 'FORBIDDEN' : 'UNAUTHENTICATED' } }])
    }
  })
})

describe('an origin', () => {
  test.each([
    ['itself', (host: string) => ({ origins: [`https://${host}`] })],
    ['by http', (host: string) => ({ origins: [`http://${host}`] })],
    ['with its port written out', (host: string) => ({ origins: [`http://${host}:443`] })],
    ['in another spelling', (host: string) => ({ origins: [`https://${host.toUpperCase()}./`] })],
    ['by a host that stands for it', (host: string) => ({ origins: [`https://m.${host}`] })],
  ])('of another site cannot be taken: %s', async (_what, change) => {
    const { site: theirs, update: updateTheirs } = await managed()
    const host = theirs.origin.slice('https://'.length)
    await updateTheirs({ settings: { hostAliases: [{ host: `m.${host}`, same: host }] } })
    const { site, update } = await managed()
    const { origins } = change(host)
    expect(await update({ name: 'Changed', origins: [site.origin, ...origins] })).toEqual({
      __typename: 'OriginTaken',
      code: 'ORIGIN_TAKEN',
      message: expect.stringContaining(host),
    })
    expect((await program.ask('{ site { name origins } }', {}, { site: site.site })).site).toEqual({
      name: 'A site',
      origins: [site.origin],
    })
    const made = createSite(program.app.db, { slug: randomUUID(), name: 'A thief', origins })
    await expect(made).rejects.toMatchObject({ code: 'ORIGIN_TAKEN' })
  })

  test('of another site cannot be taken by saying that its host is another’s', async () => {
    const theirs = await seed(program)
    const { site, update } = await managed()
    const [host, same] = [theirs.origin, site.origin].map((origin) => origin.slice('https://'.length))
    expect(await update({ settings: { hostAliases: [{ host, same }] } })).toMatchObject({ code: 'ORIGIN_TAKEN' })
    expect(await update({ settings: { hostAliases: [{ host: same, same: host }] } })).toMatchObject({ code: 'ORIGIN_TAKEN' })
  })

  test('goes to one of several sites that want it at once, and to another when it is given up', async () => {
    const wanted = `https://${randomUUID()}.example`
    const sites = await Promise.all([1, 2, 3, 4].map(() => managed()))
    const take = ({ site, update }: (typeof sites)[number]) => update({ origins: [site.origin, wanted] })
    const codes = (await Promise.all(sites.map(take))).map(({ code }) => code)
    expect(codes.filter((code) => code === 'ORIGIN_TAKEN')).toHaveLength(3)
    const [holder] = sites.filter((_, i) => !codes[i])
    const [next] = sites.filter((_, i) => codes[i])
    if (!holder || !next) throw new Error('Nobody got it, or everybody.')
    expect(await holder.update({ origins: [holder.site.origin] })).toMatchObject({ site: { origins: [holder.site.origin] } })
    expect((await take(next)).site.origins).toContain(wanted)
  })

  test('goes to one of several sites that are made for it at once', async () => {
    const make = () => createSite(program.app.db, { slug: randomUUID(), name: 'New', origins: [origin] })
    const origin = `https://${randomUUID()}.example`
    const made = await Promise.allSettled([make(), make(), make()])
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('with another port is another', async () => {
    const theirs = await seed(program)
    const { site, update } = await managed()
    expect((await update({ origins: [site.origin, `${theirs.origin}:8443`] })).site.origins).toEqual([site.origin, `${theirs.origin}:8443`])
  })
})
