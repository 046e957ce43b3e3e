import { describe, expect, test } from '@jest/globals'
import { ConfigurationFault, configurationTable, readConfig } from '../src/config.js'
import { socketLimits } from '../src/live/limits.js'

const defaults = {
  port: 4000,
  host: '127.0.0.1',
  databaseUrl: null,
  redisUrls: [],
  dataDir: './colloquy-data',
  publicUrl: null,
  secret: null,
  trustedProxies: [],
  logLevel: 'info',
  graphiql: true,
  demo: true,
  databaseReaders: 6,
  databaseWriters: 4,
  keptMegabytes: 64,
  rateLimits: true,
  sockets: socketLimits,
}

describe('The configuration', () => {
  test('needs no variable at all', () => {
    expect(readConfig({ HOME: '/root', PATH: '/bin' })).toEqual(defaults)
  })

  test('takes empty variables for absent ones', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', COLLOQUY_SECRET: '', COLLOQUY_DEMO: '' })).toEqual(defaults)
  })

  test('reads every variable', () => {
    const env = {
      PORT: '8080',
      HOST: '0.0.0.0',
      DATABASE_URL: 'postgresql://user:pa%40ss@host/db?sslmode=require',
      REDIS_URL: 'redis://a:6379, rediss://b:6380',
      DATA_DIR: '/data',
      PUBLIC_URL: 'https://comments.example.org/service/',
      COLLOQUY_SECRET: 'x'.repeat(32),
      TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::/32,192.0.2.1',
      COLLOQUY_LOG_LEVEL: 'debug',
      COLLOQUY_GRAPHIQL: 'off',
      COLLOQUY_DEMO: 'off',
      COLLOQUY_DATABASE_READERS: '12',
      COLLOQUY_DATABASE_WRITERS: '3',
      COLLOQUY_KEPT_MEGABYTES: '16',
      COLLOQUY_RATE_LIMITS: 'off',
      COLLOQUY_SOCKET_PER_ADDRESS: '5000',
      COLLOQUY_SOCKET_SUBSCRIPTIONS: '5',
      COLLOQUY_SOCKET_INIT_TIMEOUT_MS: '1000',
      COLLOQUY_SOCKET_PING_EVERY_MS: '30000',
      COLLOQUY_SOCKET_FRAME_BYTES: '100000',
      COLLOQUY_SOCKET_MESSAGES_A_SECOND: '2',
      COLLOQUY_SOCKET_MESSAGE_BURST: '6',
      COLLOQUY_SOCKET_DRAIN_MS: '20000',
      COLLOQUY_SOCKET_EXPIRY_GRACE_MS: '0',
      COLLOQUY_SOCKET_RIGHTS_EVERY_MS: '5000',
      COLLOQUY_SOCKET_CHECK_EVERY_MS: '500',
    }
    expect(readConfig(env)).toEqual({
      port: 8080,
      host: '0.0.0.0',
      databaseUrl: env.DATABASE_URL,
      redisUrls: ['redis://a:6379', 'rediss://b:6380'],
      dataDir: '/data',
      publicUrl: 'https://comments.example.org/service',
      secret: env.COLLOQUY_SECRET,
      trustedProxies: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'],
      logLevel: 'debug',
      graphiql: false,
      demo: false,
      databaseReaders: 12,
      databaseWriters: 3,
      keptMegabytes: 16,
      rateLimits: false,
      sockets: {
        perAddress: 5000,
        subscriptions: 5,
        initTimeoutMs: 1000,
        pingEveryMs: 30_000,
        frameBytes: 100_000,
        messagesASecond: 2,
        messageBurst: 6,
        drainMs: 20_000,
        expiryGraceMs: 0,
        rightsEveryMs: 5000,
        checkEveryMs: 500,
      },
    })
  })

  test.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '4e3'],
    ['PORT', '80.5'],
    ['DATABASE_URL', 'mysql://host/db'],
    ['DATABASE_URL', 'host/db'],
    ['REDIS_URL', 'http://host'],
    ['REDIS_URL', 'redis://a,b'],
    ['PUBLIC_URL', 'comments.example.org'],
    ['PUBLIC_URL', 'https://user@example.org'],
    ['PUBLIC_URL', 'https://example.org/?a=1'],
    ['PUBLIC_URL', 'ftp://example.org'],
    ['COLLOQUY_SECRET', 'x'.repeat(31)],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.0/8,localhost'],
    ['TRUSTED_PROXIES', '2001:db8::/129'],
    ['COLLOQUY_LOG_LEVEL', 'loud'],
    ['COLLOQUY_GRAPHIQL', 'true'],
    ['COLLOQUY_DATABASE_READERS', '0'],
    ['COLLOQUY_DATABASE_WRITERS', 'four'],
  ])('refuses %s=%s by name', (variable, value) => {
    expect(faultsOf({ [variable]: value })).toEqual([expect.stringMatching(new RegExp(`^${variable} must be `))])
  })

  test('reports every fault at once', () => {
    const faults = faultsOf({
      PORT: 'x',
      REDIS_URL: 'x',
      COLLOQUY_DEMO: 'x',
      COLLOQUY_SECRET: 'x',
      COLLOQUY_DEMMO: 'on',
      DATA_DIR: '/data',
    })
    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      'COLLOQUY_DEMMO',
      'COLLOQUY_DEMO',
      'COLLOQUY_SECRET',
      'PORT',
      'REDIS_URL',
    ])
  })

  test('puts every fault on a line of the message', () => {
    expect(() => readConfig({ PORT: 'x', COLLOQUY_DEMO: 'x' })).toThrow(
      'The configuration cannot be used:\n- PORT must be a whole number from 0 to 65535, but is "x".\n- COLLOQUY_DEMO must be "on" or "off", but is "x".',
    )
  })

  test('never shows a secret, not even a wrong one', () => {
    const faults = faultsOf({ COLLOQUY_SECRET: 'hunter2', DATABASE_URL: 'http://u:hunter2@h', REDIS_URL: 'hunter2://h' })
    expect(faults).toHaveLength(3)
    expect(faults.join()).not.toContain('hunter2')
  })

  test.each([
    ['COLLOQUY_DEMMO', 'COLLOQUY_DEMO'],
    ['COLLOQUY_LOGLEVEL', 'COLLOQUY_LOG_LEVEL'],
    ['COLLOQUY_RATE_LIMIT', 'COLLOQUY_RATE_LIMITS'],
    ['COLLOQUY_PORT', 'PORT'],
    ['COLLOQUY_REDIS_URL', 'REDIS_URL'],
  ])('names the unknown %s and suggests %s', (unknown, known) => {
    expect(faultsOf({ [unknown]: 'x' })).toEqual([`${unknown} is not known; did you mean ${known}?`])
  })

  test('suggests nothing for a name that is like none', () => {
    expect(faultsOf({ COLLOQUY_TELEMETRY: 'x' })).toEqual(['COLLOQUY_TELEMETRY is not known; see the README for those that are.'])
  })

  test('leaves the variables of other programs alone', () => {
    expect(readConfig({ COLLOQUIUM: 'x', NODE_ENV: 'production' })).toEqual(defaults)
  })
})

describe('The table of the configuration', () => {
  test('has a row for every variable, each with its default', () => {
    const [, , ...rows] = configurationTable().trimEnd().split('\n')
    expect(rows).toHaveLength(Object.keys(defaults).length - 1 + Object.keys(socketLimits).length)
    expect(rows).toContainEqual('| `PORT` | `4000` | Port for HTTP and WebSocket; 0 takes a free one. |')
    for (const row of rows) expect(row).toMatch(/^\| `[A-Z_]+` \| [^|]+ \| [^|]+\. \|$/)
  })

  test('shows a default that can be written into the variable', () => {
    const env: Record<string, string> = {}
    for (const [, variable = '', value = ''] of configurationTable().matchAll(/^\| `([A-Z_]+)` \| `([^`]+)` \|/gm)) env[variable] = value
    expect(Object.keys(env).length).toBeGreaterThan(5)
    expect(readConfig(env)).toEqual(defaults)
  })
})

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env)
  } catch (fault) {
    if (fault instanceof ConfigurationFault) return fault.faults
    throw fault
  }
  return []
}
