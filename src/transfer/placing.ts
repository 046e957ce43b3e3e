/** Writes a batch of an import: what is new of it, in one transaction. */
import { assertNotMerged, type FoundArticle, findImported, type ImportedArticle, storeImported } from '../articles/articles.js'
import { TooManyPinned } from '../articles/errors.js'
import type { ArticleEvent } from '../articles/events.js'
import { append } from '../articles/log.js'
import { type ImportedComment, importComments, keyOf, type LostWhy, type Oddity, type Origin, whereabouts } from '../comments/importing.js'
import type { Context } from '../context.js'
import type { Database, Inside } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import { transaction } from '../platform/transaction.js'
import type { CommentRecord } from './records.js'
import * as store from './store.js'
import type { Verdict } from './verdict.js'
import type { Converted } from './wordpress-comments.js'

/** An article of the file. */
export interface SourceArticle extends ImportedArticle {
  line: number
  /** What its comments' numbers are numbers of: two blogs of one site have numbers of their own. */
  source: string
  /** Who may read it; while that is not known its comments wait. */
  verdict: Verdict
  /** How many of its comments are wanted. */
  comments: number
  /** Where it is here and how it stands, once that is known. */
  here: Pick<FoundArticle, 'id' | 'state'> | null
}

/** A comment of the file. */
export interface SourceComment {
  article: SourceArticle
  record: CommentRecord
}

/** A comment that is ready to be written. */
export interface ReadyComment extends SourceComment {
  comment: Converted
}

/** Where an import works. */
export interface Place {
  db: Database
  log: Log
  site: Context['site']
  run: store.Run
}

/** What is to be written. */
export interface Placing {
  comments: readonly ReadyComment[]
  /** Articles of which nothing comes any more: their readers are told. */
  ended: ReadonlySet<SourceArticle>
  /** Comments whose parents will not be found, by key. */
  lost: ReadonlyMap<string, LostWhy>
  progress: store.RunProgress
}

/** What was written. */
export interface Placed {
  taken: ReadyComment[]
  /** Comments whose parents have not come yet, or of whose article it is not known who may read it. */
  waiting: ReadyComment[]
  /** Comments of articles that are not for everybody and are not hidden here. */
  refused: ReadyComment[]
  odd: { comment: ReadyComment; why: Oddity }[]
  /** The articles that were new here. */
  stored: Set<string>
  /** Where each article is here. */
  articles: Map<SourceArticle, FoundArticle>
  progress: store.RunProgress
}

/** For a batch, milliseconds: it is short of the time after which the embedded database is taken for stuck. */
const batchMs = 9000

/** Which comments are there already, and in which article. */
export async function lookUp({ db, site }: Place, comments: readonly SourceComment[]): Promise<Map<string, string>> {
  const found = await whereabouts(db, site.id, comments.map(originOf))
  return new Map(found.map((row) => [keyOf(row), row.articleId]))
}

/** Where these articles are here, as far as they are stored. */
export async function locate({ db, site }: Place, articles: readonly SourceArticle[]): Promise<Placed['articles']> {
  return paired(articles, await findImported(db, site, articles))
}

/** Writes what is not there yet. Safe to repeat. */
export async function place(where: Place, placing: Placing): Promise<Placed> {
  for (let pinned = 0; ; pinned++) {
    try {
      return await transaction(where, (inside) => write(inside, placing))
    } catch (error) {
      // A moderator has pinned a comment meanwhile: there is one place less than was counted.
      if (!(error instanceof TooManyPinned) || pinned > 3) throw error
    }
  }
}

/** Tells the database to look at its tables anew: they have grown since it last planned how to go about them. */
export async function refreshPlans({ db }: Place): Promise<void> {
  await transaction({ db }, async ({ tx }) => {
    await store.takeTime(tx, batchMs)
    await store.analyze(tx)
  })
}

async function write(inside: Inside<Place>, { comments, ended, lost, progress }: Placing): Promise<Placed> {
  const { tx, site, run } = inside
  await store.takeTime(tx, batchMs)
  await store.takeTurn(tx, site.id)
  const [undecided, decided] = split(await unwritten(inside, comments), ({ article }) => article.verdict === 'UNKNOWN')
  const articles = [...new Set(decided.map(({ article }) => article))]
  const stored = articles.length > 0 ? await storeImported(inside, articles) : []
  const known = paired(articles, stored)
  const [refused, welcome] = split(decided, ({ article }) => article.state === 'HIDDEN' && known.get(article)?.state !== 'HIDDEN')

  const given = welcome.map((ready) => ({
    ...ready.comment,
    ready,
    articleId: known.get(ready.article)?.id ?? '',
    final: ended.has(ready.article),
  }))
  const pins = new Map(stored.map(({ id, pinnedCount }) => [id, 3 - pinnedCount]))
  const arranged = await importComments<ImportedComment & { ready: ReadyComment }>(inside, given, { pins, lost })
  const written = [...new Set(arranged.placed.map(({ place }) => place.articleId))]
  if (written.length > 0) await assertNotMerged(inside, written)

  const untold = new Set([...progress.untold, ...written])
  const over = [...ended].flatMap((article) => known.get(article)?.id ?? article.here?.id ?? [])
  const told = new Set(over.filter((id) => untold.delete(id)))
  const next = { taken: progress.taken + arranged.placed.length, untold: [...untold].sort() }
  if (written.length > 0 || told.size > 0) await store.keep(tx, run, next)
  for (const id of [...new Set([...written, ...told])].sort()) {
    await append(tx, site.id, id, { events: told.has(id) ? [pageAgain] : [], counts: arranged.growth.get(id) ?? {} })
  }
  return {
    taken: arranged.placed.map(({ comment }) => comment.given.ready),
    waiting: [...undecided, ...arranged.waiting.map(({ given: { ready } }) => ready)],
    refused,
    odd: arranged.odd.map(({ comment, why }) => ({ comment: comment.given.ready, why })),
    stored: new Set(stored.filter(({ isNew }) => isNew).map(({ id }) => id)),
    articles: known,
    progress: next,
  }
}

async function unwritten({ tx, site }: Inside<Place>, comments: readonly ReadyComment[]): Promise<ReadyComment[]> {
  const there = new Set((await whereabouts(tx, site.id, comments.map(originOf))).map(keyOf))
  return comments.filter((each) => !there.has(keyOf(originOf(each))))
}

function split<T>(all: readonly T[], isFirst: (each: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((each) => !isFirst(each))]
}

function paired(articles: readonly SourceArticle[], found: readonly (FoundArticle | null)[]): Placed['articles'] {
  return new Map(articles.flatMap((article, i) => (found[i] ? [[article, found[i]] as const] : [])))
}

const pageAgain: ArticleEvent = { kind: 'ARTICLE' }

/** Which comment of which blog. */
export function originOf({ article, record }: SourceComment): Origin {
  return { source: article.source, sourceId: record.sourceId }
}
