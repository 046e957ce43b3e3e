/** How far imports have come, and what they put aside. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'

/** One file on its way into one site. */
export interface Run {
  siteId: string
  source: string
  /** Hash of the file's beginning. */
  file: string
}

/** What has to be known to go on after an interruption. */
export interface RunProgress {
  /** How many comments were written. */
  taken: number
  /** Articles that gained comments and whose readers have not been told. */
  untold: string[]
}

/** What a run that did not end has left; null where there is none. */
export async function unfinished(db: Database, { siteId, source, file }: Run) {
  const [row] = await sql(db)<{ progress: RunProgress }>`
    SELECT progress FROM import_run WHERE "siteId" = ${siteId}::uuid AND source = ${source} AND file = ${file} AND "endedAt" IS NULL`
  return row?.progress ?? null
}

export async function keep(tx: Tx, { siteId, source, file }: Run, progress: RunProgress) {
  await sql(tx)`
    INSERT INTO import_run ("siteId", source, file, progress) VALUES (${siteId}::uuid, ${source}, ${file}, ${JSON.stringify(progress)}::jsonb)
    ON CONFLICT ("siteId", source, file) DO UPDATE SET progress = excluded.progress, "endedAt" = NULL`
}

export async function end(tx: Tx, { siteId, source, file }: Run) {
  await sql(tx)`
    UPDATE import_run SET "endedAt" = now() WHERE "siteId" = ${siteId}::uuid AND source = ${source} AND file = ${file} AND "endedAt" IS NULL`
}

/** A batch takes longer than a page's statement may; PGlite has a limit of its own. */
export async function takeTime(tx: Tx, milliseconds: number) {
  await sql(tx)`SELECT set_config('statement_timeout', ${String(milliseconds)}, true)`
}

/** Lets one import write into a site at a time, for this transaction: what it looks up first is still so when it writes. */
export async function takeTurn(tx: Tx, siteId: string) {
  await sql(tx)`SELECT pg_advisory_xact_lock(hashtextextended(${siteId}, 0))`
}

/**
 * Has the planner look at what an import fills. For tables that it takes for empty it may choose, for the whole session, to check a person's
 * existence by way of an index on the site alone: measured as 26 of 31 seconds for 20,000 comments.
 */
export async function analyze(tx: Tx) {
  const run = sql(tx)
  await run`ANALYZE person`
  await run`ANALYZE person_identity`
  await run`ANALYZE article`
  await run`ANALYZE comment`
  await run`ANALYZE comment_source`
}

/** Puts part `n` of what waits aside, in rows beside the run's own. */
export async function putAside(tx: Tx, { siteId, source, file }: Run, n: number, waiting: readonly object[]) {
  await sql(tx)`
    INSERT INTO import_run ("siteId", source, file, progress)
    VALUES (${siteId}::uuid, ${source}, ${asideOf(file, n)}, ${JSON.stringify({ waiting })}::jsonb)
    ON CONFLICT ("siteId", source, file) DO UPDATE SET progress = excluded.progress`
}

/** Part `n` of what waits; null where somebody has thrown it away. */
export async function aside<Waiting>(db: Database, { siteId, source, file }: Run, n: number) {
  const [row] = await sql(db)<{ progress: { waiting: Waiting[] } }>`
    SELECT progress FROM import_run WHERE "siteId" = ${siteId}::uuid AND source = ${source} AND file = ${asideOf(file, n)}`
  return row?.progress.waiting ?? null
}

/** Throws away what this run, or one that was interrupted, has put aside. */
export async function forgetAside(tx: Tx, { siteId, source, file }: Run) {
  await sql(tx)`DELETE FROM import_run WHERE "siteId" = ${siteId}::uuid AND source = ${source} AND starts_with(file, ${`${file}/`})`
}

function asideOf(file: string, n: number): string {
  return `${file}/${n}`
}
