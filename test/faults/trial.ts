/** One fault under load: writers and readers before it, during it and after it, and what came of it. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../platform/until.js'
import { startBalancer } from './balancer.js'
import type { Fault } from './faults.js'
import type { Ground } from './ground.js'
import { Program } from './program.js'
import { startReading } from './readers.js'
import { type Tally, tally } from './tally.js'
import { startWriting, type Writing } from './writers.js'

export interface Outcome {
  fault: string
  tally: Tally
  repeated: number
  /** Milliseconds from the end of the fault until the service was ready and had taken a write. */
  readyMs: number
  /** What was asked and not met, in words. */
  broken: string[]
}

/** Readers and comments a second: modest, so that a small machine shows the program's faults and not its own. */
const [readers, writesASecond] = [50, 20]

/** How long there is quiet before a fault and after it. Milliseconds. */
const [beforeMs, afterMs] = [1500, 2000]

/** Whoever is not ready by then will never be. Milliseconds. */
const recoverWithinMs = 30_000

export async function tryFault(ground: Ground, fault: Fault): Promise<Outcome> {
  const names = Array.from({ length: fault.programs }, (_, i) => `${fault.name.replaceAll(/\W+/g, '-')}-${i}`)
  const programs = await Promise.all(names.map((name) => Program.start({ name, folder: ground.folder, env: ground.env })))
  const balancer = await startBalancer(programs.map(({ port }) => port))
  try {
    return await underLoad(ground, fault, { programs, url: balancer.url })
  } finally {
    balancer.stop()
    await Promise.all(programs.map((program) => program.end('SIGKILL')))
  }
}

async function underLoad(ground: Ground, fault: Fault, { programs, url }: { programs: Program[]; url: string }): Promise<Outcome> {
  const [first, ...others] = programs
  if (!first) throw new Error('There is no process to try.')
  const article = `${ground.origin}/${randomUUID()}`
  const world = { url, site: ground.site, article }
  const reading = await startReading({ ...world, count: readers })
  const writing = startWriting({
    ...world,
    ...(fault.writesToFirst ? { url: first.url } : {}),
    tokens: ground.tokens,
    aSecond: writesASecond,
  })
  try {
    await pause(beforeMs)
    const pids = programs.map(({ pid }) => pid)
    await fault.happen({ ...ground, programs: [first, ...others] })
    const readyMs = await recovery(programs, writing)
    await pause(afterMs)
    await writing.stop()
    reading.rest()
    await reading.finish(writing.acknowledged.size)
    const counted = await tally(ground.postgres, { article, acknowledged: writing.acknowledged, readers: reading.readers })
    const survived = programs.every(({ pid }, i) => fault.ends?.includes(i) || (pid !== null && pid === pids[i]))
    const broken = [...brokenRules(fault, counted, readyMs), ...(survived ? [] : ['a process did not survive'])]
    return { fault: fault.name, tally: counted, repeated: writing.repeated(), readyMs, broken }
  } finally {
    // A reader that was refused for good is a failure of the trial, too; what was written is judged above.
    await Promise.all([reading.stop(), writing.stop().catch(() => {})])
  }
}

/** Milliseconds until all processes that run are ready, Redis included, and a write that began to count now is acknowledged. */
async function recovery(programs: readonly Program[], { acknowledged, assertTaken }: Writing): Promise<number> {
  const began = Date.now()
  const running = programs.filter(({ pid }) => pid !== null)
  const allReady = async () => (await Promise.all(running.map((program) => program.health()))).every(({ ready, bus }) => ready && bus)
  const written = () => [...acknowledged.values()].some((at) => at > began)
  const isBack = async () => {
    assertTaken()
    return written() && (await allReady())
  }
  await until('the service is ready again', isBack, recoverWithinMs)
  return Date.now() - began
}

function brokenRules(
  { p99Ms = Number.POSITIVE_INFINITY, readyWithinMs = Number.POSITIVE_INFINITY }: Fault,
  counted: Tally,
  readyMs: number,
): string[] {
  const none = ['missing', 'doubled', 'outOfOrder', 'lost', 'twice', 'pagedAgain'] as const
  return [
    ...none.filter((what) => counted[what] !== 0).map((what) => `${what}: ${counted[what]}`),
    ...(counted.acknowledged > 0 ? [] : ['nothing was written']),
    ...(counted.p99 <= p99Ms || p99Ms === Number.POSITIVE_INFINITY ? [] : [`p99 over ${p99Ms} ms`]),
    ...(readyMs <= readyWithinMs ? [] : [`ready after more than ${readyWithinMs} ms`]),
  ]
}
