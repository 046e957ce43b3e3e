/** What stands behind the handles: imported by stores, the platform and the composition root only; the import walls see to it. */
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../generated/prisma/client.js'
import type { Database, Tx } from './database.js'
import { driverError } from './driver-errors.js'
import { statement } from './sql.js'

/** How to reach the database and what to tell the rest of the program. */
export interface DatabaseOptions {
  /** A postgresql:// URL, or the socket of the embedded database. */
  connection: { connectionString: string } | { host: string; port: number; user: string; database: string }
  /** Connections for reading and for writing, apart so that neither starves the other; null where one connection must serve both. */
  pools: { readers: number; writers: number } | null
  /** Rung after a commit, once for each channel that the transaction touched. */
  ring: (channel: string) => void
  /** Told that a statement ran beyond every limit, so that the embedded database can be opened anew. */
  onStuck?: () => void
  /** Told of each statement before it is sent: for tests that count them. */
  onStatement?: (text: string) => void
}

/** Runs one statement: `await sql(db)<Row>`SELECT …``. Values become parameters; int8 comes back as bigint. */
export type Sql = <Row = never>(strings: TemplateStringsArray, ...parts: unknown[]) => Promise<Row[]>

interface Inner {
  query: (text: pg.QueryConfig) => Promise<pg.QueryResult>
}

interface Opened extends Inner {
  write: pg.Pool
  prisma: PrismaClient
  options: DatabaseOptions
}

interface Running extends Inner {
  touched: Set<string>
}

const opened = new WeakMap<Database, Opened>()
const running = new WeakMap<Tx, Running>()

/** Limits of time, in milliseconds: for one statement, for a lock, for a transaction that has gone quiet, and for a free connection. */
const limits = { statement_timeout: 3000, lock_timeout: 1000, idle_in_transaction_session_timeout: 5000, connectionTimeoutMillis: 2500 }

/** PGlite ignores statement_timeout: a statement that has not answered by then has to be ended from outside. */
const stuckMs = 10_000

/** Opens the database; nothing connects before the first statement. */
export function openDatabase(options: DatabaseOptions): { db: Database; close: () => Promise<void> } {
  const config = { ...options.connection, ...limits, query_timeout: stuckMs, application_name: 'colloquy', keepAlive: true }
  const read = quietPool({ ...config, max: options.pools?.readers ?? 1 })
  const write = options.pools ? quietPool({ ...config, max: options.pools.writers }) : read
  const db: Database = { inTransaction: false }
  opened.set(db, { query: watched(options, read), write, prisma: new PrismaClient({ adapter: new PrismaPg(read) }), options })
  return {
    db,
    close: async () => {
      await read.end()
      if (write !== read) await write.end()
    },
  }
}

/** Statements on this handle; throws Unavailable when the database is away, LostRace inside a transaction that must be tried again. */
export function sql(handle: Database | Tx): Sql {
  const { query } = handle.inTransaction ? runningOf(handle) : openedOf(handle)
  return async <Row>(strings: TemplateStringsArray, ...parts: unknown[]) =>
    (await query({ ...statement(strings, parts), types })).rows as Row[]
}

/** Prisma's typed client, for reads of tables that are not hot; it takes no part in transactions (docs/decisions.md says what that would cost). */
export function prisma(db: Database): PrismaClient {
  return openedOf(db).prisma
}

/** A chore of the embedded database may take its time. */
const choreMs = 600_000

/** Runs a statement that must stand alone and may take long, such as VACUUM, on a connection for writing. */
export async function runAlone(db: Database, text: string): Promise<void> {
  const chore: pg.QueryConfig & { query_timeout: number } = { text, query_timeout: choreMs }
  await openedOf(db).write.query(chore)
}

/** Names a channel that is rung once the transaction is committed; features use `touch` of transaction.ts. */
export function noteTouched(tx: Tx, channel: string): void {
  runningOf(tx).touched.add(channel)
}

/** One attempt at a transaction; features use `transaction` of transaction.ts. */
export async function runTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  const { write, options } = openedOf(db)
  const client = await write.connect().catch((error: unknown) => Promise.reject(driverError(error, options.onStuck)))
  const tx: Tx = { inTransaction: true }
  const touched = new Set<string>()
  let broken: Error | undefined
  const noteBreak = (error: Error) => {
    broken = error
  }
  client.on('error', noteBreak)
  running.set(tx, { query: watched(options, client), touched })
  try {
    await client.query('BEGIN')
    const value = await work(tx)
    await client.query('COMMIT')
    for (const channel of touched) options.ring(channel)
    return value
  } catch (error) {
    await client.query('ROLLBACK').catch(noteBreak)
    throw driverError(error, options.onStuck)
  } finally {
    running.delete(tx)
    client.off('error', noteBreak)
    client.release(broken)
  }
}

function watched(options: DatabaseOptions, client: pg.Pool | pg.PoolClient): Inner['query'] {
  return async (text) => {
    options.onStatement?.(text.text)
    try {
      return await client.query(text)
    } catch (error) {
      throw driverError(error, options.onStuck)
    }
  }
}

/** An idle connection that breaks is dropped by the pool; without a listener its error would end the process. */
function quietPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config)
  pool.on('error', () => {})
  return pool
}

function openedOf(db: Database): Opened {
  const inner = opened.get(db)
  if (!inner) throw new Error('This database was not opened by platform/client.')
  return inner
}

function runningOf(tx: Tx): Running {
  const inner = running.get(tx)
  if (!inner) throw new Error('This transaction has ended.')
  return inner
}

const int8 = 20

/** Sequence numbers are beyond what a number holds exactly. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === int8 ? BigInt : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}
