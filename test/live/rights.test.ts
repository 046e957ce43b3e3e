import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { SignJWT } from 'jose'
import { signToken } from '../../src/identity/identity.js'
import { sql } from '../../src/platform/client.js'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect } from './client.js'
import { type Door, openDoor } from './door.js'
import { events } from './events.js'

const ssoSecret = 'a secret of a site’s login, which is long enough'

let program: TestApp
let site: Seed
let door: Door

beforeAll(async () => {
  program = await startApp()
  site = await seed(program, { ssoRoles: true }, { ssoSecret })
})
afterAll(() => program.stop())
afterEach(() => door.stop())

/** A socket on which this person follows something. */
async function following({ token }: Person): Promise<Client> {
  const client = await connect(door.url, { site: site.site, token })
  await client.subscribe(events, { url: site.url() }).event()
  return client
}

/** Somebody who has written, so that there is a row to ban. */
async function member(): Promise<Person & { id: string }> {
  const person = await site.member()
  const { comment } = await site.post(person, site.url())
  return { ...person, id: Buffer.from(comment.author.id, 'base64url').toString().split(':')[1] ?? '' }
}

const isOpen = ({ ws }: Client) => ws.readyState === ws.OPEN

describe('Whoever is signed in', () => {
  test('is sent away with 4403 when they are banned, on every socket, and nobody else is', async () => {
    door = await openDoor(program, { rightsEveryMs: 10 })
    const [banned, other] = [await member(), await member()]
    const sockets = [await following(banned), await following(banned)]
    const rest = [await following(other), await connect(door.url, { site: site.site })]
    await sql(program.app.db)`UPDATE person SET standing = 'BANNED' WHERE id = ${banned.id}::uuid`
    expect(await Promise.all(sockets.map((socket) => socket.closed))).toEqual([4403, 4403])
    expect(rest.map(isOpen)).toEqual([true, true])

    const back = await connect(door.url, { site: site.site, token: banned.token })
    expect(await back.subscribe(events, { url: site.url() }).next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    })
    await sql(program.app.db)`UPDATE person SET "standingUntil" = now() - interval '1 second' WHERE id = ${banned.id}::uuid`
    await back.subscribe(events, { url: site.url() }).event()
    await Promise.all([...rest, back].map((client) => client.close()))
  })

  test('is sent away with 4403 when their token is withdrawn; with a newer one they stay', async () => {
    door = await openDoor(program, { rightsEveryMs: 10 })
    const claims = {
      subject: 'test:renewed',
      kind: 'MEMBER',
      role: 'READER',
      name: 'Renewed',
      siteSlug: site.site,
      lifeSeconds: 3600,
    } as const
    const [old, fresh] = await Promise.all(
      [new Date(Date.now() - 60_000), new Date()].map((now) => signToken(program.app.secret, claims, now)),
    )
    const person = { name: 'Renewed', token: old ?? '' }
    const { comment } = await site.post(person, site.url())
    const [before, after] = [await following(person), await following({ ...person, token: fresh ?? '' })]
    const id = Buffer.from(comment.author.id, 'base64url').toString().split(':')[1] ?? ''
    await sql(program.app.db)`UPDATE person SET "tokensValidFrom" = ${new Date(Date.now() - 30_000)} WHERE id = ${id}::uuid`
    expect(await before.closed).toBe(4403)
    expect(isOpen(after)).toBe(true)
    await after.close()
  })

  test('is sent away when the site no longer believes what their token says of them, and stays through any other change', async () => {
    door = await openDoor(program, { rightsEveryMs: 10 })
    const now = Math.floor(Date.now() / 1000)
    const token = await new SignJWT({ name: 'Staff', role: 'MODERATOR' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(site.origin)
      .setAudience('colloquy')
      .setSubject('staff')
      .setIssuedAt(now)
      .setExpirationTime(now + 3600)
      .sign(new TextEncoder().encode(ssoSecret))
    const [staff, reader] = [await following({ name: 'Staff', token }), await following(await member())]
    const admin = await site.admin()
    await act(program, site, admin, 'updateSite', { name: 'Another name' })
    const asked = program.statements.length
    await until('the change is looked at', () => program.statements.slice(asked).filter((text) => /FROM site/.test(text)).length > 1)
    expect([staff, reader].map(isOpen)).toEqual([true, true])
    await act(program, site, admin, 'updateSite', { settings: { ssoRoles: false } })
    expect(await staff.closed).toBe(4403)
    expect(isOpen(reader)).toBe(true)
    await reader.close()
  })

  test('costs one statement a sweep, however many they are, and none where nobody is', async () => {
    door = await openDoor(program, { rightsEveryMs: 10 })
    const asks = () => program.statements.filter((text) => /FROM person\s+WHERE id = ANY/.test(text)).length
    const people = await Promise.all(Array.from({ length: 5 }, member))
    const before = asks()
    const sockets = await Promise.all(people.map(following))
    // One each when they begin to follow, and those of the sweeps.
    await until('they have been asked for', () => asks() > before + 10)
    await Promise.all(sockets.map((socket) => socket.close()))
    await until('nobody is there', () => door.count() === 0)
    const after = asks()
    const anonymous = await connect(door.url, { site: site.site })
    await anonymous.subscribe(events, { url: site.url() }).event()
    await site.post(people[0] as Person, site.url())
    expect(asks()).toBeLessThanOrEqual(after + 1)
    await anonymous.close()
  })
})
