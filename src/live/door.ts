/** What sockets and streams have in common: one count of connections, one watch over rights, one set of groups. */
import type { GraphQLSchema } from 'graphql'
import type { TrustedDocuments } from '../graphql/trusted.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import { parseUrl } from '../platform/url.js'
import { Callers } from './callers.js'
import { type SocketLimits, socketLimits } from './limits.js'
import { type Begin, createOperations } from './operations.js'
import { type Rights, startRights } from './rights.js'

/** Whose page asks, and of which host. */
export interface Page {
  origin?: string | null | undefined
  host?: string | null | undefined
}

export interface LiveDoor {
  /** Whether this page may follow. What is no page sends no origin. */
  admits: (page: Page) => Promise<boolean>
  limits: SocketLimits
  callers: Callers
  rights: Rights
  begin: Begin
  log: Log
  stop(): Promise<void>
}

export function openLiveDoor({
  schema,
  db,
  log,
  documents,
  limits: given,
  publicUrl,
  originAllowed,
}: {
  schema: GraphQLSchema
  /** What may be asked for by the hash of its text. */
  documents?: TrustedDocuments
  db: Database
  log: Log
  limits?: Partial<SocketLimits>
  /** Where browsers reach the service, if that is configured. */
  publicUrl: string | null
  /** Whether pages of this origin may follow; the service's own may in any case. */
  originAllowed: (origin: string) => Promise<boolean>
}): LiveDoor {
  const limits = { ...socketLimits, ...given }
  const rights = startRights({ db, log, everyMs: limits.rightsEveryMs, graceMs: limits.expiryGraceMs })
  const ownOrigin = publicUrl === null ? null : new URL(publicUrl).origin
  return {
    admits: async ({ origin, host }) => {
      if (origin == null || origin === ownOrigin) return true
      return (host != null && parseUrl(origin)?.host === host) || originAllowed(origin)
    },
    limits,
    callers: new Callers(limits.perAddress),
    rights,
    begin: createOperations({ schema, log, trusted: documents ?? new Map() }),
    log,
    stop: () => rights.stop(),
  }
}
