/** People in the database. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { fragment } from '../platform/sql.js'
import type { Role, Viewer } from './viewer.js'

/** A person as others may see them. */
export interface PersonRow {
  id: string
  kind: 'GUEST' | 'MEMBER'
  name: string
  avatarUrl: string | null
  role: Role
  createdAt: Date
}

export type Standing = 'GOOD' | 'TRUSTED' | 'WARNED' | 'HELD' | 'SHADOWED' | 'SUSPENDED' | 'BANNED' | 'ERASED'

interface Held {
  standing: Standing
  standingUntil: Date | null
  tokensValidFrom: Date | null
}

const standingOf = fragment`SELECT standing, "standingUntil", "tokensValidFrom" FROM person`

/** Where the person stands, held until the transaction ends. */
export async function hold(tx: Tx, siteId: string, id: string) {
  const [row] = await sql(tx)<Held>`${standingOf} WHERE id = ${id}::uuid AND "siteId" = ${siteId}::uuid FOR SHARE`
  return row ?? null
}

/** The same where the row says what the token does; else null and nothing held, so that who then writes the row waits for no one who waits too. */
export async function holdIfAsTold(tx: Tx, siteId: string, viewer: Viewer) {
  const [row] = await sql(tx)<Held>`
    ${standingOf} WHERE id = ${viewer.id}::uuid AND "siteId" = ${siteId}::uuid
      AND name = ${viewer.name} AND "avatarUrl" IS NOT DISTINCT FROM ${viewer.avatarUrl}::text AND role = ${viewer.role}
      AND (${viewer.email}::text IS NULL OR EXISTS (SELECT FROM person_private WHERE "personId" = ${viewer.id}::uuid AND email = ${viewer.email}))
    FOR SHARE`
  return row ?? null
}

/** Of these people those who are banned or erased at this moment, or whose older tokens were withdrawn. */
export function restricted(db: Database, ids: readonly string[]) {
  return sql(db)<{ id: string; standing: Standing; tokensValidFrom: Date | null }>`
    SELECT id, CASE WHEN "standingUntil" <= now() THEN 'GOOD' ELSE standing END AS standing, "tokensValidFrom" FROM person
    WHERE id = ANY(${ids}::uuid[]) AND (standing IN ('BANNED', 'ERASED') OR "tokensValidFrom" IS NOT NULL)`
}

/** Writes what the token says of its person. */
export async function upsert(tx: Tx, siteId: string, viewer: Viewer, nameFold: string) {
  // Not DO UPDATE: that waits on one index, and of two transactions that bring the same person one would fail on the other index.
  const stored = await sql(tx)<{ id: string }>`
    INSERT INTO person (id, "siteId", kind, name, "nameFold", "avatarUrl", role)
    VALUES (${viewer.id}::uuid, ${siteId}::uuid, ${viewer.kind}, ${viewer.name}, ${nameFold}, ${viewer.avatarUrl}, ${viewer.role})
    ON CONFLICT DO NOTHING RETURNING id`
  if (stored.length === 0)
    await sql(tx)`
      UPDATE person SET name = ${viewer.name}, "nameFold" = ${nameFold}, "avatarUrl" = ${viewer.avatarUrl}, role = ${viewer.role}
      WHERE id = ${viewer.id}::uuid AND "siteId" = ${siteId}::uuid AND standing <> 'ERASED'`
  await sql(tx)`
    INSERT INTO person_identity ("siteId", issuer, subject, "personId")
    VALUES (${siteId}::uuid, ${viewer.issuer}, ${viewer.subject}, ${viewer.id}::uuid) ON CONFLICT DO NOTHING`
  if (viewer.email !== null) {
    await sql(tx)`
      INSERT INTO person_private ("personId", "siteId", email)
      SELECT id, "siteId", ${viewer.email} FROM person WHERE id = ${viewer.id}::uuid AND "siteId" = ${siteId}::uuid AND standing <> 'ERASED'
      ON CONFLICT ("personId") DO UPDATE SET email = excluded.email`
  }
}

export async function memberWithName(db: Database | Tx, siteId: string, nameFold: string) {
  const rows = await sql(db)<{ id: string }>`
    SELECT id FROM person WHERE "siteId" = ${siteId}::uuid AND "nameFold" = ${nameFold} AND (kind = 'MEMBER' OR role <> 'READER') LIMIT 1`
  return rows.length > 0
}

export function byIds(db: Database, siteId: string, ids: readonly string[]) {
  return sql(db)<PersonRow>`
    SELECT id, kind, name, "avatarUrl", role, "createdAt" FROM person
    WHERE id = ANY(${ids}::uuid[]) AND "siteId" = ${siteId}::uuid AND standing <> 'ERASED'`
}

export async function mute(tx: Tx, siteId: string, personId: string, mutedId: string) {
  await sql(tx)`
    INSERT INTO mute ("siteId", "personId", "mutedId") VALUES (${siteId}::uuid, ${personId}::uuid, ${mutedId}::uuid) ON CONFLICT DO NOTHING`
}

export async function unmute(tx: Tx, personId: string, mutedId: string) {
  await sql(tx)`DELETE FROM mute WHERE "personId" = ${personId}::uuid AND "mutedId" = ${mutedId}::uuid`
}

/** Muted people by id, strictly between two ids, at most `limit`. */
export function muted(
  db: Database,
  siteId: string,
  personId: string,
  page: { after: string | null; before: string | null; limit: number; backwards: boolean },
) {
  const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
  const first = '00000000-0000-0000-0000-000000000000'
  return sql(db)<PersonRow>`
    SELECT p.id, p.kind, p.name, p."avatarUrl", p.role, p."createdAt" FROM mute m JOIN person p ON p.id = m."mutedId"
    WHERE m."personId" = ${personId}::uuid AND m."siteId" = ${siteId}::uuid
      AND m."mutedId" > ${page.after ?? first}::uuid AND m."mutedId" < ${page.before ?? last}::uuid
    ORDER BY CASE WHEN ${page.backwards} THEN m."mutedId" END DESC, m."mutedId" LIMIT ${page.limit}`
}

export async function mutedCount(db: Database, personId: string) {
  const [row] = await sql(db)<{ count: number }>`SELECT count(*)::int AS count FROM mute WHERE "personId" = ${personId}::uuid`
  return row?.count ?? 0
}
