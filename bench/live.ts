/** Live delivery: many readers of one article, few readers of many, and one who stops reading; ours beside a raw broadcast of the same bytes. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Contender, type Script, startColloquy, startRaw } from './contenders.js'
import { withDatabase } from './database.js'
import type { Readers, Received } from './readers.js'
import { measureStopped } from './stopped-reader.js'
import { median, printTable, short } from './table.js'
import { startWriting, type Writer } from './writing.js'

const rounds = 3

/**
 * Readers of one article; comments one after the other, each when all have the last, and comments at once. Ten thousand who share nothing
 * ask the database so much at once that it turns most of them away: there is no figure for them.
 */
const crowds = [
  { sockets: 1000, calm: 30, atOnce: 50, unshared: true },
  { sockets: 10_000, calm: 4, atOnce: 5, unshared: false },
]

/** Where nothing is shared a comment costs so many times as much that fewer of them tell as much. */
const fewerUnshared = 5

/** In this time every connection is pinged once: what connections cost when nothing happens is no delivery's cost. Milliseconds. */
const idleMs = 12_000

/** Too few readers an article for sharing to help. */
const village = { articles: 2000, readers: 5 }

/** A crowd of this size warms a server up before it is measured. */
const rehearsal = { sockets: 100, comments: 100 }

interface Figures {
  contender: Contender
  readers: Readers
  kibASocket: number
  /** CPU time of the server while nothing is said, in milliseconds a millisecond. */
  idle: number
  cpu: Record<Script | 'atOnce', number[]>
  rate: number[]
  p50: number[]
  p99: number[]
}

export async function measureLive(): Promise<void> {
  await withDatabase(async (database, client) => {
    const env = {
      DATABASE_URL: database,
      REDIS_URL: process.env['BENCH_REDIS_URL'] ?? 'redis://127.0.0.1:6379',
      COLLOQUY_SECRET: 'a secret of benchmarks, which is long enough',
      COLLOQUY_RATE_LIMITS: 'off',
      // All readers come from one address here.
      COLLOQUY_SOCKET_PER_ADDRESS: '20000',
      COLLOQUY_LOG_LEVEL: 'error',
    }
    const writer = await startWriting(env, client)
    try {
      const rows: Row[] = []
      for (const crowd of crowds) rows.push(...(await measureCrowd(env, writer, crowd)))
      rows.push(...(await measureVillage(env, writer)))
      printTable(`Live delivery (median of ${rounds} rounds; CPU is the server’s, a delivery)`, rows)
      await measureStopped(() => startColloquy(env, writer, { shares: true }), writer)
    } finally {
      await writer.stop()
    }
  })
}

type Row = Record<string, string | number>

async function measureCrowd(
  env: NodeJS.ProcessEnv,
  writer: Writer,
  { sockets, calm, atOnce, unshared }: (typeof crowds)[number],
): Promise<Row[]> {
  const frames = { ascii: '', cyrillic: '' }
  const started = [
    () => startColloquy(env, writer, { shares: true }),
    ...(unshared ? [() => startColloquy(env, writer, { shares: false })] : []),
    () => startRaw(frames),
  ]
  return withContenders(started, async (contenders) => {
    const all: Figures[] = []
    for (const contender of contenders) all.push(await fill(contender, frames, sockets))
    await idle(all)
    for (let round = 0; round < rounds; round++) {
      for (const figures of all) {
        const fewer = figures.contender.shares ? 1 : fewerUnshared
        for (const script of ['ascii', 'cyrillic'] as const) await sayCalmly(figures, script, calm / fewer)
        await sayAtOnce(figures, atOnce / fewer)
      }
    }
    const rows = all.map((figures) => rowOf(`${sockets.toLocaleString('en')} readers of one article`, figures, all.at(-1)))
    await Promise.all(all.map(({ readers }) => readers.stop()))
    return rows
  })
}

async function measureVillage(env: NodeJS.ProcessEnv, writer: Writer): Promise<Row[]> {
  const { articles, readers } = village
  const started = [true, false].map((shares) => () => startColloquy(env, writer, { shares }))
  return withContenders(started, async (contenders) => {
    const all: Figures[] = []
    for (const contender of contenders) all.push(await fill(contender, null, articles * readers, articles))
    await idle(all)
    for (let round = 0; round < rounds; round++) for (const figures of all) await sayEverywhere(figures, articles)
    const rows = all.map((figures) => rowOf(`${articles.toLocaleString('en')} articles with ${readers} readers each`, figures))
    await Promise.all(all.map((figures) => figures.readers.stop()))
    return rows
  })
}

async function withContenders<T>(starts: readonly (() => Promise<Contender>)[], work: (contenders: Contender[]) => Promise<T>): Promise<T> {
  const contenders: Contender[] = []
  try {
    for (const start of starts) contenders.push(await start())
    return await work(contenders)
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()))
  }
}

