/** What goes wrong: each fault, what it does to which part, and what is asked of the service meanwhile. */
import { setTimeout as pause } from 'node:timers/promises'
import type { RedisServer } from '../platform/redis-server.js'
import type { OwnPostgres } from './postgres.js'
import type { Program } from './program.js'

/** What a fault can be done to. */
export interface World {
  postgres: OwnPostgres
  redis: RedisServer
  /** One process of the program, or two. */
  programs: readonly [Program, ...Program[]]
}

export interface Fault {
  name: string
  /** Processes of the program. */
  programs: 1 | 2
  /** Everything is written through the first process, so that readers of the other one depend on what is between them. */
  writesToFirst?: true
  /** Does it, and undoes it; throws where the program does not take it as it should. */
  happen(world: World): Promise<void>
  /** Milliseconds from commit to receipt, for 99 of 100. */
  p99Ms?: number
  /** The service is to be ready again so soon after the dependency is. Milliseconds. */
  readyWithinMs?: number
  /** Processes of the program that end and begin anew; the others must live on as they are. */
  ends?: readonly number[]
}

/** What the service owes its readers when nothing is wrong, and while Redis is away; and how soon it is itself again. Milliseconds. */
const [calmMs, withoutRedisMs, againMs] = [500, 3000, 5000]

export const faults: readonly Fault[] = [
  { name: 'none', programs: 1, happen: () => pause(5000), p99Ms: calmMs },
  { name: 'none, two processes', programs: 2, writesToFirst: true, happen: () => pause(5000), p99Ms: calmMs },
  { name: 'server: kill -9, start', programs: 1, ends: [0], happen: ({ programs: [program] }) => replace(program, 'SIGKILL') },
  { name: 'server: SIGTERM, start', programs: 1, ends: [0], happen: ({ programs: [program] }) => replace(program, 'SIGTERM') },
  {
    name: 'server: SIGSTOP 3 s',
    programs: 1,
    async happen({ programs: [program] }) {
      program.signal('SIGSTOP')
      await pause(3000)
      program.signal('SIGCONT')
    },
    readyWithinMs: againMs,
  },
  {
    name: 'two processes: kill -9 of one',
    programs: 2,
    ends: [0],
    async happen({ programs: [program] }) {
      await program.end('SIGKILL')
      await pause(3000)
    },
  },
  {
    name: 'Redis: SIGSTOP 4 s',
    programs: 2,
    writesToFirst: true,
    async happen({ redis }) {
      redis.halt()
      await pause(4000)
      redis.resume()
    },
    p99Ms: withoutRedisMs,
    readyWithinMs: againMs,
  },
  {
    name: 'Redis: kill -9, start after 4 s',
    programs: 2,
    writesToFirst: true,
    async happen({ redis }) {
      await redis.kill()
      await pause(4000)
      await redis.start()
    },
    p99Ms: withoutRedisMs,
    readyWithinMs: againMs,
  },
  {
    name: 'PostgreSQL: terminate backends, 5 times',
    programs: 1,
    async happen({ postgres }) {
      for (let i = 0; i < 5; i++) {
        await postgres.terminateBackends()
        await pause(400)
      }
    },
    readyWithinMs: againMs,
  },
  { name: 'PostgreSQL: fast restart', programs: 1, happen: ({ postgres }) => postgres.restart('fast'), readyWithinMs: againMs },
  { name: 'PostgreSQL: immediate restart', programs: 1, happen: ({ postgres }) => postgres.restart('immediate'), readyWithinMs: againMs },
  {
    name: 'PostgreSQL: read-only 2 s',
    programs: 1,
    async happen({ postgres }) {
      await postgres.setReadOnly(true)
      await pause(2000)
      await postgres.setReadOnly(false)
    },
    readyWithinMs: againMs,
  },
]

async function replace(program: Program, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const code = await program.end(signal)
  if (signal === 'SIGTERM' && code !== 0) throw new Error(`After SIGTERM the program ended with ${code}, and not with 0.`)
  await program.start()
}
