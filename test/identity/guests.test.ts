/** Guests: a name, a key and a token; and readers who mute each other. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act, inside, read } from '../support/mutations.js'
import { newKey, seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

const become = async (input: object, settings: object = {}) => {
  const site = await seed(program, settings)
  return { site, guest: await act(program, site, null, 'becomeGuest', input) }
}

describe('a guest', () => {
  test('has a token that speaks for the name, and can write with it', async () => {
    const { site, guest } = await become({ name: '  Ann\n of  Green ' })
    expect(guest.person).toMatchObject({ name: 'Ann of Green', kind: 'GUEST', role: 'READER' })
    const by = { name: 'Ann', token: guest.token }
    const posted = await act(program, site, by, 'postComment', { url: site.url(), text: 'Hello' })
    expect(posted.comment.author).toEqual(guest.person)
    const { viewer } = await program.ask('{ viewer { name kind role tokenExpiresAt } }', {}, { token: guest.token, site: site.site })
    expect(viewer).toMatchObject({ name: 'Ann of Green', kind: 'GUEST', role: 'READER' })
    expect(new Date(viewer.tokenExpiresAt).getTime()).toBeGreaterThan(Date.now())
  })

  test('is the same with the same key, also when it is sent ten times at once', async () => {
    const key = newKey()
    const { site, guest } = await become({ name: 'Ann', key })
    const again = await Promise.all(Array.from({ length: 10 }, () => act(program, site, null, 'becomeGuest', { name: 'Ann', key })))
    expect(new Set(again.map(({ person }) => person.id))).toEqual(new Set([guest.person.id]))
    const people = await inside(program)`SELECT id FROM person WHERE "siteId" = (SELECT id FROM site WHERE slug = ${site.site})`
    expect(people).toHaveLength(1)
    const by = { name: 'Ann', token: again[9]?.token }
    expect((await act(program, site, by, 'postComment', { url: site.url(), text: 'Hello' })).comment.author.id).toBe(guest.person.id)
  })

  test('is another with another key or on another site, whatever the name', async () => {
    const key = newKey()
    const { site, guest } = await become({ name: 'Ann', key })
    const other = await act(program, site, null, 'becomeGuest', { name: 'Ann' })
    const elsewhere = await become({ name: 'Ann', key })
    expect(new Set([guest, other, elsewhere.guest].map(({ person }) => person.id)).size).toBe(3)
  })

  test.each(['short', 'x'.repeat(65), 'a key with\u0000', ''])('cannot have the key %j', async (key) => {
    await expect(become({ name: 'Ann', key })).rejects.toThrow('BAD_USER_INPUT')
  })

  test('is told what is wrong with a key', async () => {
    const messageFor = (key: string) => become({ name: 'Ann', key }).then(String, String)
    expect(await messageFor('short')).toContain('8 to 64 characters')
    expect(await messageFor('long enough\u0000')).toMatch(/control character/)
    expect(await messageFor('long enough\u0000')).not.toContain('8 to 64')
  })

  test.each(['Moderator', 'Admin', 'M0DERAT0R ✓', 'Аdmin', 'The Site Admin', 'Admin42', 'SiteAdmin', 'a.d.m.i.n', 'ad\u00admin team'])(
    'cannot have a name that claims a role: %s',
    async (name) => {
      expect((await become({ name })).guest).toMatchObject({ code: 'NAME_RESERVED' })
    },
  )

  test.each(['Badminton Bob', 'Mo D.', 'Modesto', 'Edith Torres', 'Stafford'])(
    'may have a name that only resembles one: %s',
    async (name) => {
      expect((await become({ name })).guest.person).toMatchObject({ name })
    },
  )

  test('cannot have a name like that of one of the site’s moderators', async () => {
    const site = await seed(program)
    await site.post(await site.member('Rosalind', 'MODERATOR'), site.url())
    expect(await act(program, site, null, 'becomeGuest', { name: 'r0saIind' })).toMatchObject({ code: 'NAME_TAKEN' })
  })

  test.each([' ', '\u200b', 'x'.repeat(51), 'Ann\u202e', `A${'\u0301'.repeat(40)}`, 'A\u0000'])('cannot have the name %j', async (name) => {
    expect((await become({ name })).guest).toMatchObject({ code: 'NAME_NOT_ALLOWED' })
  })

  test.each(['Margaret', 'mаrgаret', 'M.A.R.G.A.R.E.T', 'ＭＡＲＧＡＲＥＴ', 'Márgaret ✓'])(
    'cannot have a name like a member’s: %s',
    async (name) => {
      const site = await seed(program)
      await site.post(await site.member('Margaret'), site.url())
      expect(await act(program, site, null, 'becomeGuest', { name })).toMatchObject({ code: 'NAME_TAKEN' })
      const elsewhere = await become({ name })
      expect(elsewhere.guest.person).toMatchObject({ name })
    },
  )

  test('may have the name of another guest', async () => {
    const { site } = await become({ name: 'Ann' })
    expect((await act(program, site, null, 'becomeGuest', { name: 'Ann' })).person.name).toBe('Ann')
  })

  test('is not made where guests can neither write nor vote, and is where they can vote', async () => {
    expect((await become({ name: 'Ann' }, { whoMayComment: 'MEMBERS' })).guest).toMatchObject({ code: 'GUESTS_NOT_ALLOWED' })
    expect((await become({ name: 'Ann' }, { whoMayComment: 'MEMBERS', guestsMayVote: true })).guest.person).toBeTruthy()
  })

  test('stays a guest on the site that it is of', async () => {
    const { guest } = await become({ name: 'Ann' })
    const other = await seed(program)
    await expect(
      act(program, other, { name: 'Ann', token: guest.token }, 'postComment', { url: other.url(), text: 'Hello' }),
    ).rejects.toThrow('UNAUTHENTICATED')
  })
})

test('somebody muted is on the reader’s list until they are unmuted, and nobody else’s', async () => {
  const site = await seed(program)
  const { comment } = await site.post(await site.member('Loud'), site.url())
  const [reader, other] = [await site.member('A reader'), await site.guest()]
  const personId = comment.author.id
  for (let n = 0; n < 2; n++)
    expect((await act(program, site, reader, 'mutePerson', { personId })).viewer.muted).toMatchObject({
      totalCount: 1,
      edges: [{ node: { id: personId } }],
    })
  const muted = (token: string) => program.ask('{ viewer { muted(first: 5) { totalCount } } }', {}, { token, site: site.site })
  expect((await muted(other.token)).viewer.muted).toEqual({ totalCount: 0 })
  expect(await read(program, site, reader, comment.id)).toMatchObject({ author: { id: personId } })
  expect((await act(program, site, reader, 'unmutePerson', { personId })).viewer.muted).toEqual({ totalCount: 0, edges: [] })
})
