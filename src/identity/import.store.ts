/** People as importers bring them: looked up and stored by the hundred. */
import { sql } from '../platform/client.js'
import type { Tx } from '../platform/database.js'

/** How somebody is known elsewhere. */
export interface Identity {
  issuer: string
  subject: string
}

/** Who these are here, as far as they are known. */
export function find(tx: Tx, siteId: string, identities: readonly Identity[]) {
  return sql(tx)<Identity & { personId: string }>`
    SELECT p.issuer, p.subject, p."personId"
    FROM unnest(${identities.map((each) => each.issuer)}::text[], ${identities.map((each) => each.subject)}::text[]) asked(issuer, subject)
      CROSS JOIN LATERAL (
        SELECT issuer, subject, "personId" FROM person_identity
        WHERE "siteId" = ${siteId}::uuid AND issuer = asked.issuer AND subject = asked.subject LIMIT 1
      ) p`
}

/** A person to be stored. */
export interface NewPerson extends Identity {
  id: string
  kind: string
  name: string
  nameFold: string
  email: string | null
  since: Date
}

/** Stores people with how they are known elsewhere and their private addresses. */
export async function insert(tx: Tx, siteId: string, people: readonly NewPerson[]) {
  await sql(tx)`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(people)}::json)
        AS d(id uuid, issuer text, subject text, kind text, name text, "nameFold" text, email text, since timestamptz)
    ), p AS (
      INSERT INTO person (id, "siteId", kind, name, "nameFold", "createdAt")
      SELECT id, ${siteId}::uuid, kind, name, "nameFold", since FROM given ORDER BY id ON CONFLICT DO NOTHING
    ), i AS (
      INSERT INTO person_identity ("siteId", issuer, subject, "personId") SELECT ${siteId}::uuid, issuer, subject, id FROM given ON CONFLICT DO NOTHING
    )
    INSERT INTO person_private ("personId", "siteId", email)
    SELECT id, ${siteId}::uuid, email FROM given WHERE email IS NOT NULL ON CONFLICT DO NOTHING`
}
