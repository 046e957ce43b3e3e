/** The baseline: the same page as the same bytes, from node:http and pg with one hand-written statement. Run as a process of its own. */
import { createServer } from 'node:http'
import pg from 'pg'

const [connectionString, body] = process.argv.slice(2)
if (!connectionString) throw new Error('raw-page.ts needs the URL of a database')
const pool = new pg.Pool({ connectionString, max: 6 })

const columns = 'c.id, c."createdAt", c.score, c."replyCount", t.html, p.id AS "authorId", p.name, p."avatarUrl", p.role'
const joins = 'JOIN comment_text t ON t."commentId" = c.id JOIN person p ON p.id = c."authorId"'
const text = `
  WITH a AS (SELECT a.id, h."commentCount" FROM article_url u JOIN article a ON a.id = u."articleId" JOIN article_head h ON h."articleId" = a.id WHERE u."canonicalUrl" = $1),
  threads AS (SELECT c.* FROM a JOIN LATERAL (SELECT * FROM comment c WHERE c."listId" = a.id AND c.listed ORDER BY c."notPinned", (-c.score), c.id LIMIT 20) c ON true)
  SELECT NULL::uuid AS parent, row_number() OVER (ORDER BY -c.score, c.id) AS n, a."commentCount", ${columns} FROM a, threads c ${joins}
  UNION ALL
  SELECT th.id, c.n, NULL, ${columns} FROM threads th JOIN LATERAL (
    SELECT *, row_number() OVER () AS n FROM (SELECT * FROM comment c WHERE c."listId" = th.id AND c.listed ORDER BY c."notPinned", c.id LIMIT 3) c) c ON true ${joins}
  ORDER BY parent NULLS FIRST, n`

interface Row {
  parent: string | null
  commentCount: number
  id: string
  createdAt: Date
  score: number
  replyCount: number
  html: string
  authorId: string
  name: string
  avatarUrl: string | null
  role: string
}

const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64url')

function node(row: Row) {
  const author = { id: globalId('Person', row.authorId), name: row.name, avatarUrl: row.avatarUrl, role: row.role }
  return {
    id: globalId('Comment', row.id),
    html: row.html,
    createdAt: row.createdAt.toISOString(),
    score: row.score,
    replyCount: row.replyCount,
    author,
  }
}

async function page(url: string): Promise<string> {
  const { rows } = await pool.query<Row>({ name: 'page', text, values: [url] })
  const threads = rows.filter((row) => row.parent === null)
  const edges = threads.map((row) => {
    const replies = { edges: rows.filter((reply) => reply.parent === row.id).map((reply) => ({ node: node(reply) })) }
    return { node: { ...node(row), replies } }
  })
  return JSON.stringify({ data: { article: { commentCount: threads[0]?.commentCount ?? 0, comments: { edges } } } })
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as { variables: { url: string } }
    const answer = body === 'constant' ? constant : page(variables.url)
    answer.then(
      (text) => response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(text),
      () => response.writeHead(500).end(),
    )
  })
})
const constant = body === 'constant' ? page(process.argv[4] ?? '') : Promise.resolve('')
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
