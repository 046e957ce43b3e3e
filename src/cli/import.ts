/** `colloquy import wordpress`: brings a WordPress export with its discussions into a site. */
import { addAbortSignal } from 'node:stream'
import { allSites } from '../sites/sites.js'
import { failureOf, importWordPress, type Progress, reportLines } from '../transfer/transfer.js'
import { oneOf, textOf } from './arguments.js'
import type { DatabaseVerb } from './verb.js'

export const importFromWordPress: DatabaseVerb = {
  words: 'import wordpress',
  about: 'Brings the discussions of a WordPress export (WXR) into a site. Safe to repeat: what is there already stays as it is.',
  needs: 'database',
  parameters: ['FILE'],
  input: 'FILE',
  options: {
    site: { value: 'SLUG', about: 'The site that takes them.', required: true },
    pings: {
      value: 'keep|skip',
      about: 'Whether pingbacks and trackbacks become comments; "skip" leaves them out, as without this option.',
    },
  },
  async run({ db, log }, asked, io) {
    const pings = oneOf(asked, 'pings', ['keep', 'skip'], 'skip')
    const slug = textOf(asked, 'site')
    const site = (await allSites(db)).find((each) => each.slug === slug)
    if (!site || !io.input) {
      io.note(`There is no site "${slug}": "colloquy site list" lists them, "colloquy site create" makes one.`)
      return 1
    }
    const report = await importWordPress({ db, log }, site, addAbortSignal(io.signal, io.input), {
      pings,
      onProgress: (progress) => io.note(lineOf(progress)),
    })
    const failure = failureOf(report)
    if (report.articles.read > 0) for (const line of reportLines(report)) io.print(line)
    if (failure) io.note(failure)
    return failure ? 1 : 0
  },
}

function lineOf({ read, taken, line, seconds }: Progress): string {
  const comments = `${count(read)} ${read === 1 ? 'comment' : 'comments'} read`
  return `${comments}, ${count(taken)} taken; line ${count(line)}; ${count(Math.round(read / seconds))} a second`
}

const count = (value: number) => value.toLocaleString('en')
