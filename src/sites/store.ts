/** Sites in the database. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { fragment } from '../platform/sql.js'

export interface SiteRow {
  id: string
  slug: string
  name: string
  origins: string[]
  settings: unknown
  ssoSecret: string | null
  generation: bigint
  createdAt: Date
}

const everySite = fragment`SELECT id, slug, name, origins, settings, "ssoSecret", generation, "createdAt" FROM site ORDER BY id`

export async function insert(tx: Tx, site: Pick<SiteRow, 'id' | 'slug' | 'name' | 'origins' | 'settings' | 'ssoSecret'>) {
  await sql(tx)`
    INSERT INTO site (id, slug, name, origins, settings, "ssoSecret")
    VALUES (${site.id}::uuid, ${site.slug}, ${site.name}, ${site.origins}::text[], ${JSON.stringify(site.settings)}::jsonb, ${site.ssoSecret})`
}

/** All sites, which nobody else makes or changes until the transaction ends; they can be read meanwhile. */
export async function holdAll(tx: Tx) {
  await sql(tx)`LOCK TABLE site IN SHARE ROW EXCLUSIVE MODE`
  return sql(tx)<SiteRow>`${everySite}`
}

export async function update(tx: Tx, site: Pick<SiteRow, 'id' | 'name' | 'origins' | 'settings'>) {
  await sql(tx)`
    UPDATE site SET name = ${site.name}, origins = ${site.origins}::text[], settings = ${JSON.stringify(site.settings)}::jsonb, generation = generation + 1
    WHERE id = ${site.id}::uuid`
}

/** Gives this database another mark. */
export async function renewMark(db: Database) {
  await sql(db)`UPDATE installation SET id = gen_random_uuid()`
}

/**
 * All sites and the mark of this database, which changes when it is restored elsewhere, copied, or fails over to another timeline.
 * Where there is no site, the one row has its id null.
 */
export function allWithMark(db: Database) {
  return sql(db)<{ mark: string } & (SiteRow | { id: null })>`
    SELECT md5(concat_ws(':', i.id, (pg_control_system()).system_identifier, (pg_control_checkpoint()).timeline_id,
      (SELECT oid FROM pg_database WHERE datname = current_database()))) AS mark, s.*
    FROM installation i LEFT JOIN (${everySite}) s ON true ORDER BY s.id`
}

export async function ping(db: Database) {
  await sql(db)`SELECT 1`
}
