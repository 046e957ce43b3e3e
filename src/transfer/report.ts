/** What an import took, what it left out and why: counted whole, and named by line as far as a report can be read. */
import type { FaultCode, FaultRecord, ImportedStatus } from './records.js'

/** What the importer itself finds, beside the faults of the file. */
export type ImportCode =
  | FaultCode
  | 'ARTICLE_FOREIGN'
  | 'ARTICLE_HIDDEN'
  | 'ARTICLE_NOT_HIDDEN'
  | 'ARTICLE_SHARED'
  | 'CLOSED_NOT_KEPT'
  | 'DUPLICATE_ID'
  | 'ID_TAKEN'
  | 'NAME_CHANGED'
  | 'PARENT_CYCLE'
  | 'PARENT_ELSEWHERE'
  | 'PARENT_MISSING'
  | 'PASSAGE_NOT_KEPT'
  | 'PING_LEFT_OUT'
  | 'STICKY_NOT_KEPT'
  | 'TEXT_EMPTY'
  | 'TEXT_KEPT_WHOLE'
  | 'TITLE_CHANGED'
  | 'TOO_DEEP'
  | 'TYPE_LEFT_OUT'

/** A place in the file where what was taken differs from what is there; `detail` is for people and quotes nobody. */
export interface ImportFault extends Omit<FaultRecord, 'kind' | 'code'> {
  code: ImportCode
}

/** All faults of one kind; `named` are the first of them. */
export interface FaultGroup {
  code: ImportCode
  count: number
  named: ImportFault[]
}

export interface ImportReport {
  articles: { read: number; withComments: number; stored: number }
  comments: { read: number; taken: number; there: number; leftOut: number; byStatus: Record<ImportedStatus, number> }
  faults: FaultGroup[]
  seconds: number
}

/** So many faults of a kind are named by their lines: a report that grows with the file could not be held, and nobody reads on. */
const namedOfAKind = 1000

/** Counts while an import works. */
export class Ledger {
  readonly articles = { read: 0, withComments: 0, stored: 0 }
  readonly comments = { read: 0, taken: 0, there: 0, leftOut: 0, byStatus: { APPROVED: 0, PENDING: 0, SPAM: 0, TRASH: 0 } }
  readonly #groups = new Map<ImportCode, FaultGroup>()
  readonly #began = performance.now()

  fault({ line, code, detail, skipped, sourceId }: ImportFault): void {
    const group = this.#groups.get(code) ?? { code, count: 0, named: [] }
    this.#groups.set(code, group)
    group.count++
    if (group.named.length < namedOfAKind) group.named.push({ line, code, detail, skipped, sourceId })
    if (skipped === 'COMMENT') this.comments.leftOut++
  }

  get seconds(): number {
    return (performance.now() - this.#began) / 1000
  }

  report(): ImportReport {
    const faults = [...this.#groups.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
    for (const { named } of faults) named.sort((a, b) => a.line - b.line)
    return { articles: this.articles, comments: this.comments, faults, seconds: this.seconds }
  }
}

/** The report as lines of text. */
export function reportLines({ articles, comments, faults, seconds }: ImportReport): string[] {
  const { byStatus } = comments
  const rate = Math.round(comments.read / Math.max(seconds, 0.001))
  const compared = 'What was there already is not compared with the file again: what differs is in the report of the run that took it.'
  return [
    `Articles: ${many(articles.read, 'read')}, ${many(articles.withComments, 'with comments')}, ${many(articles.stored, 'new here')}.`,
    `Comments: ${many(comments.read, 'read')}, ${many(comments.taken, 'taken')}, ${many(comments.there, 'there already')}, ${many(comments.leftOut, 'left out')}.`,
    `Taken as: ${many(byStatus.APPROVED, 'approved')}, ${many(byStatus.PENDING, 'pending')}, ${many(byStatus.SPAM, 'spam')}, ${many(byStatus.TRASH, 'trash')}.`,
    ...(comments.there > 0 ? [compared] : []),
    `Time: ${seconds.toFixed(1)} s, ${many(rate, rate === 1 ? 'comment a second' : 'comments a second')}.`,
    ...(faults.length > 0 ? ['', 'What is not as it was in the file:'] : []),
    ...faults.flatMap(linesOf),
  ]
}

/** Why an import was in vain; null where it was not. */
export function failureOf({ comments: { read, taken, there }, faults }: ImportReport): string | null {
  const [foreign] = faults.find(({ code }) => code === 'NOT_WORDPRESS')?.named ?? []
  if (foreign) return `Nothing was imported: ${foreign.detail}.`
  if (read === 0 || taken + there > 0) return null
  const reasons = faults.filter(({ named }) => named.some(({ skipped }) => skipped === 'COMMENT' || skipped === 'ARTICLE'))
  const codes = reasons.map(({ code }) => code).join(', ')
  return `Nothing was imported: ${read === 1 ? 'the only comment was' : `all ${many(read, 'comments were')}`} left out (${codes}).`
}

function linesOf({ code, count, named }: FaultGroup): string[] {
  const more = count - named.length
  return [
    `${code}: ${count.toLocaleString('en')}`,
    ...named.map(({ line, detail, skipped, sourceId }) => {
      const lost = { NOTHING: '', VALUE: '', COMMENT: ' (left out)', ARTICLE: ' (left out)' }[skipped]
      return `  line ${line}${sourceId === null ? '' : `, comment ${sourceId}`}: ${detail}${lost}`
    }),
    ...(more > 0 ? [`  and ${more.toLocaleString('en')} more`] : []),
  ]
}

function many(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}`
}
