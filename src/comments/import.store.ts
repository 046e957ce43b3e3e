/** Imported comments in the database: written by the hundred, each with where it came from. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import type { NewPlace, Place } from './import.rules.js'

/** How the other program names a comment. */
export interface Origin {
  source: string
  sourceId: string
}

/** The comments among `origins` that are there. One look into the index for each, whatever the planner thinks of a table that grows quickly. */
export function whereabouts(db: Database | Tx, siteId: string, origins: readonly Origin[]) {
  return sql(db)<Origin & { id: string; articleId: string; path: string[] }>`
    SELECT s.source, s."sourceId", c.id, c."articleId", c.path
    FROM unnest(${origins.map((each) => each.source)}::text[], ${origins.map((each) => each.sourceId)}::text[]) asked(source, id)
      CROSS JOIN LATERAL (
        SELECT source, "sourceId", "commentId" FROM comment_source
        WHERE "siteId" = ${siteId}::uuid AND source = asked.source AND "sourceId" = asked.id LIMIT 1
      ) s CROSS JOIN LATERAL (SELECT id, "articleId", path FROM comment WHERE id = s."commentId" LIMIT 1) c`
}

/** Holds these comments, in the order of their ids. */
export function lock(tx: Tx, ids: readonly string[]) {
  return sql(tx)<Place>`
    SELECT id, "articleId", "parentId", "threadId", path, depth, status, listed, "replyCount", "listCount"
    FROM comment WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`
}

/** An imported comment in its place, with its words. */
export interface ImportedRow extends NewPlace, Origin {
  authorId: string
  createdAt: Date
  importedUp: number
  importedDown: number
  text: string
  html: string
}

/** Writes comments with their words and where they came from. */
export async function insert(tx: Tx, siteId: string, rows: readonly ImportedRow[]) {
  await sql(tx)`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS d(id uuid, "articleId" uuid, "parentId" uuid, "threadId" uuid, "authorId" uuid,
        depth int, path uuid[], status text, listed boolean, locked boolean, "createdAt" timestamptz, "pinnedAt" timestamptz,
        "replyCount" int, "listCount" int, "importedUp" int, "importedDown" int, source text, "sourceId" text, text text, html text)
    ), c AS (
      INSERT INTO comment (id, "siteId", "articleId", "listId", "parentId", "threadId", "authorId", depth, path, status, listed, locked,
        "createdAt", "pinnedAt", "replyCount", "listCount", "importedUp", "importedDown")
      SELECT id, ${siteId}::uuid, "articleId", coalesce("parentId", "articleId"), "parentId", "threadId", "authorId", depth, path, status, listed, locked,
        "createdAt", "pinnedAt", "replyCount", "listCount", "importedUp", "importedDown" FROM given
    ), t AS (
      INSERT INTO comment_text ("commentId", "siteId", source, html) SELECT id, ${siteId}::uuid, text, html FROM given
    )
    INSERT INTO comment_source ("siteId", source, "sourceId", "commentId") SELECT ${siteId}::uuid, source, "sourceId", id FROM given`
}

/** Writes the counters of comments that `lock` holds. */
export async function recountHeld(tx: Tx, places: readonly Place[]) {
  await sql(tx)`
    UPDATE comment c SET listed = d.listed, "replyCount" = d."replyCount", "listCount" = d."listCount"
    FROM json_to_recordset(${JSON.stringify(places)}::json) AS d(id uuid, listed boolean, "replyCount" int, "listCount" int)
    WHERE c.id = d.id`
}
