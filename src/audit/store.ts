/** The audit log in the database; a trigger lets nothing be changed in it. */
import { v7 as uuidv7 } from 'uuid'
import type { Page } from '../graphql/pagination.js'
import { prisma, sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'

/** One line of the log. */
export interface AuditEntry {
  siteId: string
  /** Null where the program itself acted. */
  actorId: string | null
  action: string
  subjectKind: 'SITE' | 'ARTICLE' | 'COMMENT' | 'PERSON'
  subjectId: string
  articleId?: string | undefined
  revision?: number | undefined
  /** A constant from a list, where the action has one. */
  reason?: string | undefined
  /** The actor's own words to other moderators. */
  note?: string | undefined
}

export async function insert(tx: Tx, entries: readonly AuditEntry[]) {
  const rows = entries.map((entry) => ({ id: uuidv7(), ...entry }))
  await sql(tx)`
    INSERT INTO audit (id, "siteId", "actorId", action, "subjectKind", "subjectId", "articleId", revision, reason, note)
    SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS e(id uuid, "siteId" uuid, "actorId" uuid, action text, "subjectKind" text, "subjectId" uuid, "articleId" uuid, revision int, reason text, note text)`
}

/** Up to `limit` + 1 of the site's lines, the latest first. */
export function latest(db: Database, siteId: string, { after, before, limit, backwards }: Page) {
  const id = { ...(after ? { lt: String(after[0]) } : {}), ...(before ? { gt: String(before[0]) } : {}) }
  return prisma(db).auditEntry.findMany({ where: { siteId, id }, orderBy: { id: backwards ? 'asc' : 'desc' }, take: limit + 1 })
}

export function count(db: Database, siteId: string) {
  return prisma(db).auditEntry.count({ where: { siteId } })
}