/** Rehearses with a few readers, from whom `frames` learns what the program sends, then opens the sockets that are measured. */
async function fill(contender: Contender, frames: Record<Script, string> | null, sockets: number, articles = 1): Promise<Figures> {
  const few = await contender.open(rehearsal.sockets)
  const figures = {
    contender,
    readers: few,
    kibASocket: 0,
    idle: 0,
    cpu: { ascii: [], cyrillic: [], atOnce: [] },
    rate: [],
    p50: [],
    p99: [],
  }
  for (const script of ['ascii', 'cyrillic'] as const) {
    const frame = await sayCalmly(figures, script, rehearsal.comments)
    if (frames && !frames[script]) frames[script] = frame
  }
  await few.stop()
  const { process } = contender
  await process.collectGarbage()
  const before = process.memory().now
  const readers = await contender.open(sockets, articles)
  await process.collectGarbage()
  return {
    ...figures,
    cpu: { ascii: [], cyrillic: [], atOnce: [] },
    rate: [],
    p50: [],
    p99: [],
    readers,
    kibASocket: ((process.memory().now - before) * 1024) / sockets,
  }
}

async function idle(all: readonly Figures[]): Promise<void> {
  const before = all.map(({ contender }) => contender.process.cpuMs())
  await pause(idleMs)
  for (const [i, figures] of all.entries()) figures.idle = (figures.contender.process.cpuMs() - (before[i] ?? 0)) / idleMs
}

/** Begins to count the server's CPU time; the returned function tells how many microseconds each of so many deliveries took. */
function countCpu({ contender: { process }, idle }: Figures): (deliveries: number) => number {
  const before = process.cpuMs()
  const began = performance.now()
  return (deliveries) => ((process.cpuMs() - before - idle * (performance.now() - began)) * 1000) / deliveries
}

/** One comment after the other, each when everybody has the last; gives the last frame. */
async function sayCalmly(figures: Figures, script: Script, comments: number): Promise<string> {
  const { contender, readers, cpu, p50, p99 } = figures
  const cpuOf = countCpu(figures)
  const delays: number[] = []
  let frame = ''
  for (let i = 0; i < comments; i++) {
    const { all } = await readers.expect(1)
    const said = await contender.say(script)
    const received = await all
    for (const time of received.times) delays.push(time - said)
    frame = received.frame
  }
  cpu[script].push(cpuOf(delays.length))
  p50.push(quantile(delays, 0.5))
  p99.push(quantile(delays, 0.99))
  return frame
}

/** Comments as fast as they can be written: how many deliveries a second that makes. */
async function sayAtOnce(figures: Figures, comments: number): Promise<void> {
  const { contender, readers, cpu, rate } = figures
  const cpuOf = countCpu(figures)
  const { all } = await readers.expect(comments)
  const first = await contender.say('ascii')
  for (let i = 1; i < comments; i++) await contender.say('ascii')
  const received = await all
  cpu.atOnce.push(cpuOf(received.times.length))
  rate.push(rateOf(received, first))
}

/** One comment in each article, a few writers side by side. */
async function sayEverywhere(figures: Figures, articles: number): Promise<void> {
  const { contender, readers, cpu, rate, p50, p99 } = figures
  const cpuOf = countCpu(figures)
  const { all } = await readers.expect(1)
  const said: number[] = []
  let next = 0
  const writeOn = async () => {
    while (next < articles) {
      const article = next++
      said[article] = await contender.say('ascii', article)
    }
  }
  await Promise.all([writeOn(), writeOn()])
  const received = await all
  const delays = Array.from(received.times, (time, socket) => time - (said[socket % articles] ?? Number.NaN))
  cpu.ascii.push(cpuOf(delays.length))
  rate.push(rateOf(received, Math.min(...said)))
  p50.push(quantile(delays, 0.5))
  p99.push(quantile(delays, 0.99))
}

function rateOf({ times }: Received, from: number): number {
  return (times.length / (times.reduce((last, time) => Math.max(last, time), 0) - from)) * 1000
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}

function rowOf(what: string, { contender, kibASocket, idle, cpu, rate, p50, p99 }: Figures, raw?: Figures): Row {
  const ofRaw = (script: keyof Figures['cpu']) => (raw ? (median(cpu[script]) / median(raw.cpu[script])).toFixed(2) : '')
  const micros = (script: keyof Figures['cpu']) => (cpu[script].length > 0 ? median(cpu[script]).toFixed(1) : '')
  return {
    '': `${what}: ${contender.name}`,
    'deliveries/s': short(median(rate)),
    'CPU µs, ASCII': micros('ascii'),
    'of raw': ofRaw('ascii'),
    'CPU µs, Cyrillic': micros('cyrillic'),
    'of raw ': ofRaw('cyrillic'),
    'CPU µs, at once': micros('atOnce'),
    'of raw  ': ofRaw('atOnce'),
    'p50 ms': short(median(p50)),
    'p99 ms': short(median(p99)),
    'KiB a socket': short(kibASocket),
    'CPU when idle': `${(idle * 100).toFixed(1)} %`,
  }
}
