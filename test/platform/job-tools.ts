/** What the tests of jobs are given. */
import { sql } from '../../src/platform/client.js'
import type { Database } from '../../src/platform/database.js'
import type { JobHandler, Jobs } from '../../src/platform/jobs.js'

/** A sentence, and the test that holds it to be true. */
export type JobRule = readonly [string, (tools: JobTools) => Promise<void>]

/** The database and workers on it. */
export interface JobTools {
  db: Database
  /** Starts a worker that is stopped after the test. */
  work: (handlers: Record<string, JobHandler>) => Jobs
  keep: (jobs: Jobs) => Jobs
  rows: () => Promise<JobRow[]>
}

/** A row of the table. */
export interface JobRow {
  kind: string
  data: unknown
  tries: number
  error: string | null
  deadAt: Date | null
  lockedUntil: Date | null
  inSeconds: number
}

/** All jobs, the oldest first. */
export function jobRows(db: Database): Promise<JobRow[]> {
  return sql(db)<JobRow>`
    SELECT "kind", "data", "tries", "error", "deadAt", "lockedUntil", extract(epoch FROM "runAt" - now())::float8 AS "inSeconds" FROM "job" ORDER BY "id"`
}
