/** Brings small exports into sites of their own, and reads what came of them in the exports' own terms. */
import { randomUUID } from 'node:crypto'
import { countDrift } from '../../src/comments/recount.js'
import { sql } from '../../src/platform/client.js'
import { allSites, createSite } from '../../src/sites/sites.js'
import { type ImportOptions, type ImportReport, importWordPress } from '../../src/transfer/transfer.js'
import type { TestApp } from '../support/app.js'
import { type CommentElements, comment, item, itemFields, now } from './wxr.js'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** A new site for the articles of wxr.ts; its slug. */
export async function harbour({ app }: TestApp, settings: object = {}): Promise<string> {
  const slug = `harbour-${randomUUID().slice(0, 8)}`
  await leaveHarbour({ app })
  const pace = { memberSecondsBetweenComments: 0, guestSecondsBetweenComments: 0 }
  await createSite(app.db, { slug, name: 'The Harbour Post', origins: ['https://harbour.example'], settings: { ...pace, ...settings } })
  return slug
}

/** Sends the sites that other tests have made elsewhere: an origin belongs to one site at a time. */
export async function leaveHarbour({ app }: Pick<TestApp, 'app'>): Promise<void> {
  await sql(app.db)`
    UPDATE site SET origins = ARRAY['https://' || slug || '.example'] WHERE 'https://harbour.example' = ANY(origins) RETURNING id`
}

export async function siteOf({ app }: TestApp, slug: string) {
  const site = (await allSites(app.db)).find((each) => each.slug === slug)
  if (!site) throw new Error(`There is no site ${slug}.`)
  return site
}

/** Imports a file, which may be a stream. */
export async function importFile(
  program: TestApp,
  slug: string,
  file: string | AsyncIterable<Uint8Array>,
  options: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  const input = typeof file === 'string' ? inPieces(file) : file
  return importWordPress({ db: program.app.db, log: quiet }, await siteOf(program, slug), input, { pings: 'skip', now, ...options })
}

/** A file as a stream that breaks off before the byte `until`. */
export async function* inPieces(file: string, until = Number.POSITIVE_INFINITY, size = 500): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(file)
  for (let at = 0; at < bytes.length; at += size) {
    if (at >= until) throw new Error('the file breaks off here')
    yield bytes.subarray(at, Math.min(at + size, bytes.length))
  }
}

/** Comments given in short, each a minute after the one of the number before. */
export function comments(...all: (CommentElements & { id: string })[]): string {
  return all.map((elements) => comment({ date_gmt: stamp(Number(elements.id)), content: `Number ${elements.id}.`, ...elements })).join('')
}

function stamp(minute: number): string {
  return new Date(Date.UTC(2019, 4, 6, 8, minute)).toISOString().slice(0, 19).replace('T', ' ')
}

/** Article `id` with these comments. */
export function article(id: number, inner: string, change: (fields: string) => string = (fields) => fields): string {
  return item(inner, change(itemFields(id)))
}

/** A comment as it is in the database, its fellows by their numbers in the file. */
export interface Imported {
  sourceId: string
  parent: string | null
  thread: string
  path: string
  depth: number
  status: string
  listed: boolean
  locked: boolean
  pinned: boolean
  replies: number
  lists: number
  score: number
  html: string
  author: string
  article: string
}

/** The imported comments of a site, by their numbers. */
export async function imported(program: TestApp, slug: string): Promise<Map<string, Imported>> {
  const { id } = await siteOf(program, slug)
  const rows = await sql(program.app.db)<Imported>`
    SELECT s."sourceId", (SELECT "sourceId" FROM comment_source WHERE "commentId" = c."parentId") AS parent,
      (SELECT "sourceId" FROM comment_source WHERE "commentId" = c."threadId") AS thread,
      (SELECT string_agg("sourceId", ' ' ORDER BY n) FROM unnest(c.path) WITH ORDINALITY p(id, n) JOIN comment_source ON "commentId" = p.id) AS path,
      c.depth, c.status, c.listed, c.locked, c."pinnedAt" IS NOT NULL AS pinned, c."replyCount" AS replies, c."listCount" AS lists, c.score, t.html,
      concat_ws(' ', a.kind, a.name, p.email) AS author, r.key AS article
    FROM comment c JOIN comment_source s ON s."commentId" = c.id JOIN comment_text t ON t."commentId" = c.id JOIN person a ON a.id = c."authorId"
      LEFT JOIN person_private p ON p."personId" = a.id JOIN article r ON r.id = c."articleId"
    WHERE c."siteId" = ${id}::uuid ORDER BY length(s."sourceId"), s."sourceId"`
  return new Map(rows.map((row) => [row.sourceId, row]))
}

/** The articles of a site with their counts and events. */
export async function articlesOf(program: TestApp, slug: string) {
  const { id } = await siteOf(program, slug)
  return sql(program.app.db)<{
    key: string
    url: string
    title: string
    state: string
    comments: number
    threads: number
    pinned: number
    events: string
  }>`
    SELECT a.key, a.url, a.title, h.state, h."commentCount" AS comments, h."threadCount" AS threads, h."pinnedCount" AS pinned,
      (SELECT coalesce(string_agg(kind, ' ' ORDER BY seq), '') FROM event e WHERE e."articleId" = a.id) AS events
    FROM article a JOIN article_head h ON h."articleId" = a.id WHERE a."siteId" = ${id}::uuid ORDER BY a.key`
}

/** Every row of a site, as text, in a fixed order. */
export async function everyRow(program: TestApp, slug: string): Promise<string[]> {
  const { id } = await siteOf(program, slug)
  const rows = await sql(program.app.db)<{ row: string }>`
    SELECT 'comment ' || to_jsonb(t)::text AS row FROM comment t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'text ' || to_jsonb(t)::text FROM comment_text t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'source ' || to_jsonb(t)::text FROM comment_source t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'article ' || to_jsonb(t)::text FROM article t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'head ' || to_jsonb(t)::text FROM article_head t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'url ' || to_jsonb(t)::text FROM article_url t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'event ' || to_jsonb(t)::text FROM event t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'person ' || to_jsonb(t)::text FROM person t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'private ' || to_jsonb(t)::text FROM person_private t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'identity ' || to_jsonb(t)::text FROM person_identity t WHERE "siteId" = ${id}::uuid UNION ALL
    SELECT 'run ' || to_jsonb(t)::text FROM import_run t WHERE "siteId" = ${id}::uuid ORDER BY 1`
  return rows.map(({ row }) => row)
}

/** What of the counters differs from the rows, anywhere. */
export async function drift({ app }: TestApp) {
  const found = []
  for await (const { differences } of countDrift(app.db)) found.push(...differences)
  return found
}

/** Codes with the comments that they name. */
export function codesOf({ faults }: ImportReport): Record<string, string[]> {
  return Object.fromEntries(faults.map(({ code, named }) => [code, named.map(({ sourceId, line }) => sourceId ?? `line ${line}`)]))
}
