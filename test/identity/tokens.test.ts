/** Tokens: those of a site's own login, of this installation, and all that must not be taken for either. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type JWTPayload, SignJWT } from 'jose'
import { startApp, type TestApp } from '../support/app.js'
import { act, inside, uuidOf } from '../support/mutations.js'
import { type Seed, seed } from '../support/seed.js'

const secret = 'a secret of the login, which is long enough'
const seconds = () => Math.floor(Date.now() / 1000)

let program: TestApp
let site: Seed
beforeAll(async () => {
  program = await startApp()
  site = await seed(program, {}, { ssoSecret: secret })
})
afterAll(() => program.stop())

const claims = (): JWTPayload => ({
  iss: site.origin,
  aud: 'colloquy',
  sub: 'user-7',
  name: 'Ann',
  iat: seconds(),
  exp: seconds() + 3600,
})

const signed = (payload: JWTPayload, key: string | Uint8Array = secret) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(typeof key === 'string' ? new TextEncoder().encode(key) : key)

/** A token put together by hand, as an attacker would. */
function forged(header: object, payload: JWTPayload, sign: (text: string) => Buffer = () => Buffer.alloc(0)): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${sign(text).toString('base64url')}`
}

const ask = (token: string, where = site) => program.send('{ viewer { name kind role } }', {}, { token, site: where.site })
const codeOf = async (token: string, where = site) => (await ask(token, where)).errors?.[0]?.extensions.code

describe('a token of the site’s own login', () => {
  test('speaks for its member, who is the same person whenever the subject is', async () => {
    const first = await signed(claims())
    const later = await signed({ ...claims(), name: 'Ann Other', picture: 'https://pictures.example/a.png', exp: seconds() + 60 })
    expect((await ask(first)).data.viewer).toEqual({ name: 'Ann', kind: 'MEMBER', role: 'READER' })
    const ids = []
    for (const token of [first, later]) {
      const { comment } = await act(program, site, { name: '', token }, 'postComment', { url: site.url(), text: 'Hello' })
      ids.push(comment.author.id)
    }
    expect(ids[0]).toBe(ids[1])
    const { node } = await program.ask(
      'query($id: ID!) { node(id: $id) { ... on Person { name avatarUrl } } }',
      { id: ids[0] },
      { site: site.site },
    )
    expect(node).toEqual({ name: 'Ann Other', avatarUrl: 'https://pictures.example/a.png' })
  })

  test('brings a new e-mail address also where nothing else is new, and a token without one leaves it', async () => {
    const emailAfter = async (more: JWTPayload) => {
      const by = { name: '', token: await signed({ ...claims(), sub: 'user-mail', name: 'Mel', ...more }) }
      const { comment } = await act(program, site, by, 'postComment', { url: site.url(), text: 'Hello' })
      const [row] = await inside(program)<{ email: string }>`
        SELECT email FROM person_private WHERE "personId" = ${uuidOf(comment.author.id)}::uuid`
      return row?.email
    }
    expect(await emailAfter({ email: 'Old@mail.example' })).toBe('old@mail.example')
    expect(await emailAfter({ email: 'new@mail.example' })).toBe('new@mail.example')
    expect(await emailAfter({})).toBe('new@mail.example')
  })

  test('is not the same person on another site that has the same login', async () => {
    const other = await seed(program, {}, { ssoSecret: secret })
    const ids = []
    for (const where of [site, other]) {
      const token = await signed({ ...claims(), iss: where.origin, sub: 'user-8' })
      const { comment } = await act(program, where, { name: '', token }, 'postComment', { url: where.url(), text: 'Hello' })
      ids.push(comment.author.id)
    }
    expect(ids[0]).not.toBe(ids[1])
  })

  test('may be up to 30 seconds old or early, since clocks differ', async () => {
    expect(await codeOf(await signed({ ...claims(), exp: seconds() - 20 }))).toBeUndefined()
    expect(await codeOf(await signed({ ...claims(), iat: seconds() + 20 }))).toBeUndefined()
  })

  const wrong: [string, () => JWTPayload][] = [
    ['of another issuer', () => ({ ...claims(), iss: 'https://elsewhere.example' })],
    ['of an issuer that only begins like the site', () => ({ ...claims(), iss: `${site.origin}.evil.example` })],
    ['without an issuer', () => without('iss')],
    ['for another audience', () => ({ ...claims(), aud: 'another service' })],
    ['without an audience', () => without('aud')],
    ['that has expired', () => ({ ...claims(), iat: seconds() - 100, exp: seconds() - 40 })],
    ['that never expires', () => without('exp')],
    ['that expires at a word', () => ({ ...claims(), exp: 'never' as never })],
    ['that lives longer than a day', () => ({ ...claims(), exp: seconds() + 24 * 3600 + 60 })],
    ['that was issued more than a day ago', () => ({ ...claims(), iat: seconds() - 25 * 3600, exp: seconds() + 60 })],
    ['that is to be issued', () => ({ ...claims(), iat: seconds() + 300 })],
    ['that does not say when it was issued', () => without('iat')],
    ['that is not valid yet', () => ({ ...claims(), nbf: seconds() + 300 })],
    ['without a subject', () => without('sub')],
    ['with an empty subject', () => ({ ...claims(), sub: '' })],
    ['with an object as subject', () => ({ ...claims(), sub: { id: 7 } as never })],
    ['with a number as subject', () => ({ ...claims(), sub: 7 as never })],
    ['with U+0000 in its subject', () => ({ ...claims(), sub: 'user\u0000' })],
    ['with a subject of 256 characters', () => ({ ...claims(), sub: 'x'.repeat(256) })],
    ['without a name', () => without('name')],
    ['with a name that cannot be seen', () => ({ ...claims(), name: '\u200b' })],
    ['with a name that turns text around', () => ({ ...claims(), name: '\u202eAnn' })],
  ]

  test.each(wrong)('%s is refused', async (_what, payload) => {
    expect(await codeOf(await signed(payload()))).toBe('UNAUTHENTICATED')
  })

  test('signed with another secret, or changed afterwards, is refused', async () => {
    expect(await codeOf(await signed(claims(), 'another secret, which is long enough too'))).toBe('UNAUTHENTICATED')
    expect(await codeOf(await signed(claims(), program.app.secret))).toBe('UNAUTHENTICATED')
    const [header, , signature] = (await signed(claims())).split('.')
    const changed = Buffer.from(JSON.stringify({ ...claims(), sub: 'admin' })).toString('base64url')
    expect(await codeOf(`${header}.${changed}.${signature}`)).toBe('UNAUTHENTICATED')
  })

  test('without a signature, or with another algorithm than the site’s, is refused', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const hmac = (hash: string) => (text: string) => createHmac(hash, secret).update(text).digest()
    const tokens = [
      forged({ alg: 'none' }, claims()),
      forged({ alg: 'None' }, claims()),
      forged({ alg: 'HS512' }, claims(), hmac('sha512')),
      forged({ alg: 'RS256' }, claims(), hmac('sha256')),
      forged({}, claims(), hmac('sha256')),
      forged({ alg: 'HS256', crit: ['b64'], b64: false }, claims(), hmac('sha256')),
      await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
    ]
    for (const token of tokens) expect(await codeOf(token)).toBe('UNAUTHENTICATED')
  })

  test('names a moderator only where the site says that its tokens may', async () => {
    const token = await signed({ ...claims(), role: 'ADMIN' })
    expect((await ask(token)).data.viewer.role).toBe('READER')
    const trusting = await seed(program, { ssoRoles: true }, { ssoSecret: secret })
    const roles = await Promise.all(
      ['ADMIN', 'MODERATOR', 'admin', 'OWNER', ['ADMIN']].map(
        async (role) => (await ask(await signed({ ...claims(), iss: trusting.origin, role }), trusting)).data.viewer.role,
      ),
    )
    expect(roles).toEqual(['ADMIN', 'MODERATOR', 'READER', 'READER', 'READER'])
  })

  test('is refused where the site has no secret, or one that is too short', async () => {
    for (const ssoSecret of [null, 'short']) {
      const bare = await seed(program, {}, { ssoSecret })
      expect(await codeOf(await signed({ ...claims(), iss: bare.origin }, ssoSecret ?? secret), bare)).toBe('UNAUTHENTICATED')
    }
  })
})

describe('a token of this installation', () => {
  test('is good on its own site only', async () => {
    const other = await seed(program)
    const { token } = await other.admin()
    expect((await ask(token, other)).data.viewer.role).toBe('ADMIN')
    expect(await codeOf(token)).toBe('UNAUTHENTICATED')
  })

  test('cannot be signed by a site, which knows its own secret only', async () => {
    const token = await signed({ ...claims(), iss: 'colloquy', aud: site.site, role: 'ADMIN', kind: 'MEMBER' })
    expect(await codeOf(token)).toBe('UNAUTHENTICATED')
  })
})

test.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer not-a-token', 'Bearer a.b.c', 'Bearer ..', 'Token x'])(
  'the header "%s" is refused, and says how it is to be',
  async (authorization) => {
    const { errors } = await program.send('{ site { slug } }', {}, { site: site.site, headers: { authorization } })
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(errors?.[0]?.message).not.toMatch(/jose|JWS|JWT|secret/i)
  },
)

test('a token that was withdrawn writes and deletes nothing any more, and a newer one does', async () => {
  const old = { name: '', token: await signed({ ...claims(), sub: 'user-9', iat: seconds() - 60 }) }
  const { comment } = await act(program, site, old, 'postComment', { url: site.url(), text: 'Hello' })
  await inside(program)`UPDATE person SET "tokensValidFrom" = now() - interval '30 seconds' WHERE id = ${uuidOf(comment.author.id)}::uuid`
  for (const [mutation, input] of [
    ['postComment', { url: site.url(), text: 'Again' }],
    ['deleteComment', { commentId: comment.id }],
    ['editComment', { commentId: comment.id, text: 'Again' }],
  ] as const)
    await expect(act(program, site, old, mutation, input)).rejects.toThrow('UNAUTHENTICATED')
  const newer = { name: '', token: await signed({ ...claims(), sub: 'user-9' }) }
  expect(await act(program, site, newer, 'deleteComment', { commentId: comment.id })).toMatchObject({ comment: { status: 'DELETED' } })
})

test.each(['BANNED', 'SUSPENDED'])('somebody %s may read and take back, and do nothing else, until it is over', async (standing) => {
  const person = await site.member(`Somebody ${standing}`)
  const { comment } = await site.post(await site.member(), site.url())
  const own = await site.post(person, site.url())
  const set = (until: Date | null) =>
    inside(
      program,
    )`UPDATE person SET standing = ${standing}, "standingUntil" = ${until}::timestamptz WHERE id = ${uuidOf(own.comment.author.id)}::uuid`
  await set(new Date(Date.now() + 60_000))
  for (const [mutation, input] of [
    ['postComment', { url: site.url(), text: 'Again' }],
    ['replyToComment', { parentId: comment.id, text: 'Again' }],
    ['editComment', { commentId: own.comment.id, text: 'Again' }],
    ['vote', { commentId: comment.id, value: 'UP' }],
    ['reportComment', { commentId: comment.id, reason: 'SPAM' }],
  ] as const)
    expect(await act(program, site, person, mutation, input)).toMatchObject({ code: 'NOT_ALLOWED_TO_WRITE' })
  await set(new Date(Date.now() - 1000))
  expect(await act(program, site, person, 'vote', { commentId: comment.id, value: 'UP' })).toMatchObject({ comment: { score: 1 } })
  await set(null)
  expect(await act(program, site, person, 'deleteComment', { commentId: own.comment.id })).toMatchObject({ comment: { status: 'DELETED' } })
})

function without(claim: string): JWTPayload {
  const { [claim]: _left, ...rest } = claims()
  return rest
}
