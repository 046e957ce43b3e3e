/** What every action is given. */
import type DataLoader from 'dataloader'
import type { Viewer } from './identity/viewer.js'
import type { Feeds } from './live/feeds.js'
import type { Database } from './platform/database.js'
import type { Log } from './platform/log.js'
import type { RateLimits } from './platform/rate-limit.js'
import type { Site } from './sites/rules.js'

export interface Context {
  db: Database
  site: Site
  viewer: Viewer | null
  /** When the request came: one moment for everything it does. */
  now: Date
  /** The client's address as a keyed hash, for limits only. */
  addressKey: string
  limits: RateLimits
  /** What happens in articles, as it happens. */
  feeds: Feeds
  log: Log
  requestId: string
  /** This database's mark in cursors: changes with a restore or a failover. */
  epoch: string
  /** The installation's secret: signs the tokens of guests. */
  secret: string
  /** Collects what fields of one level ask for into one statement; see graphql/batch.ts. */
  loaders: Map<string, DataLoader<unknown, unknown>>
}

export type SignedIn = Context & { viewer: Viewer }
