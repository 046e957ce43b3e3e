/** The first page of an article with 10,000 comments: 20 threads by score, each with author and 3 replies; ours beside a raw answer of the same bytes. */
import autocannon from 'autocannon'
import { withDatabase } from './database.js'
import { articleUrl, writeDiscussion } from './discussion.js'
import { type Measured, startMeasured } from './processes.js'
import { median, printTable, short } from './table.js'

const comments = 10_000
const rounds = 3
const secondsARound = 4
const connections = 16

const query = `query Page($url: String!) { article(url: $url) { commentCount comments(first: 20) { edges { node { ...said replies(first: 3) { edges { node { ...said } } } } } } } }
fragment said on Comment { id html createdAt score replyCount author { id name avatarUrl role } }`
const body = JSON.stringify({ query, variables: { url: articleUrl } })

interface Contender {
  name: string
  process: Measured
  url: string
  requests: number[]
  p50: number[]
  p99: number[]
  cpu: number[]
}

export async function measureFirstPage(): Promise<void> {
  await withDatabase(async (database, client) => {
    await writeDiscussion(client, comments)
    const contenders = await Promise.all([
      start('Colloquy, any query', ['dist/main.js'], database, (line) => /http:\/\/[\d.]+:\d+/.exec(line)?.[0]),
      start('raw node:http + pg, one statement', ['--import', 'tsx', 'bench/raw-page.ts', database], database, portIn),
      start('raw node:http, constant bytes', ['--import', 'tsx', 'bench/raw-page.ts', database, 'constant', articleUrl], database, portIn),
    ])
    try {
      await assertSameBytes(contenders)
      for (let round = 0; round < rounds; round++) for (const contender of contenders) await load(contender)
      report(contenders)
    } finally {
      await Promise.all(contenders.map(({ process }) => process.stop()))
    }
  })
}

async function start(name: string, args: string[], database: string, urlIn: (line: string) => string | undefined): Promise<Contender> {
  const env = {
    DATABASE_URL: database,
    PORT: '0',
    COLLOQUY_SECRET: 'a secret of benchmarks, which is long enough',
    COLLOQUY_LOG_LEVEL: 'error',
  }
  const measured = await startMeasured(args, env, (line) => urlIn(line) !== undefined)
  return { name, process: measured, url: urlIn(measured.line) ?? '', requests: [], p50: [], p99: [], cpu: [] }
}

function portIn(line: string): string | undefined {
  const port = /"port":(\d+)/.exec(line)?.[1]
  return port && `http://127.0.0.1:${port}`
}

async function assertSameBytes(contenders: readonly Contender[]): Promise<void> {
  const answers = await Promise.all(
    contenders.map(async ({ url }) =>
      (await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text(),
    ),
  )
  const [ours, ...raw] = answers
  if (!ours || raw.some((answer) => answer !== ours))
    throw new Error(`The answers differ:\n${answers.map((answer) => answer.slice(0, 400)).join('\n')}`)
  console.log(`All answer the same ${ours.length.toLocaleString('en')} bytes.`)
}

async function load(contender: Contender): Promise<void> {
  const before = contender.process.cpuMs()
  const result = await autocannon({
    url: `${contender.url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections,
    duration: secondsARound,
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${contender.name}: ${result.non2xx} answers were no success, ${result.errors} failed`)
  contender.requests.push(result.requests.total / result.duration)
  contender.p50.push(result.latency.p50)
  contender.p99.push(result.latency.p99)
  contender.cpu.push((contender.process.cpuMs() - before) / result.requests.total)
}

function report(contenders: readonly Contender[]): void {
  const raw = contenders[1]
  if (!raw) return
  printTable(
    `First page of an article with ${comments.toLocaleString('en')} comments (${connections} connections, median of ${rounds} rounds of ${secondsARound} s)`,
    contenders.map(({ name, requests, p50, p99, cpu, process }) => ({
      '': name,
      'requests/s': short(median(requests)),
      'of raw': (median(requests) / median(raw.requests)).toFixed(2),
      'p50 ms': short(median(p50)),
      'p99 ms': short(median(p99)),
      'CPU ms/request': median(cpu).toFixed(2),
      'CPU of raw': (median(cpu) / median(raw.cpu)).toFixed(2),
      'memory MiB': short(process.memory().now),
    })),
  )
}
