/** Comments of one article whose parents have not come yet: the first few in memory, whatever is more on the disk. */
import { keyOf } from '../comments/importing.js'
import { transaction } from '../platform/transaction.js'
import { ImportDisturbed } from './errors.js'
import type { Place, ReadyComment, SourceArticle } from './placing.js'
import type { CommentRecord } from './records.js'
import * as store from './store.js'
import { convert } from './wordpress-comments.js'

/** What decides which of them has no parent at all. */
export interface Link {
  key: string
  parentKey: string | null
  createdAt: Date
}

/** In an export's own order parents come first, so there are few or none; in another order there may be as many as the article has. */
export class Waiting {
  readonly #place: Place
  /** So many are held, and so many are put aside at a time. */
  readonly #size: number
  #recent: ReadyComment[] = []
  #parts = 0

  constructor(place: Place, size: number) {
    this.#place = place
    this.#size = size
  }

  /** Whether there are more than memory is to hold: then they have to be fetched part by part. */
  get overflows(): boolean {
    return this.#parts > 0
  }

  /** How many parts were put aside. */
  get parts(): number {
    return this.#parts
  }

  /** Takes those in memory out. */
  take(): ReadyComment[] {
    const taken = this.#recent
    this.#recent = []
    return taken
  }

  async add(comments: readonly ReadyComment[]): Promise<void> {
    for (const comment of comments) {
      this.#recent.push(comment)
      if (this.#recent.length >= this.#size) await this.putAside()
    }
  }

  /** Moves those in memory to the disk. */
  async putAside(): Promise<void> {
    if (this.#recent.length > 0) await this.replace(this.#parts++, this.take())
  }

  /** A part of those on the disk. */
  async part(n: number, article: SourceArticle): Promise<ReadyComment[]> {
    const records = await this.#records(n)
    return records.map((record) => ({ article, record, comment: convert(record, article.source).comment }))
  }

  async replace(n: number, comments: readonly ReadyComment[]): Promise<void> {
    const records = comments.map(({ record }) => record)
    await transaction(this.#place, ({ tx, run }) => store.putAside(tx, run, n, records))
  }

  /** Who answers whom among those on the disk. */
  async links(article: SourceArticle): Promise<Link[]> {
    const links: Link[] = []
    for (let n = 0; n < this.#parts; n++) {
      for (const { sourceId, parentSourceId, createdAt } of await this.#records(n)) {
        const nameOf = (id: string) => keyOf({ source: article.source, sourceId: id })
        links.push({ key: nameOf(sourceId), parentKey: parentSourceId && nameOf(parentSourceId), createdAt })
      }
    }
    return links
  }

  /** Throws everything on the disk away. */
  async clear(): Promise<void> {
    if (this.#parts > 0) await transaction(this.#place, ({ tx, run }) => store.forgetAside(tx, run))
    this.#parts = 0
  }

  async #records(n: number): Promise<CommentRecord[]> {
    const records = await store.aside<CommentRecord>(this.#place.db, this.#place.run, n)
    if (!records) throw new ImportDisturbed()
    return records.map((record) => ({ ...record, createdAt: new Date(record.createdAt) }))
  }
}
