/** HTTP: which pages may ask, and what is told when something breaks on our side. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { type Asked, startApp, type TestApp } from '../support/app.js'
import { onServer, type TestDatabase, testDatabase } from '../support/database.js'
import { act, inside, until } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'

let database: TestDatabase
let program: TestApp
let site: Seed
let member: Person
beforeAll(async () => {
  database = await testDatabase()
  program = await startApp({}, database)
  site = await seed(program)
  member = await site.member()
})
afterAll(async () => {
  await program.stop()
  await database.remove()
})

const asked = (headers: Record<string, string> = {}): Asked => ({ site: site.site, token: member.token, headers })
const query = '{ site { slug } viewer { muted(first: 1) { totalCount } } }'

describe('a page', () => {
  const preflight = (origin: string) =>
    fetch(`${program.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-colloquy-site',
      },
    })

  test('of the site’s origin may send a token, and never cookies', async () => {
    const before = await preflight(site.origin)
    expect(before.status).toBe(204)
    expect(before.headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/)).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'x-colloquy-site']),
    )
    const { headers, data } = await program.send(query, {}, asked({ origin: site.origin }))
    expect(data.site.slug).toBe(site.site)
    for (const each of [before.headers, headers]) {
      expect(each.get('access-control-allow-origin')).toBe(site.origin)
      expect(each.get('access-control-allow-credentials')).toBeNull()
      expect(each.get('vary')).toMatch(/origin/i)
    }
    expect(headers.get('access-control-expose-headers')?.toLowerCase()).toContain('x-request-id')
  })

  test('of the site’s origin can read what it did wrong', async () => {
    const { headers, errors } = await program.send('{ nothing }', {}, asked({ origin: site.origin }))
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect(headers.get('access-control-allow-origin')).toBe(site.origin)
    const url = `${program.url}/graphql?query={site{slug}}&variables={`
    expect((await fetch(url, { headers: { origin: site.origin } })).headers.get('access-control-allow-origin')).toBe(site.origin)
  })

  test.each(['https://elsewhere.example', 'null', 'http://localhost', 'https://evil.example/'])(
    'of the origin %s may not',
    async (origin) => {
      const before = await preflight(origin)
      const { headers } = await program.send(query, {}, asked({ origin }))
      for (const each of [before.headers, headers]) {
        expect(each.get('access-control-allow-origin')).toBeNull()
        expect(each.get('access-control-allow-credentials')).toBeNull()
      }
    },
  )

  test('of an origin that only begins or ends like the site’s may not', async () => {
    for (const origin of [
      `${site.origin}.evil.example`,
      site.origin.replace('https://', 'https://evil-'),
      site.origin.replace('https:', 'http:'),
      `${site.origin}:8443`,
    ])
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('an error that nobody foresaw', () => {
  test('tells nothing from inside, and its request id leads to the log', async () => {
    await inside(program)`ALTER TABLE mute RENAME TO mute_away`
    try {
      program.logged.length = 0
      const { errors, headers, status } = await program.send(query, {}, asked())
      expect(errors).toHaveLength(1)
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') } })
      expect(JSON.stringify(errors)).not.toMatch(/mute"|relation|select|prisma|stack|node_modules|\.ts/i)
      expect(status).toBe(200)
      const errorsLogged = program.logged.filter(({ level }) => level === 'error')
      expect(errorsLogged).toEqual([
        expect.objectContaining({ fields: expect.objectContaining({ requestId: headers.get('x-request-id') }) }),
      ])
    } finally {
      await inside(program)`ALTER TABLE mute_away RENAME TO mute`
    }
    expect((await program.send(query, {}, asked())).errors).toBeUndefined()
  })
})

describe('a database that is away', () => {
  test('is told as such within seconds, and the same process serves again when it is back', async () => {
    const url = site.url()
    const giveBack = await takeAway()
    const seen = await Promise.all([
      until(async () => {
        const ready = await fetch(`${program.url}/health/ready`)
        return ready.status === 503 ? ready.json() : null
      }),
      ...[{}, { origin: site.origin }].map((headers) =>
        until(async () => {
          const answer = await program.send(query, {}, asked(headers))
          return answer.errors ? answer : null
        }),
      ),
    ])
    expect(seen[0]).toMatchObject({ ready: false, database: false })
    for (const answer of seen.slice(1)) {
      expect(answer).toMatchObject({ status: 503, errors: [{ extensions: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) } }] })
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(JSON.stringify(answer.errors)).not.toMatch(/ECONN|postgres|connect|terminat|timeout|57P0/i)
    }
    expect((await fetch(`${program.url}/health/live`)).status).toBe(200)
    await expect(act(program, site, member, 'postComment', { url, text: 'Hello?' })).rejects.toThrow('UNAVAILABLE')

    await giveBack()
    await until(async () => (await fetch(`${program.url}/health/ready`)).status === 200)
    expect(await until(() => act(program, site, member, 'postComment', { url, text: 'Hello again' }).catch(() => null))).toMatchObject({
      comment: { html: '<p>Hello again</p>' },
      article: { commentCount: 1 },
    })
  }, 60_000)
})

/** Makes the database refuse every connection; the embedded one, which has a single one, is kept busy beyond every limit instead. */
async function takeAway(): Promise<() => Promise<unknown>> {
  if (!onServer) {
    const busy = inside(program)`SELECT pg_sleep(60)`.catch(() => {})
    return () => busy
  }
  const { DATABASE_URL = '' } = database.env
  const server = new URL(DATABASE_URL)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  const allow = async (allowed: boolean) => {
    const client = new pg.Client({ connectionString: server.href })
    await client.connect()
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${allowed}`)
    if (!allowed) await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name])
    await client.end()
  }
  await allow(false)
  return () => allow(true)
}
