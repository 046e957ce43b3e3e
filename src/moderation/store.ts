/** Reports and queues in the database. */
import type { Page } from '../graphql/pagination.js'
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import { fragment, nothing } from '../platform/sql.js'

export interface ReportRow {
  id: string
  revision: number
  reporterId: string
  reason: string
  note: string | null
  createdAt: Date
  reviewedAt: Date | null
}

export async function insertReport(
  tx: Tx,
  report: { id: string; siteId: string; commentId: string; revision: number; reporterId: string; reason: string; note: string | null },
) {
  await sql(tx)`
    INSERT INTO report (id, "siteId", "commentId", revision, "reporterId", reason, note)
    VALUES (${report.id}::uuid, ${report.siteId}::uuid, ${report.commentId}::uuid, ${report.revision}, ${report.reporterId}::uuid, ${report.reason}, ${report.note})
    ON CONFLICT ("commentId", "reporterId") DO NOTHING`
}

/** A decision answers every report of the comment. */
export async function closeReports(tx: Tx, commentId: string) {
  await sql(tx)`UPDATE report SET "reviewedAt" = now() WHERE "commentId" = ${commentId}::uuid AND "reviewedAt" IS NULL`
}

/** Up to `limit` + 1 reports of each comment, oldest first. */
export function reports(db: Database, commentIds: readonly string[], page: Page) {
  const order = fragment`ORDER BY r.id ${page.backwards ? fragment`DESC` : nothing}`
  return sql(db)<ReportRow & { ownerId: string }>`
    SELECT r."commentId" AS "ownerId", r.id, r.revision, r."reporterId", r.reason, r.note, r."createdAt", r."reviewedAt"
    FROM unnest(${commentIds}::uuid[]) o(id) CROSS JOIN LATERAL (
      SELECT * FROM report r WHERE "commentId" = o.id ${between(page, fragment`r.id`)} ${order} LIMIT ${page.limit + 1}
    ) r ${order}`
}

export function reportCount(db: Database, commentIds: readonly string[]) {
  return sql(db)<{ ownerId: string; count: number }>`
    SELECT "commentId" AS "ownerId", count(*)::int AS count FROM report WHERE "commentId" = ANY(${commentIds}::uuid[]) GROUP BY 1`
}

/** Up to `limit` + 1 comments that wait, or beside which an edit waits, oldest first. */
export function pending(db: Database, siteId: string, page: Page) {
  const order = fragment`ORDER BY id ${page.backwards ? fragment`DESC` : nothing} LIMIT ${page.limit + 1}`
  return sql(db)<{ id: string }>`
    SELECT id FROM ((${waitingComments(siteId)} ${between(page)} ${order}) UNION ALL (${waitingEdits(siteId)} ${between(page, fragment`c.id`)} ${order})) w ${order}`
}

export async function pendingCount(db: Database, siteId: string) {
  const [row] = await sql(db)<{ count: number }>`
    SELECT count(*)::int AS count FROM (${waitingComments(siteId)} UNION ALL ${waitingEdits(siteId)}) w`
  return row?.count ?? 0
}

const waitingComments = (siteId: string) => fragment`SELECT id FROM comment WHERE "siteId" = ${siteId}::uuid AND status = 'PENDING'`

/** An edit of a comment that is gone meanwhile waits for nobody. */
const waitingEdits = (siteId: string) => fragment`
  SELECT c.id FROM comment_revision r JOIN comment c ON c.id = r."commentId"
  WHERE r."siteId" = ${siteId}::uuid AND r.state = 'PENDING' AND c.status = 'APPROVED'`

function between({ after, before }: Page, id = fragment`id`) {
  const above = after ? fragment`AND ${id} > ${after[0]}::uuid` : nothing
  return before ? fragment`${above} AND ${id} < ${before[0]}::uuid` : above
}
