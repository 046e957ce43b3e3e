/** Servers that answer the same request, loaded in turns: requests a second, latency, CPU time and memory of each. */
import autocannon from 'autocannon'
import { type Measured, startMeasured } from './processes.js'
import { median, printTable, short } from './table.js'

const rounds = 3
const secondsARound = 4
const connections = 16

/** What is sent, again and again. */
export interface Load {
  path: string
  /** Absent: a GET. */
  body?: string
}

export interface Contender {
  name: string
  process: Measured
  url: string
  load: Load
  requests: number[]
  p50: number[]
  p99: number[]
  cpu: number[]
}

/** Starts our program on a database. */
export function startOurs(name: string, database: string, load: Load): Promise<Contender> {
  return start({ name, args: ['dist/main.js'], database, load, urlIn: (line) => /http:\/\/[\d.]+:\d+/.exec(line)?.[0] })
}

/** Starts a baseline, which tells its port in its first line. */
export function startBaseline(name: string, args: string[], database: string, load: Load): Promise<Contender> {
  const urlIn = (line: string) => {
    const port = /"port":(\d+)/.exec(line)?.[1]
    return port && `http://127.0.0.1:${port}`
  }
  return start({ name, args: ['--import', 'tsx', ...args], database, load, urlIn })
}

interface Start {
  name: string
  args: string[]
  database: string
  load: Load
  urlIn: (line: string) => string | undefined
}

async function start({ name, args, database, load, urlIn }: Start): Promise<Contender> {
  const env = {
    DATABASE_URL: database,
    PORT: '0',
    COLLOQUY_SECRET: 'a secret of benchmarks, which is long enough',
    COLLOQUY_LOG_LEVEL: 'error',
    COLLOQUY_RATE_LIMITS: 'off',
  }
  const process = await startMeasured(args, env, (line) => urlIn(line) !== undefined)
  return { name, process, url: urlIn(process.line) ?? '', load, requests: [], p50: [], p99: [], cpu: [] }
}

/** What a contender answers. */
export async function answerOf({ url, load: { path, body } }: Contender): Promise<string> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: body ?? null }
  return (await fetch(`${url}${path}`, body === undefined ? {} : post)).text()
}

/** Throws where two of them answer differently. */
export async function assertSameBytes(contenders: readonly Contender[]): Promise<void> {
  const answers = await Promise.all(contenders.map(answerOf))
  const [ours, ...others] = answers
  if (!ours || others.some((answer) => answer !== ours))
    throw new Error(`The answers differ:\n${answers.map((answer) => answer.slice(0, 400)).join('\n')}`)
  console.log(`All answer the same ${ours.length.toLocaleString('en')} bytes.`)
}

/** Loads each of them in turns and prints a table; `baseline` is what the others are compared with. */
export async function compare(title: string, contenders: readonly Contender[], baseline: Contender): Promise<void> {
  for (let round = 0; round < rounds; round++) for (const contender of contenders) await measure(contender)
  printTable(
    `${title} (${connections} connections, median of ${rounds} rounds of ${secondsARound} s)`,
    contenders.map(({ name, requests, p50, p99, cpu, process }) => ({
      '': name,
      'requests/s': short(median(requests)),
      'of the baseline': (median(requests) / median(baseline.requests)).toFixed(2),
      'p50 ms': short(median(p50)),
      'p99 ms': short(median(p99)),
      'CPU ms/request': median(cpu).toFixed(3),
      'CPU of the baseline': (median(cpu) / median(baseline.cpu)).toFixed(2),
      'memory MiB': short(process.memory().now),
    })),
  )
}

async function measure(contender: Contender): Promise<void> {
  const { url, load, process } = contender
  const before = process.cpuMs()
  const post = { method: 'POST' as const, headers: { 'content-type': 'application/json' }, body: load.body ?? '' }
  const result = await autocannon({
    url: `${url}${load.path}`,
    ...(load.body === undefined ? {} : post),
    connections,
    duration: secondsARound,
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${contender.name}: ${result.non2xx} answers were no success, ${result.errors} failed`)
  contender.requests.push(result.requests.total / result.duration)
  contender.p50.push(result.latency.p50)
  contender.p99.push(result.latency.p99)
  contender.cpu.push((process.cpuMs() - before) / result.requests.total)
}
