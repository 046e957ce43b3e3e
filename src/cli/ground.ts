/** What verbs stand on: the database and what the doors of features ask for, from the running server or opened here. */
import type { App } from '../app.js'
import type { Config } from '../config.js'
import type { World } from '../contexts.js'
import { startLocalBus } from '../platform/bus.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import { openConfigured } from '../platform/open.js'
import { startRateLimits } from '../platform/rate-limit.js'
import { startRedisBus } from '../platform/redis-bus.js'
import { secretIn } from '../platform/secret.js'
import { databaseMark } from '../sites/sites.js'

/** The world of somebody who operates the program: no limit stands in their way, and nothing is followed. */
export interface Ground extends World {
  config: Config
  /** Copies the embedded database into another data folder while it runs; null where the database is a server's. */
  backup: ((folder: string) => Promise<void>) | null
}

/** The ground in a process that serves. */
export function groundOf({ db, secret, backup }: Pick<App, 'db' | 'secret' | 'backup'>, config: Config, log: Log): Ground {
  return groundOn({ db, secret, config, log, backup })
}

/** The ground in a process of the command's own. Throws FolderInUse, MigrationFailed, and what an unreachable database throws. */
export async function openGround(config: Config, log: Log): Promise<{ ground: Ground; close: () => Promise<void> }> {
  const bus = config.redisUrls.length > 0 ? startRedisBus(config.redisUrls, log) : startLocalBus(log)
  try {
    const secret = config.secret ?? (await secretIn(config.dataDir))
    const opened = await openConfigured({
      ...config,
      pools: { readers: config.databaseReaders, writers: config.databaseWriters },
      log,
      ring: (channel) => bus.ring(channel),
    })
    const ground = groundOn({ db: opened.db, secret, config, log, backup: opened.backup })
    return { ground, close: () => opened.close().finally(() => bus.stop()) }
  } catch (error) {
    await bus.stop()
    throw error
  }
}

function groundOn(given: { db: Database; secret: string; config: Config; log: Log; backup: Ground['backup'] }): Ground {
  const { db, log } = given
  return { ...given, limits: startRateLimits({ urls: [], log, on: false }), feeds: nothingToFollow, epoch: () => databaseMark(db) }
}

const nothingToFollow: World['feeds'] = {
  follow: () => {
    throw new Error('Verbs follow no article.')
  },
  hints: () => {
    throw new Error('Verbs follow nobody.')
  },
  watch: () => {
    throw new Error('Verbs keep no answers.')
  },
  watched: () => 0,
  stop: async () => {},
}
