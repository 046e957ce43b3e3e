/** Articles as importers bring them: looked up and stored by the hundred. */
import { sql } from '../platform/client.js'
import type { Database, Tx } from '../platform/database.js'
import type { ArticleState } from './rules.js'

/** How an importer names an article. */
export interface Named {
  canonical: string
  key: string
}

/** Where an import goes. */
export interface FoundArticle {
  id: string
  key: string | null
  state: ArticleState
  pinnedCount: number
}

/** The articles of these names in their order, null where there is none; the address beats the key, and merges are followed. */
export async function find(db: Database | Tx, siteId: string, named: readonly Named[]): Promise<(FoundArticle | null)[]> {
  const rows = await sql(db)<FoundArticle & { n: bigint }>`
    SELECT asked.n, t.id, t.key, h.state, h."pinnedCount"
    FROM unnest(${named.map((each) => each.canonical)}::text[], ${named.map((each) => each.key)}::text[]) WITH ORDINALITY asked(canonical, key, n)
      CROSS JOIN LATERAL (
        SELECT coalesce(
          (SELECT "articleId" FROM article_url WHERE "siteId" = ${siteId}::uuid AND "canonicalUrl" = asked.canonical),
          (SELECT coalesce("mergedInto", id) FROM article WHERE "siteId" = ${siteId}::uuid AND key = asked.key)
        ) AS id
      ) found JOIN article t ON t.id = found.id JOIN article_head h ON h."articleId" = t.id`
  const found: (FoundArticle | null)[] = named.map(() => null)
  for (const { n, ...article } of rows) found[Number(n) - 1] = article
  return found
}

/** An article to be stored. */
export interface NewArticle extends Named {
  id: string
  /** As the file has it, and as readers are shown it. */
  url: string
  link: string
  title: string | null
  publishedAt: Date | null
  state: ArticleState
}

/** Stores articles with their heads and URLs, but for those that another transaction has stored. */
export async function insert(tx: Tx, siteId: string, articles: readonly NewArticle[]) {
  await sql(tx)`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(articles)}::json)
        AS d(id uuid, key text, url text, link text, canonical text, title text, "publishedAt" timestamptz, state text)
    ), a AS (
      INSERT INTO article (id, "siteId", key, url, title, "publishedAt")
      SELECT id, ${siteId}::uuid, key, link, title, "publishedAt" FROM given ORDER BY id ON CONFLICT DO NOTHING RETURNING id
    ), h AS (
      INSERT INTO article_head ("articleId", "siteId", state) SELECT id, ${siteId}::uuid, state FROM a JOIN given USING (id)
    )
    INSERT INTO article_url ("siteId", "canonicalUrl", "articleId", "givenUrl")
    SELECT ${siteId}::uuid, canonical, id, url FROM a JOIN given USING (id) ON CONFLICT DO NOTHING`
}

/** Gives stored articles what they lack: address, title, date, and a key where no other article has it. */
export async function fill(tx: Tx, siteId: string, articles: readonly Omit<NewArticle, 'state' | 'link'>[]) {
  const given = JSON.stringify(articles)
  await sql(tx)`
    WITH u AS (
      INSERT INTO article_url ("siteId", "canonicalUrl", "articleId", "givenUrl")
      SELECT ${siteId}::uuid, canonical, id, url FROM json_to_recordset(${given}::json) AS g(id uuid, canonical text, url text) ON CONFLICT DO NOTHING
    )
    UPDATE article a SET title = coalesce(a.title, d.title), "publishedAt" = coalesce(a."publishedAt", d."publishedAt"), key = coalesce(a.key, d.free)
    FROM (
      SELECT DISTINCT ON (id) id, title, "publishedAt", 
        CASE WHEN NOT EXISTS (SELECT 1 FROM article other WHERE other."siteId" = ${siteId}::uuid AND other.key = g.key) THEN key END AS free
      FROM json_to_recordset(${given}::json) AS g(id uuid, key text, title text, "publishedAt" timestamptz)
      ORDER BY id
    ) d
    WHERE a.id = d.id AND (a.title IS NULL AND d.title IS NOT NULL OR a."publishedAt" IS NULL AND d."publishedAt" IS NOT NULL
      OR a.key IS NULL AND d.free IS NOT NULL)`
}

/** Whether any of these has become part of another. */
export async function anyMerged(tx: Tx, siteId: string, ids: readonly string[]) {
  const rows = await sql(tx)<{ id: string }>`
    SELECT id FROM article WHERE id = ANY(${ids}::uuid[]) AND "siteId" = ${siteId}::uuid AND "mergedInto" IS NOT NULL LIMIT 1`
  return rows.length > 0
}
