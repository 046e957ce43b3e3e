/** The real program on a database of its own, listening on a free port, asked over the wire. */
import { type App, buildApp } from '../../src/app.js'
import { readConfig } from '../../src/config.js'
import type { Log } from '../../src/platform/log.js'
import { type TestDatabase, testDatabase } from './database.js'

export interface Asked {
  token?: string | undefined
  site?: string | undefined
  headers?: Record<string, string>
}

// biome-ignore lint/suspicious/noExplicitAny: answers have the shape that each test asks for
export type Data = any

export interface Answer {
  data: Data
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; retryAfterMs?: number } }[]
  status: number
  headers: Headers
}

export interface TestApp {
  app: App
  url: string
  /** SQL statements sent so far; empty it to count those of one request. */
  statements: string[]
  /** What the log was told. */
  logged: { level: string; fields: object; message: string }[]
  /** One operation over HTTP; what came back. */
  send(query: string, variables?: object, asked?: Asked): Promise<Answer>
  /** One operation over HTTP that must not have top-level errors; its data. */
  ask(query: string, variables?: object, asked?: Asked): Promise<Data>
  stop(): Promise<void>
}

/** Starts the program. `env` overrides what the database needs; several apps may share one database. Limits on pace are off. */
export async function startApp(env: Record<string, string> = {}, shared?: TestDatabase): Promise<TestApp> {
  const database = shared ?? (await testDatabase())
  const redis = process.env['TEST_REDIS_URL']
  const config = readConfig({
    PORT: '0',
    COLLOQUY_RATE_LIMITS: 'off',
    COLLOQUY_DEMO: 'off',
    ...(redis ? { REDIS_URL: redis } : {}),
    ...database.env,
    ...env,
  })
  const statements: string[] = []
  const logged: TestApp['logged'] = []
  const app = await buildApp(config, { log: keptLog(logged), onStatement: (text) => statements.push(text) })
  const { url } = await app.listen()
  const send = (query: string, variables: object = {}, asked: Asked = {}) => post(url, { query, variables }, asked)
  return {
    app,
    url,
    statements,
    logged,
    send,
    ask: async (query, variables, asked) => {
      const { data, errors } = await send(query, variables, asked)
      if (errors) throw new Error(`The answer has errors: ${JSON.stringify(errors)}`)
      return data
    },
    stop: async () => {
      await app.stop()
      if (!shared) await database.remove()
    },
  }
}

async function post(url: string, body: object, { token, site, headers }: Asked): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(site ? { 'x-colloquy-site': site } : {}),
      ...headers,
    },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Omit<Answer, 'status' | 'headers'>
  return { ...answer, status: response.status, headers: response.headers }
}

function keptLog(logged: TestApp['logged']): Log {
  const at = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
