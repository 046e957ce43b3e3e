/**
 * The fault suite: `npm run test:faults`, or some of it: `npm run test:faults -- redis churn`. `--minutes 5` makes the churn longer than
 * its minute. Prints a table; ends with 1 where something that is required was not met.
 */
import { parseArgs } from 'node:util'
import { printTable } from '../../bench/table.js'
import { churn } from './churn.js'
import { faults } from './faults.js'
import { type Ground, prepareGround } from './ground.js'
import { type Outcome, tryFault } from './trial.js'

const { values, positionals } = parseArgs({ options: { minutes: { type: 'string', default: '1' } }, allowPositionals: true })
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= 60)) throw new Error('--minutes is a number up to 60.')
const asked = (name: string) => positionals.length === 0 || positionals.some((word) => name.toLowerCase().includes(word.toLowerCase()))

/** All faults and a minute of churn take half of this; whatever hangs must not hang for ever. Minutes. */
const mostMinutes = 7 + minutes

const ground = await prepareGround()
const broken: string[] = []
const giveUp = (why: string) => {
  process.stderr.write(`${why}\n`)
  void ground.stop().finally(() => process.exit(1))
}
process.once('SIGINT', giveUp).once('SIGTERM', giveUp)
setTimeout(giveUp, mostMinutes * 60_000, `The suite took more than ${mostMinutes} minutes.`).unref()
try {
  await tryFaults(ground)
  if (asked('churn')) broken.push(...(await churn(ground, minutes)).map((what) => `churn: ${what}`))
} finally {
  await ground.stop()
}
process.stdout.write(
  broken.length === 0 ? '\nEverything that is required was met.\n' : `\nNot met:\n${broken.map((what) => `- ${what}\n`).join('')}`,
)
process.exit(broken.length === 0 ? 0 : 1)

async function tryFaults(on: Ground): Promise<void> {
  const rows = []
  for (const fault of faults.filter(({ name }) => asked(name))) {
    const outcome = await tryFault(on, fault).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
    if (outcome instanceof Error) broken.push(`${fault.name}: ${outcome.stack}`)
    else {
      broken.push(...outcome.broken.map((what) => `${fault.name}: ${what}`))
      rows.push(rowOf(outcome))
    }
    process.stdout.write(`${fault.name}: ${outcome instanceof Error ? outcome.message : outcome.broken.join(', ') || 'met'}\n`)
  }
  printTable('Faults: 20 comments a second to 50 readers, of whom every other one flaps', rows)
}

function rowOf({ fault, tally, repeated, readyMs }: Outcome): Record<string, string | number> {
  const { acknowledged, delivered, missing, doubled, outOfOrder, lost, twice, pagedAgain, p50, p99 } = tally
  return {
    fault,
    acknowledged,
    'sent again': repeated,
    lost,
    'written twice': twice,
    delivered,
    missing,
    doubled,
    'out of order': outOfOrder,
    'paged again': pagedAgain,
    'p50 ms': p50,
    'p99 ms': p99,
    'ready after ms': readyMs,
  }
}
