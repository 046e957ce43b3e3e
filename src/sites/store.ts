/** Sites in the database. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'

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

export function all(db: Database) {
  return sql(db)<SiteRow>`SELECT id, slug, name, origins, settings, "ssoSecret", generation, "createdAt" FROM site ORDER BY id`
}

export async function insert(tx: Tx, site: Pick<SiteRow, 'id' | 'slug' | 'name' | 'origins' | 'settings' | 'ssoSecret'>) {
  const rows = await sql(tx)<{ id: string }>`
    INSERT INTO site (id, slug, name, origins, settings, "ssoSecret")
    VALUES (${site.id}::uuid, ${site.slug}, ${site.name}, ${site.origins}::text[], ${JSON.stringify(site.settings)}::jsonb, ${site.ssoSecret})
    ON CONFLICT (slug) DO NOTHING RETURNING id`
  return rows.length === 1
}

/** A site's row, held until the transaction ends. */
export async function hold(tx: Tx, id: string) {
  const [row] = await sql(tx)<SiteRow>`
    SELECT id, slug, name, origins, settings, "ssoSecret", generation, "createdAt" FROM site WHERE id = ${id}::uuid FOR NO KEY UPDATE`
  if (!row) throw new Error('A site that was asked for is gone.')
  return row
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
