import { describe, expect, test } from '@jest/globals'
import { calmLog } from '../../src/platform/log.js'
import { keptLog } from './kept-log.js'

describe('The log', () => {
  test('writes one JSON line with time, level, fields and sentence', () => {
    const { log, lines, text } = keptLog()
    log.info({ articleId: 'a', count: 3 }, 'An article was closed.')
    expect(text()).toMatch(/^\{.*\}\n$/)
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        pid: process.pid,
        articleId: 'a',
        count: 3,
        msg: 'An article was closed.',
      },
    ])
  })

  test('writes nothing below its level, and nothing at all when silent', () => {
    const warn = keptLog('warn')
    warn.log.info({}, 'quiet')
    warn.log.warn({}, 'loud')
    expect(warn.lines().map(({ msg }) => msg)).toEqual(['loud'])

    const silent = keptLog('silent')
    silent.log.error({}, 'unheard')
    expect(silent.text()).toBe('')
  })

  const secret = 'hunter2-hunter2'
  test.each<[string, object]>([
    ['a token', { token: secret }],
    ['a header', { headers: { authorization: `Bearer ${secret}`, cookie: secret } }],
    ['a password deep below', { a: { b: [{ newPassword: secret }] } }],
    ['a secret that is an object', { clientSecret: { value: secret } }],
    ['an address for mail', { email: secret }],
    ['an address in a text', { note: `sent to ${secret}@example.org today` }],
    ['the credentials of a URL', { url: `postgresql://user:${secret}@host:5432/db` }],
    ['a password with signs in a URL', { url: `redis://:a@${secret}@host` }],
    ['a URL object', { url: new URL(`https://user:${secret}@host/path`) }],
    ['a token in a query', { path: `/confirm?x=1&token=${secret}&y=2` }],
    ['a code in a query', { path: `/auth/callback?code=${secret}` }],
    ['a bearer token in a text', { note: `Authorization: Bearer ${secret}` }],
    ['a signed token in a text', { note: `got eyJhbGciOiJIUzI1NiJ9.${secret}.c2ln today` }],
    ['a failure', { error: new Error(`connect to postgresql://user:${secret}@host failed`) }],
    ['the cause of a failure', { error: new Error('outer', { cause: new Error(`token=${secret}`) }) }],
    ['a field of a failure', { error: Object.assign(new Error('failed'), { config: { password: secret } }) }],
    ['a map', { headers: new Map([['Authorization', secret]]) }],
    ['a failure with a line break', { error: new Error(`refused\nuser:${secret}@example.org wrote`) }],
  ])('never writes %s', (_, fields) => {
    const { log, lines, text } = keptLog()
    log.error(fields, 'Something happened.')
    expect(text()).not.toContain(secret)
    expect(text()).toContain('[removed]')
    expect(lines()).toHaveLength(1)
  })

  test('masks the sentence too', () => {
    const { log, text } = keptLog()
    log.error({}, `cannot reach redis://:${secret}@host`)
    expect(text()).toContain('redis://[removed]@host')
  })

  test('keeps what is needed to find a fault', () => {
    const { log, lines } = keptLog()
    const url = 'http://localhost:4000/graphql?first=20'
    log.error({ error: new TypeError('broken'), url, tokens: 900, emailVerified: true, id: 7n, none: null }, 'The query failed.')
    expect(lines()[0]).toMatchObject({
      error: { type: 'TypeError', message: 'broken', stack: expect.stringContaining('log.test') },
      url,
      tokens: 900,
      emailVerified: true,
      id: '7',
      none: null,
    })
  })

  test('bears circles, depth and length', () => {
    const { log, text } = keptLog()
    const circle: Record<string, unknown> = { long: 'x'.repeat(1_000_000), list: Array.from({ length: 1000 }, () => 'y') }
    circle.self = circle
    const start = performance.now()
    log.error({ circle, letters: 'a'.repeat(8000), colons: '://'.repeat(2600), dots: 'eyJa.'.repeat(1600) }, 'A large one.')
    expect(performance.now() - start).toBeLessThan(1000)
    expect(text().length).toBeLessThan(50_000)
    expect(text()).toContain('[more]')
  })
})

describe('A calm log', () => {
  test('gives the first of many, and says how many it held back with the next', async () => {
    const { log, lines } = keptLog()
    const calm = calmLog(log, 20)
    for (let i = 0; i < 100; i++) calm.warn({ i }, 'Away.')
    calm.warn({}, 'Another.')
    expect(lines().map(({ msg, i }) => [msg, i])).toEqual([
      ['Away.', 0],
      ['Another.', undefined],
    ])

    const end = performance.now() + 25
    while (performance.now() < end) await new Promise((later) => setImmediate(later))
    calm.warn({}, 'Away.')
    expect(lines().at(-1)).toMatchObject({ msg: 'Away.', heldBack: 99 })
  })
})
