/** Writes an import batch by batch, the next made ready while the last is on its way, and brings replies to parents that come later. */
import { setTimeout as pause } from 'node:timers/promises'
import { keyOf, type LostWhy, lostAmong, type Oddity } from '../comments/importing.js'
import { Unavailable } from '../platform/errors.js'
import {
  locate,
  lookUp,
  originOf,
  type Place,
  type Placed,
  place,
  type ReadyComment,
  refreshPlans,
  type SourceArticle,
  type SourceComment,
} from './placing.js'
import type { ImportFault, Ledger } from './report.js'
import type { RunProgress } from './store.js'
import { Waiting } from './waiting.js'
import { convert } from './wordpress-comments.js'

/** What was read and is to be written. */
export interface Batch {
  comments: SourceComment[]
  ended: Set<SourceArticle>
}

/** A database that is away for a moment does not end an import that has run for an hour. Milliseconds. */
const pausesMs = [500, 1000, 2000, 4000, 8000]

/** A plan for a table is still good when there is this many times as much in it. */
const growthAPlanBears = 8

const details: Record<Oddity, string> = {
  PARENT_MISSING: 'the comment that it answers was left out, or is not in the file: a thread of its own',
  PARENT_ELSEWHERE: 'the comment that it answers is another article’s: a thread of its own',
  PARENT_CYCLE: 'it answers itself by way of others: as the oldest of them a thread of its own',
  TOO_DEEP: 'deeper than the site allows: beside the comment that it answers',
  STICKY_NOT_KEPT: 'not pinned: only three threads of an article can be, and only approved ones',
  CLOSED_NOT_KEPT: 'a reply cannot be closed, only a thread',
}

export class Writer {
  readonly #place: Place
  readonly #ledger: Ledger
  readonly #waiting: Waiting
  #progress: RunProgress
  #grown = 0
  #planAt = 1
  #underWay: Promise<void> = Promise.resolve()

  constructor(where: Place, { ledger, progress, batchSize }: { ledger: Ledger; progress: RunProgress; batchSize: number }) {
    this.#place = where
    this.#ledger = ledger
    this.#waiting = new Waiting(where, batchSize)
    this.#progress = progress
  }

  /** Takes a batch; resolves when it is ready and the one before is written. Throws what writing that one threw. */
  async write({ comments, ended }: Batch): Promise<void> {
    const ready = await this.#prepare(comments, ended)
    await this.#underWay
    this.#underWay = this.#writeAll(ready, ended)
    // It is awaited later, and must not be taken for forgotten until then.
    this.#underWay.catch(() => {})
  }

  /** Waits for what is on its way, however that ends. */
  async settle(): Promise<void> {
    await this.#underWay.catch(() => {})
  }

