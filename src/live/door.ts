/** What sockets and streams have in common: one count of connections, one watch over rights, one set of groups. */
import type { GraphQLSchema } from 'graphql'
import type { TrustedDocuments } from '../graphql/trusted.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import { Callers } from './callers.js'
import { type SocketLimits, socketLimits } from './limits.js'
import { type Begin, createOperations } from './operations.js'
import { type Rights, startRights } from './rights.js'

export interface LiveDoor {
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
}: {
  schema: GraphQLSchema
  /** What may be asked for by the hash of its text. */
  documents?: TrustedDocuments
  db: Database
  log: Log
  limits?: Partial<SocketLimits>
}): LiveDoor {
  const limits = { ...socketLimits, ...given }
  const rights = startRights({ db, log, everyMs: limits.rightsEveryMs, graceMs: limits.expiryGraceMs })
  return {
    limits,
    callers: new Callers(limits.perAddress),
    rights,
    begin: createOperations({ schema, log, trusted: documents ?? new Map() }),
    log,
    stop: () => rights.stop(),
  }
}
