/** The SQL of jobs: one table, claimed with a lease and SKIP LOCKED by any number of workers. */
import { sql } from './client.js'
import type { Database, Tx } from './database.js'

/** A job as a worker took it: only with these `tries` and this `runAt` may it be finished. */
export interface ClaimedJob {
  id: bigint
  siteId: string | null
  kind: string
  data: unknown
  tries: number
  runAt: Date
  deadAt: Date | null
}

/** Notes a job; false where the same (kind, key) waits already. One that is under way is marked to run once more. */
export async function insert(
  handle: Database | Tx,
  job: { kind: string; data: string; key: string | null; siteId: string | null; runAt: Date | null },
): Promise<boolean> {
  const rows = await sql(handle)<{ id: bigint }>`
    INSERT INTO "job" ("kind", "data", "key", "siteId", "runAt")
    VALUES (${job.kind}, ${job.data}::jsonb, ${job.key}, ${job.siteId}::uuid, COALESCE(${job.runAt}::timestamptz, now()))
    ON CONFLICT ("kind", "key") WHERE "key" IS NOT NULL AND "deadAt" IS NULL
    DO UPDATE SET "data" = EXCLUDED."data", "runAt" = GREATEST(EXCLUDED."runAt", "job"."runAt" + interval '1 millisecond')
    WHERE "job"."lockedUntil" > now()
    RETURNING "id"`
  return rows.length > 0
}

/** Takes up to `most` due jobs for `leaseMs`; those whose tries are used up (their worker died each time) come back dead. */
export function claim(db: Database, { kinds, most, leaseMs }: { kinds: string[]; most: number; leaseMs: number }): Promise<ClaimedJob[]> {
  return sql(db)<ClaimedJob>`
    UPDATE "job"
    SET "lockedUntil" = now() + ${leaseMs}::float8 * interval '1 millisecond',
        "tries" = "tries" + 1,
        "deadAt" = CASE WHEN "tries" >= "maxTries" THEN now() END,
        "error" = CASE WHEN "tries" >= "maxTries" THEN COALESCE("error", 'Every worker that took it ended before it was done.') ELSE "error" END
    WHERE "id" IN (
      SELECT "id" FROM "job"
      WHERE "deadAt" IS NULL AND "runAt" <= now() AND ("lockedUntil" IS NULL OR "lockedUntil" <= now()) AND "kind" = ANY(${kinds}::text[])
      ORDER BY "runAt", "id" LIMIT ${most} FOR UPDATE SKIP LOCKED)
    RETURNING "id", "siteId"::text, "kind", "data", "tries", "runAt", "deadAt"`
}

/** Removes a job that is done, or frees it to run again where it was asked for meanwhile. Nothing happens when another worker has it. */
export async function complete(db: Database, job: ClaimedJob): Promise<void> {
  const done = await sql(db)<{ id: bigint }>`
    DELETE FROM "job" WHERE "id" = ${job.id} AND "tries" = ${job.tries} AND "runAt" = ${job.runAt} RETURNING "id"`
  if (done.length > 0) return
  await sql(db)`UPDATE "job" SET "lockedUntil" = NULL, "tries" = 0 WHERE "id" = ${job.id} AND "tries" = ${job.tries}`
}

/** Puts a failed job off by 2^tries seconds (at most an hour, ± 20 % so that many do not return at once), or buries it after its last try. */
export async function fail(db: Database, job: ClaimedJob, error: string): Promise<{ deadAt: Date | null } | null> {
  const [row] = await sql(db)<{ deadAt: Date | null }>`
    UPDATE "job"
    SET "lockedUntil" = NULL,
        "error" = ${error},
        "runAt" = now() + LEAST(3600, 2 ^ "tries") * (0.8 + random() * 0.4) * interval '1 second',
        "deadAt" = CASE WHEN "tries" >= "maxTries" THEN now() END
    WHERE "id" = ${job.id} AND "tries" = ${job.tries}
    RETURNING "deadAt"`
  return row ?? null
}
