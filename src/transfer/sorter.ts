/** Sorts out what of a file can be taken, and hands it on in batches. */
import type { Context } from '../context.js'
import { originOf } from '../sites/origins.js'
import type { SourceArticle } from './placing.js'
import type { Access, ArticleRecord, CommentRecord, ImportRecord } from './records.js'
import type { ImportFault, Ledger } from './report.js'
import { SeenIds } from './seen-ids.js'
import { judge, sourceArticle, titleOf } from './source-article.js'
import { verdictOn } from './verdict.js'
import { leftOutByType, type Pings } from './wordpress-comments.js'
import type { Writer } from './writer.js'

/** How far an import has come. */
export interface Progress {
  /** Comments that were read, and those of them that were written. */
  read: number
  taken: number
  /** The line of the file. */
  line: number
  seconds: number
}

/** For whoever waits, an import tells how far it is this often. Milliseconds. */
const tellEveryMs = 1000

export interface Sorting {
  site: Context['site']
  pings: Pings
  ledger: Ledger
  writer: Writer
  onProgress: (progress: Progress) => void
  batchSize: number
}

export class Sorter {
  readonly #to: Sorting
  readonly #seen = new SeenIds()
  #article: { record: ArticleRecord; source: SourceArticle | null; comments: number } | null = null
  #comments: { article: SourceArticle; record: CommentRecord }[] = []
  #ended = new Set<SourceArticle>()
  #toldAt = performance.now()

  constructor(to: Sorting) {
    this.#to = to
  }

  async take(record: ImportRecord): Promise<void> {
    const { ledger } = this.#to
    if (record.kind === 'fault') {
      if (record.skipped === 'COMMENT') ledger.comments.read++
      ledger.fault(record)
    } else if (record.kind === 'article') this.#begin(record)
    else if (record.kind === 'access') this.#judge(record.access, true)
    else {
      ledger.comments.read++
      await this.#add(record)
      this.#tell(record.line)
    }
  }

  async end(): Promise<void> {
    this.#endArticle()
    await this.#flush()
  }

  #begin(record: ArticleRecord): void {
    this.#endArticle()
    const { ledger, site } = this.#to
    ledger.articles.read++
    this.#article = { record, source: sourceArticle(site, record), comments: 0 }
    this.#judge(record.access, false)
  }

  #judge(access: Access, isWhole: boolean): void {
    const source = this.#article?.source
    if (source) judge(source, verdictOn(access, isWhole))
  }

  async #add(record: CommentRecord): Promise<void> {
    const article = this.#article
    if (!article) return
    article.comments++
    const { pings, ledger, batchSize } = this.#to
    if (!article.source) return
    const why = this.#whyNot(record, pings)
    if (why) return ledger.fault({ line: record.line, sourceId: record.sourceId, ...why })
    // Before the next and not after the last: so an article ends with the batch that holds its last comment.
    if (this.#comments.length >= batchSize) await this.#flush()
    article.source.comments++
    this.#comments.push({ article: article.source, record })
  }

  #whyNot(record: CommentRecord, pings: Pings): Pick<ImportFault, 'code' | 'detail' | 'skipped'> | null {
    const why = leftOutByType(record, pings)
    if (why || this.#seen.add(record.sourceId)) return why
    return { code: 'DUPLICATE_ID', detail: 'a comment of this number stands further up: that one is taken', skipped: 'COMMENT' }
  }

  #endArticle(): void {
    const article = this.#article
    this.#article = null
    if (!article || article.comments === 0) return
    const { ledger, site } = this.#to
    ledger.articles.withComments++
    if (article.source) {
      if (article.source.verdict === 'UNKNOWN') judge(article.source, { hidden: 'the file stops before it says who may read it' })
      this.#tellOfTitle(article.record, article.source)
      this.#ended.add(article.source)
      return
    }
    const origin = originOf(article.record.url)
    const cure = origin
      ? `${origin} is none of the site’s origins (${site.origins.join(', ')}): add it with “colloquy site change ${site.slug} --add-origin ${origin}” and import again`
      : 'it has no usable address'
    const detail = `${cure} (comments: ${article.comments})`
    ledger.comments.leftOut += article.comments
    ledger.fault({ line: article.record.line, code: 'ARTICLE_FOREIGN', detail, skipped: 'ARTICLE', sourceId: null })
  }

  #tellOfTitle(record: ArticleRecord, { line }: SourceArticle): void {
    if (!titleOf(record).changed) return
    const detail = 'its title is too long, or has signs that no title needs'
    this.#to.ledger.fault({ line, code: 'TITLE_CHANGED', detail, skipped: 'VALUE', sourceId: null })
  }

  async #flush(): Promise<void> {
    const batch = { comments: this.#comments, ended: this.#ended }
    this.#comments = []
    this.#ended = new Set()
    await this.#to.writer.write(batch)
  }

  #tell(line: number): void {
    const now = performance.now()
    if (now - this.#toldAt < tellEveryMs) return
    this.#toldAt = now
    const { ledger, onProgress } = this.#to
    onProgress({ read: ledger.comments.read, taken: ledger.comments.taken, line, seconds: ledger.seconds })
  }
}
