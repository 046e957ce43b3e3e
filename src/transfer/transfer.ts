/** Discussions from elsewhere and back: exports of other programs, read into a site. */
import type { Context } from '../context.js'
import { transaction } from '../platform/transaction.js'
import { knownByHead } from './known-by-head.js'
import { type ImportReport, Ledger } from './report.js'
import { type Progress, Sorter } from './sorter.js'
import * as store from './store.js'
import { readWordPress } from './wordpress.js'
import type { Pings } from './wordpress-comments.js'
import { Writer } from './writer.js'

export { failureOf, type ImportReport, reportLines } from './report.js'
export type { Progress } from './sorter.js'

export interface ImportOptions {
  pings: Pings
  /** Decides which dates lie in the future. */
  now?: Date
  /** Told once a second. */
  onProgress?: (progress: Progress) => void
  /** So many comments are written in one transaction. */
  batchSize?: number
}

/** Measured on PostgreSQL: smaller ones are slower, larger ones hold their locks longer and are no faster. */
const usualBatch = 500

/**
 * Brings a WordPress export into a site, as a stream. What was there before stays; a second run changes nothing, and a run that was
 * interrupted is completed by the next one. Each batch is one transaction that leaves all counters exact, so it does not matter where an
 * import stops: what is there is recognised by its number. Throws what `input` throws, and Unavailable.
 */
export async function importWordPress(
  { db, log }: Pick<Context, 'db' | 'log'>,
  site: Context['site'],
  input: AsyncIterable<Uint8Array>,
  { pings, now = new Date(), onProgress = () => {}, batchSize = usualBatch }: ImportOptions,
): Promise<ImportReport> {
  const { file, bytes } = await knownByHead(input)
  const run = { siteId: site.id, source: 'wordpress', file }
  const progress = await store.unfinished(db, run)
  await transaction({ db }, ({ tx }) => store.forgetAside(tx, run))
  const ledger = new Ledger()
  const writer = new Writer({ db, log, site, run }, { ledger, progress: progress ?? { taken: 0, untold: [] }, batchSize })
  const sorter = new Sorter({ site, pings, ledger, writer, onProgress, batchSize })
  log.info({ siteId: site.id, resumed: progress !== null }, 'an import begins')
  try {
    for await (const record of readWordPress(bytes, { now })) await sorter.take(record)
    await sorter.end()
    await writer.finish()
    await transaction({ db }, ({ tx }) => store.end(tx, run))
  } finally {
    await writer.settle()
  }
  const report = ledger.report()
  log.info({ siteId: site.id, articles: report.articles, comments: report.comments, seconds: report.seconds }, 'an import has ended')
  return report
}
