/** One reader who stops reading while many events pass: what that costs the process in memory. */
import type { Contender } from './contenders.js'
import type { Readers } from './readers.js'
import { printTable } from './table.js'
import type { Writer } from './writing.js'

const events = 100_000

/** Told by one transaction, the next when the reader beside has got them. */
const eventsAStep = 250

/** So many events pass first, with the reader beside alone, until the process has its size. */
const eventsBefore = 20_000

/** Garbage is collected before memory is read, since how much of it lies about says nothing. */
const eventsASample = 5000

export async function measureStopped(start: () => Promise<Contender>, writer: Writer): Promise<void> {
  const contender = await start()
  try {
    await contender.say('ascii')
    const beside = await contender.open(1)
    const before = (await memoryWhile(contender, writer, beside, eventsBefore)).at(-1) ?? Number.NaN
    const stopped = await contender.open(1)
    await stopped.stopReading()
    const most = Math.max(...(await memoryWhile(contender, writer, beside, events)))
    printTable(`One reader stops reading while ${events.toLocaleString('en')} events pass`, [
      { 'memory before, MiB': before.toFixed(1), 'at most meanwhile, MiB': most.toFixed(1), 'moved by, MiB': (most - before).toFixed(1) },
    ])
    await Promise.all([beside.stop(), stopped.stop()])
  } finally {
    await contender.stop()
  }
}

/** Lets events pass; the memory of the process now and again, in MiB. */
async function memoryWhile({ process, urlOf }: Contender, writer: Writer, readers: Readers, count: number): Promise<number[]> {
  const memory: number[] = []
  for (let passed = 0; passed < count; passed += eventsAStep) {
    const { all } = await readers.expect(eventsAStep)
    await writer.tellOfEdits(urlOf(0), eventsAStep)
    await all
    if (passed % eventsASample !== 0) continue
    await process.collectGarbage()
    memory.push(process.memory().now)
  }
  return memory
}
