/** What all trials stand on: a PostgreSQL and a Redis of their own, a site, and the tokens of those who write. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { RedisServer } from '../platform/redis-server.js'
import { endWithUs } from './ending.js'
import { OwnPostgres } from './postgres.js'

const run = promisify(execFile)

export interface Ground {
  postgres: OwnPostgres
  redis: RedisServer
  /** Where the programs write their logs. */
  folder: string
  /** What leads a program here. */
  env: Record<string, string>
  /** The site's slug and origin. */
  site: string
  origin: string
  tokens: readonly string[]
  stop(): Promise<void>
}

const site = 'faults'
const origin = 'https://faults.example'
const writers = ['Ann', 'Ben', 'Cyd', 'Dov']

/** Starts both servers and makes the site. */
export async function prepareGround(): Promise<Ground> {
  const postgres = await OwnPostgres.start()
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-faults-'))
  const pidFile = join(folder, 'redis.pid')
  const redis = await RedisServer.start('--pidfile', pidFile).catch(async (error: unknown) => {
    await postgres.stop()
    throw new Error('The fault suite starts a Redis of its own: install redis-server.', { cause: error })
  })
  endWithUs(pidFile, 'SIGKILL')
  const stop = async () => {
    await redis.stop()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    COLLOQUY_SECRET: randomBytes(32).toString('base64url'),
    COLLOQUY_RATE_LIMITS: 'off',
    COLLOQUY_LOG_LEVEL: 'warn',
  }
  try {
    await colloquy(env, 'site', 'create', site, '--name', 'Faults', '--origin', origin)
    const tokens: string[] = []
    for (const name of writers) tokens.push((await colloquy(env, 'token', '--site', site, '--name', name)).trim())
    return { postgres, redis, folder, env, site, origin, tokens, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function colloquy(env: Record<string, string>, ...words: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['dist/cli/main.js', ...words], { env: { PATH: process.env.PATH ?? '', ...env } })
  return stdout
}