  /** Waits for what is on its way, and tells the readers of articles that an earlier run left untold. */
  async finish(): Promise<void> {
    await this.#underWay
    for (const id of this.#progress.untold) await this.#placeNow([], new Set([{ ...nowhere, here: { id, state: nowhere.state } }]))
  }

  /** What of it is new, made ready to be written. */
  async #prepare(comments: readonly SourceComment[], ended: ReadonlySet<SourceArticle>): Promise<ReadyComment[]> {
    const there = await patiently(() => lookUp(this.#place, comments))
    const unplaced = [...new Set([...comments.map(({ article }) => article), ...ended])].filter(({ here }) => here === null)
    if (unplaced.length > 0 && (there.size > 0 || this.#progress.untold.length > 0))
      this.#found(await patiently(() => locate(this.#place, unplaced)))
    return comments.flatMap((each) => {
      const articleId = there.get(keyOf(originOf(each)))
      if (articleId !== undefined) {
        this.#meet(each, articleId)
        return []
      }
      const { comment, faults } = convert(each.record, each.article.source)
      for (const fault of faults) this.#tell(each, fault)
      return [{ ...each, comment }]
    })
  }

  /** A number that is taken already: by this comment, as in a second run, or by another blog's. */
  #meet(each: SourceComment, articleId: string): void {
    if (articleId === each.article.here?.id) this.#ledger.comments.there++
    else {
      const detail = 'a comment of this number was imported into another article: the export of another blog needs a site of its own'
      this.#tell(each, { code: 'ID_TAKEN', detail, skipped: 'COMMENT' })
    }
  }

  async #writeAll(ready: readonly ReadyComment[], ended: ReadonlySet<SourceArticle>): Promise<void> {
    // Only one article is open at a time, so whatever waits belongs to the first that ends.
    const [first] = ended
    if (!first || !this.#waiting.overflows) {
      const joined = first ? [...this.#waiting.take(), ...ready] : ready
      await this.#waiting.add((await this.#placeNow(joined, ended)).waiting)
      return
    }
    const mine = ready.filter(({ article }) => article === first)
    await this.#waiting.add((await this.#placeNow(mine, new Set())).waiting)
    await this.#bringTogether(first)
    const rest = new Set([...ended].filter((article) => article !== first))
    await this.#writeAll(
      ready.filter(({ article }) => article !== first),
      rest,
    )
  }

  /** Places what waits on the disk, part by part, the last first: in a file from new to old that is all in one go. */
  async #bringTogether(article: SourceArticle): Promise<void> {
    const waiting = this.#waiting
    await waiting.putAside()
    let lost: ReadonlyMap<string, LostWhy> = new Map()
    for (let left = 1; left > 0; ) {
      let moved = 0
      left = 0
      for (let n = waiting.parts - 1; n >= 0; n--) {
        const part = await waiting.part(n, article)
        const still = part.length > 0 ? (await this.#placeNow(part, new Set(), lost)).waiting : part
        if (still.length < part.length) await waiting.replace(n, still)
        moved += part.length - still.length
        left += still.length
      }
      if (moved === 0 && left > 0) lost = lostAmong(await waiting.links(article))
    }
    await waiting.clear()
    await this.#placeNow([], new Set([article]))
  }

  async #placeNow(
    comments: readonly ReadyComment[],
    ended: ReadonlySet<SourceArticle>,
    lost: ReadonlyMap<string, LostWhy> = new Map(),
  ): Promise<Placed> {
    const placed = await patiently(() => place(this.#place, { comments, ended, lost, progress: this.#progress }))
    this.#progress = placed.progress
    await this.#plan(placed.taken.length)
    const { comments: counts, articles } = this.#ledger
    counts.taken += placed.taken.length
    counts.there += comments.length - placed.taken.length - placed.waiting.length - placed.refused.length
    for (const { record } of placed.taken) counts.byStatus[record.status]++
    articles.stored += placed.stored.size
    this.#found(placed.articles)
    for (const comment of placed.refused)
      this.#tell(comment, { code: 'ARTICLE_NOT_HIDDEN', detail: notHidden(comment), skipped: 'COMMENT' })
    for (const article of ended) this.#tellIfHidden(article)
    for (const { comment, why } of placed.odd) {
      const skipped = why === 'TOO_DEEP' ? 'NOTHING' : 'VALUE'
      this.#tell(comment, { code: why, detail: details[why], skipped })
    }
    return placed
  }

  /** After the first batch, and whenever the tables have grown by as much again as a plan can bear. */
  async #plan(taken: number): Promise<void> {
    this.#grown += taken
    if (this.#grown < this.#planAt) return
    this.#planAt = this.#grown * growthAPlanBears
    await refreshPlans(this.#place).catch((error: unknown) => this.#place.log.warn({ err: error }, 'the tables could not be analyzed'))
  }

  /** Notes where articles are here. */
  #found(articles: Placed['articles']): void {
    for (const [article, { id, key, state }] of articles) {
      const isFirst = article.here === null
      article.here = { id, state }
      if (!isFirst || key === null || key === article.key || !key.startsWith(`${article.source}:`)) continue
      const detail = `its address is that of another article of this blog (${key}): one discussion`
      this.#ledger.fault({ line: article.line, code: 'ARTICLE_SHARED', detail, skipped: 'NOTHING', sourceId: null })
    }
  }

  /** Where a moderator has opened it since, there is nothing to tell; where it was hidden before, that may be news of a public post. */
  #tellIfHidden({ line, verdict, here, comments }: SourceArticle): void {
    if (here?.state !== 'HIDDEN') return
    const why =
      typeof verdict === 'object' ? verdict.hidden : 'its own post may be public, but the discussion under its address was hidden already'
    const detail = `${why}: hidden, for moderators only until one of them opens it (comments: ${comments})`
    this.#ledger.fault({ line, code: 'ARTICLE_HIDDEN', detail, skipped: 'NOTHING', sourceId: null })
  }

  #tell({ record: { line, sourceId } }: SourceComment, fault: Pick<ImportFault, 'code' | 'detail' | 'skipped'>): void {
    this.#ledger.fault({ line, sourceId, ...fault })
  }
}

/** Stands for an article of which only the id is known. */
const nowhere = {
  ...{ line: 0, source: '', key: '', url: '', canonical: '', title: null, publishedAt: null },
  ...({ state: 'OPEN', verdict: 'EVERYBODY', comments: 0 } as const),
}

function notHidden({ article: { verdict } }: ReadyComment): string {
  const why = typeof verdict === 'object' ? verdict.hidden : ''
  return `${why}, and its discussion here is not hidden: hide that one and import again`
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const ms of pausesMs) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      await pause(ms)
    }
  }
  return work()
}
