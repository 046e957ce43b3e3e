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

export function all(db: Database) {
  return sql(db)<SiteRow>`${everySite}`
}

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

/** The mark of this database: changes when it is restored elsewhere, copied, or fails over to another timeline. */
export async function databaseMark(db: Database) {
  const [row] = await sql(db)<{ mark: string }>`
    SELECT md5(concat_ws(':', i.id, (pg_control_system()).system_identifier, (pg_control_checkpoint()).timeline_id,
      (SELECT oid FROM pg_database WHERE datname = current_database()))) AS mark
    FROM installation i LIMIT 1`
  return row?.mark ?? ''
}
