/** Comments by the dozen, written straight into the tables: with votes, replies and pins that no test could wait for. */
import { v7 as uuidv7 } from 'uuid'
import { encodeGlobalId } from '../../src/graphql/global-id.js'
import { sql } from '../../src/platform/client.js'
import type { TestApp } from './app.js'
import { uuidOf } from './mutations.js'

/** A comment to be planted; what is absent is as on a new comment. */
export interface Plant {
  /** Milliseconds since 1970. */
  at: number
  up?: number
  down?: number
  replyCount?: number
  pinned?: boolean
}

/** The same with its global id. */
export interface Planted extends Required<Plant> {
  id: string
}

/** Plants approved comments in the list in which `sibling` (a global id) stands, by its author. */
export async function plantBeside(program: TestApp, sibling: string, plants: readonly Plant[]): Promise<Planted[]> {
  const planted = plants.map((plant) => ({ up: 0, down: 0, replyCount: 0, pinned: false, uuid: uuidv7({ msecs: plant.at }), ...plant }))
  await sql(program.app.db)`
    WITH beside AS (SELECT * FROM comment WHERE id = ${uuidOf(sibling)}::uuid), c AS (
      INSERT INTO comment (id, "siteId", "articleId", "listId", "parentId", "threadId", "authorId", depth, path, "createdAt", "pinnedAt",
        "importedUp", "importedDown", "replyCount")
      SELECT p.uuid, "siteId", "articleId", "listId", "parentId", CASE WHEN "parentId" IS NULL THEN p.uuid ELSE "threadId" END, "authorId",
        depth, path[1:depth] || p.uuid, to_timestamp(p.at / 1000.0), CASE WHEN p.pinned THEN now() END, p.up, p.down, p."replyCount"
      FROM beside, jsonb_to_recordset(${JSON.stringify(planted)}::jsonb)
        AS p(uuid uuid, at bigint, up int, down int, "replyCount" int, pinned boolean)
      RETURNING id, "siteId"
    ), parent AS (
      UPDATE comment SET "replyCount" = comment."replyCount" + ${planted.length}, "listCount" = comment."listCount" + ${planted.length}
      FROM beside WHERE comment.id = beside."parentId"
    ), head AS (
      UPDATE article_head h SET "commentCount" = h."commentCount" + ${planted.length},
        "threadCount" = h."threadCount" + CASE WHEN beside."parentId" IS NULL THEN ${planted.length}::int ELSE 0 END
      FROM beside WHERE h."articleId" = beside."articleId"
    )
    INSERT INTO comment_text ("commentId", "siteId", source, html) SELECT id, "siteId", 'planted', '<p>planted</p>' FROM c`
  return planted.map(({ uuid, ...plant }) => ({ ...plant, id: encodeGlobalId('Comment', uuid) }))
}
