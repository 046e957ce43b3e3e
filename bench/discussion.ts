/** An article with many comments, written straight into the tables: the page that every system is measured with. */
import type pg from 'pg'

/** The article's URL; its site's only origin is the same. */
export const articleUrl = 'https://bench.example/article'

const siteId = '01930000-0000-7000-8000-000000000001'
const articleId = '01930000-0000-7000-8000-000000000002'

/** One fifth are threads, the rest their direct replies, most of them under a few; votes are skewed the same way. */
export async function writeDiscussion(client: pg.Client, comments: number): Promise<void> {
  const threads = Math.ceil(comments / 5)
  await client.query(`INSERT INTO site (id, slug, name, origins) VALUES ('${siteId}', 'bench', 'Bench', ARRAY['https://bench.example'])`)
  await client.query(`
    INSERT INTO person (id, "siteId", kind, name, "nameFold")
    SELECT ${personId('n')}, '${siteId}', 'MEMBER', 'Reader number ' || n, 'reader' || n FROM generate_series(1, 500) n`)
  await client.query(`INSERT INTO article (id, "siteId", url, title) VALUES ('${articleId}', '${siteId}', '${articleUrl}', 'An article')`)
  await client.query(
    `INSERT INTO article_url ("siteId", "canonicalUrl", "articleId", "givenUrl") VALUES ('${siteId}', '${articleUrl}', '${articleId}', '${articleUrl}')`,
  )
  await client.query(
    `INSERT INTO article_head ("articleId", "siteId", "commentCount", "threadCount", "lastSeq") VALUES ('${articleId}', '${siteId}', ${comments}, ${threads}, ${comments})`,
  )
  await client.query(rows(1, threads, 'NULL::int'))
  await client.query(rows(threads + 1, comments, `(1 + floor(power(random(), 3) * ${threads}))::int`))
  await client.query(
    `UPDATE comment c SET "replyCount" = r.n, "listCount" = r.n FROM (SELECT "parentId", count(*) n FROM comment GROUP BY 1) r WHERE c.id = r."parentId"`,
  )
  await client.query(`
    INSERT INTO comment_text ("commentId", "siteId", source, html)
    SELECT id, "siteId", words, '<p>' || words || '</p>' FROM comment,
      LATERAL (SELECT repeat('What somebody has to say about an article, at the usual length. ', 1 + (up % 4)) AS words) w`)
  await client.query('VACUUM ANALYZE')
}

/** Comments by number, each below the one that `answered` numbers. */
function rows(from: number, to: number, answered: string): string {
  return `
    INSERT INTO comment (id, "siteId", "articleId", "listId", "parentId", "threadId", "authorId", depth, path, "createdAt", up, down)
    SELECT id, '${siteId}', '${articleId}', coalesce(parent, '${articleId}'), parent, coalesce(parent, id), author,
      CASE WHEN parent IS NULL THEN 0 ELSE 1 END, CASE WHEN parent IS NULL THEN ARRAY[id] ELSE ARRAY[parent, id] END,
      timestamptz '2024-01-01 00:00:00Z' + n * interval '1 second', floor(power(random(), 4) * 300), floor(power(random(), 6) * 80)
    FROM (SELECT n, ${commentId('n')} AS id, ${commentId('answered')} AS parent, ${personId('1 + n % 500')} AS author
      FROM (SELECT n, ${answered} AS answered FROM generate_series(${from}, ${to}) n) numbered) s`
}

/** A UUIDv7 whose moment is the comment's: one second apart, from the start of 2024. */
function commentId(n: string): string {
  return `(lpad(to_hex((1704067200000 + (${n})::bigint * 1000)), 12, '0') || '7000' || '8000' || lpad(to_hex(${n}), 12, '0'))::uuid`
}

function personId(n: string): string {
  return `('01930000-0000-7000-9000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
}
