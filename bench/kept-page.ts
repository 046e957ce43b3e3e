/** The first page as everybody gets it, by its trusted document: from kept bytes, and right after a comment. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withDatabase } from './database.js'
import { articleUrl, writeDiscussion } from './discussion.js'
import { answerOf, assertSameBytes, type Contender, compare, startBaseline, startOurs } from './serving.js'
import { median, printTable, short } from './table.js'

const comments = 10_000

/** Comments after each of which the page is asked for at once. */
const writes = 200

const { 'article-page': documentId = '' } = JSON.parse(readFileSync('schema/documents.json', 'utf8')) as Record<string, string>
const load = { path: `/graphql?${new URLSearchParams({ documentId, variables: JSON.stringify({ url: articleUrl }) })}` }

export async function measureKeptPage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-bench-'))
  await withDatabase(async (database, client) => {
    await writeDiscussion(client, comments)
    const ours = await startOurs('Colloquy, kept', database, load)
    const contenders: Contender[] = [ours]
    try {
      const file = join(folder, 'page.json')
      writeFileSync(file, await answerOf(ours))
      const constant = await startBaseline('raw node:http, constant bytes', ['bench/raw-constant.ts', file], database, load)
      contenders.push(constant)
      await assertSameBytes(contenders)
      await compare(`First page of ${comments.toLocaleString('en')} comments, for everybody`, contenders, constant)
      await measureAfterWrites(ours)
    } finally {
      await Promise.all(contenders.map(({ process }) => process.stop()))
      rmSync(folder, { recursive: true })
    }
  })
}

/** The page that somebody asks for as soon as a comment was answered: it is read anew. */
async function measureAfterWrites(ours: Contender): Promise<void> {
  const token = await becomeGuest(ours)
  const times: number[] = []
  for (let i = 0; i < writes; i++) {
    await ask(ours, token, 'PostComment', 'postComment', { url: articleUrl, text: `A comment ${randomUUID()}` })
    const began = performance.now()
    const { data } = JSON.parse(await answerOf(ours)) as { data: { article: { commentCount: number } } }
    times.push(performance.now() - began)
    if (data.article.commentCount !== comments + i + 1) throw new Error('A page was older than what was answered before.')
  }
  const sorted = times.toSorted((a, b) => a - b)
  printTable(`First page right after a comment (${writes} comments)`, [
    {
      'p50 ms': short(median(times)),
      'p99 ms': short(sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN),
      'most ms': short(sorted.at(-1) ?? Number.NaN),
    },
  ])
}

async function becomeGuest(ours: Contender): Promise<string> {
  const { token } = await ask(ours, null, 'BecomeGuest', 'becomeGuest', { name: `Guest ${randomUUID().slice(0, 8)}` })
  return token ?? ''
}

async function ask({ url }: Contender, token: string | null, type: string, field: string, input: object): Promise<{ token?: string }> {
  const selection = field === 'becomeGuest' ? 'token' : '__typename'
  const query = `mutation($input: ${type}Input!) { ${field}(input: $input) { ... on ${type}Payload { ${selection} } ... on Error { code } } }`
  const body = JSON.stringify({ query, variables: { input: { key: randomUUID(), ...input } } })
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
  const { data } = (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json()) as {
    data?: Record<string, { code?: string; token?: string }>
  }
  const done = data?.[field]
  if (!done || done.code) throw new Error(`${field} was refused: ${done?.code}`)
  return done
}
