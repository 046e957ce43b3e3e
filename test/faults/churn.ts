/** Connections that open and close for a while in every way there is, and what they leave behind. */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { printTable } from '../../bench/table.js'
import { until } from '../platform/until.js'
import type { Ground } from './ground.js'
import { inspect } from './inspected.js'
import { Program } from './program.js'
import { startReading } from './readers.js'
import { startVisiting } from './visits.js'
import { startWriting } from './writers.js'

/** Articles that are visited, and those of them that somebody follows all the while. */
const [visited, followed] = [20, 5]

/** What grows only at first (compiled code, caches, pools) has grown by then. Milliseconds. */
const warmUpMs = 10_000

/** A heap that holds this much more than after the warm-up holds what was let go of. MiB. */
const mayGrowMiB = 4

/** Milliseconds between samples of the memory. */
const sampleEveryMs = 5000

interface Left {
  heapMiB: number
  generators: number
  files: number
  /** Channels of articles that Redis knows of. */
  channels: number
}

/** Runs it; what was asked and not met, in words. */
export async function churn(ground: Ground, minutes: number): Promise<string[]> {
  const program = await Program.start({ name: 'churn', folder: ground.folder, env: ground.env, node: ['--inspect=127.0.0.1:0'] })
  try {
    const articles = Array.from({ length: visited }, () => `${ground.origin}/${randomUUID()}`)
    const world = { url: program.url, site: ground.site }
    const held = await Promise.all(articles.slice(0, followed).map((article) => startReading({ ...world, article, count: 1 })))
    await visit(program, { ...world, articles }, warmUpMs)
    const before = await lookAround(ground, program)
    const { visits, residentMiB } = await visit(program, { ...world, articles }, minutes * 60_000)
    const after = await lookAround(ground, program)
    const heard = await tellAll(ground, { ...world, articles: articles.slice(0, followed) }, held)
    await Promise.all(held.map((reading) => reading.stop()))
    const end = await channelsLeft(ground, 0)
    report({ visits, before, after, residentMiB, minutes })
    return brokenRules({ program, before, after, heard, end })
  } finally {
    await program.end('SIGKILL')
  }
}

async function visit(program: Program, world: { url: string; site: string; articles: readonly string[] }, ms: number) {
  const visits = startVisiting(world)
  const residentMiB: number[] = []
  for (const end = Date.now() + ms; Date.now() < end; ) {
    await pause(Math.min(sampleEveryMs, end - Date.now()))
    residentMiB.push(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]) / 1024)
  }
  await visits.stop()
  return { visits: visits.count(), residentMiB }
}

/** What the process holds when all visitors have gone. */
async function lookAround(ground: Ground, program: Program): Promise<Left> {
  const channels = await channelsLeft(ground, followed)
  const inspector = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(program.written())?.[0]
  if (!inspector) throw new Error('The program under churn has no inspector.')
  const { heapMiB, generators } = await inspect(inspector)
  const files = readdirSync(`/proc/${program.pid}/fd`).length
  return { heapMiB, generators, files, channels }
}

/** Channels of articles in Redis, after waiting for them to be as many as expected. */
async function channelsLeft({ redis }: Ground, expected: number): Promise<number> {
  const count = async () =>
    ((await redis.command('PUBSUB', 'CHANNELS', 'colloquy:*')) as string[]).filter((name) => !name.includes(':pulse:')).length
  await until('channels are dropped', async () => (await count()) === expected, 5000).catch(() => {})
  return count()
}

/** Whether those who have followed all the while are still told. */
async function tellAll(
  { tokens }: Ground,
  { articles, ...world }: { url: string; site: string; articles: readonly string[] },
  held: readonly Awaited<ReturnType<typeof startReading>>[],
): Promise<boolean> {
  for (const article of articles) {
    const writing = startWriting({ ...world, article, tokens, aSecond: 20 })
    await until('one is written', () => writing.acknowledged.size > 0)
    await writing.stop()
  }
  await Promise.all(held.map((reading) => reading.finish(1)))
  return held.every(({ readers }) => readers.every(({ told }) => told.length > 0))
}

function report({
  visits,
  before,
  after,
  residentMiB,
  minutes,
}: {
  visits: number
  before: Left
  after: Left
  residentMiB: number[]
  minutes: number
}): void {
  const row = ({ heapMiB, generators, files, channels }: Left) => ({
    'heap MiB': heapMiB.toFixed(1),
    generators,
    'open files': files,
    'article channels': channels,
  })
  printTable(`Churn: ${visits} connections in ${minutes} min, ${followed} articles followed all the while`, [
    { '': 'after the warm-up', ...row(before) },
    { '': 'at the end', ...row(after) },
  ])
  process.stdout.write(`Resident memory on the way, MiB: ${residentMiB.map(Math.round).join(' ')}\n`)
}

function brokenRules({
  program,
  before,
  after,
  heard,
  end,
}: {
  program: Program
  before: Left
  after: Left
  heard: boolean
  end: number
}): string[] {
  const warnings = program
    .written()
    .split('\n')
    .filter((line) => /Warning:|"level":"?(error|50)/.test(line))
  return [
    ...(after.heapMiB - before.heapMiB <= mayGrowMiB ? [] : [`the heap grew by ${(after.heapMiB - before.heapMiB).toFixed(1)} MiB`]),
    ...(after.generators <= before.generators ? [] : [`${after.generators - before.generators} generators were left`]),
    ...(after.files <= before.files + 2 ? [] : [`${after.files - before.files} files were left open`]),
    ...(after.channels === followed ? [] : [`${after.channels} channels for ${followed} articles`]),
    ...(end === 0 ? [] : [`${end} channels when nobody followed any more`]),
    ...(heard ? [] : ['who followed all the while was no longer told']),
    ...warnings.slice(0, 5).map((line) => `the program wrote: ${line.slice(0, 300)}`),
  ]
}
