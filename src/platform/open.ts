/** Opens the database that the configuration names: a server's, or the embedded one in the data folder. */
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type DatabaseOptions, openDatabase, runAlone } from './client.js'
import type { Database } from './database.js'
import { lockFolder } from './folder-lock.js'
import type { Log } from './log.js'
import { migrate } from './migrate.js'
import { maintain, startEmbedded } from './pglite.js'

/** What opening needs of the configuration, and of the rest of the program. */
export interface OpenOptions extends Pick<DatabaseOptions, 'ring' | 'onStatement'> {
  databaseUrl: string | null
  dataDir: string
  pools: { readers: number; writers: number }
  log: Log
  /** Given what connects to the embedded database's folder from this machine: the CLI. */
  onControl?: (socket: Socket) => void
}

/** An open database, migrated, and how to close it. */
export interface OpenedDatabase {
  db: Database
  embedded: boolean
  /** Copies the embedded database into another data folder while it runs; null where the database is a server's. */
  backup: ((folder: string) => Promise<void>) | null
  close(): Promise<void>
}

/** An address that swallows what is sent to it must not hold the start for ever. Milliseconds. */
const connectMs = 10_000

const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** Throws FolderInUse, MigrationFailed, and the driver's error where the server cannot be reached. */
export function openConfigured(options: OpenOptions): Promise<OpenedDatabase> {
  return options.databaseUrl ? openServer(options, options.databaseUrl) : openEmbedded(options)
}

async function openServer({ pools, ring, onStatement, log }: OpenOptions, connectionString: string): Promise<OpenedDatabase> {
  await migrateAt({ connectionString }, log)
  const { db, close } = openDatabase({ connection: { connectionString }, pools, ring, ...(onStatement ? { onStatement } : {}) })
  return { db, embedded: false, backup: null, close }
}

async function openEmbedded({ dataDir, ring, onStatement, onControl, log }: OpenOptions): Promise<OpenedDatabase> {
  const lock = await lockFolder(dataDir, onControl ? { onConnection: onControl } : {})
  try {
    const embedded = await startEmbedded({ folder: dataDir, log })
    await migrateAt(embedded.connection, log).catch(async (error: unknown) => {
      await embedded.stop()
      throw error
    })
    const onStuck = () => {
      log.warn({}, 'a statement ran beyond every limit: the embedded database is opened anew')
      embedded.restart().catch((error: unknown) => log.error({ err: error }, 'the embedded database could not be opened anew'))
    }
    const { db, close } = openDatabase({
      connection: embedded.connection,
      pools: null,
      ring,
      onStuck,
      ...(onStatement ? { onStatement } : {}),
    })
    const rest = maintain((statement) => runAlone(db, statement), log)
    return {
      db,
      embedded: true,
      backup: embedded.backup,
      close: async () => {
        rest()
        await close()
        await embedded.stop()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function migrateAt(connection: pg.ClientConfig, log: Log): Promise<void> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: connectMs })
  client.on('error', () => {})
  await client.connect()
  try {
    const applied = await migrate(client, migrations, log)
    if (applied.length > 0) log.info({ applied }, 'the database was brought up to date')
  } finally {
    await client.end()
  }
}
