/** The counters of comments and articles against the rows that they count: they differ only if something is wrong. */
import { append } from '../articles/log.js'
import { record } from '../audit/audit.js'
import type { Database, Inside } from '../platform/database.js'
import { transaction } from '../platform/transaction.js'
import * as store from './recount.store.js'

/** A counter that is not what the rows say; a switch counts as 0 or 1. */
export interface Difference {
  of: 'article' | 'comment'
  id: string
  column: string
  kept: number
  found: number
}

/** An article that was looked through; without differences where all is well. */
export interface Recounted {
  articleId: string
  siteId: string
  differences: Difference[]
}

/** So many comments are counted in one statement, unless a single article has more: well within the time a statement may take. */
const commentsAStatement = 20_000

/** Looks through every article, hidden ones included. Each article is read at one moment, different articles at different ones. */
export async function* countDrift(db: Database): AsyncGenerator<Recounted> {
  for (let after = store.beforeAll; ; ) {
    const page = await store.articlesAfter(db, after)
    const last = page.at(-1)
    if (!last) return
    for (const group of grouped(page)) {
      const differences = await differencesOf(
        db,
        group.map(({ articleId }) => articleId),
      )
      for (const { articleId, siteId } of group) yield { articleId, siteId, differences: differences.get(articleId) ?? [] }
    }
    after = last.articleId
  }
}

/**
 * Puts the counters of one article and its comments right while nobody changes them, and lets readers page again. Returns how many
 * were wrong. The comments are held first, in the order of their ids, then the article, as everywhere.
 */
export function repairCounts(db: Database, { articleId, siteId }: Pick<Recounted, 'articleId' | 'siteId'>): Promise<number> {
  const work = async ({ tx }: Inside<{ db: Database }>) => {
    await store.holdComments(tx, articleId)
    await append(tx, siteId, articleId, { events: [] })
    const comments = await store.commentDrift(tx, [articleId])
    const [head] = await store.articleDrift(tx, [articleId])
    if (comments.length === 0 && !head) return 0
    await record(tx, [{ siteId, actorId: null, action: 'article.recount', subjectKind: 'ARTICLE', subjectId: articleId }])
    await store.putRight(tx, comments)
    const counts = head
      ? {
          comments: head.foundComments - head.commentCount,
          threads: head.foundThreads - head.threadCount,
          pinned: head.foundPinned - head.pinnedCount,
        }
      : {}
    await append(tx, siteId, articleId, { events: [{ kind: 'ARTICLE' }], counts })
    return [...comments.flatMap(ofComment), ...(head ? ofArticle(head) : [])].length
  }
  return transaction({ db }, work, articleId)
}

async function differencesOf(db: Database, articleIds: readonly string[]): Promise<Map<string, Difference[]>> {
  const found = new Map<string, Difference[]>()
  const add = (articleId: string, differences: Difference[]) => found.set(articleId, [...(found.get(articleId) ?? []), ...differences])
  for (const row of await store.articleDrift(db, articleIds)) add(row.articleId, ofArticle(row))
  for (const row of await store.commentDrift(db, articleIds)) add(row.articleId, ofComment(row))
  return found
}

function ofArticle(row: store.ArticleDrift): Difference[] {
  const about = { of: 'article', id: row.articleId } as const
  return differing([
    { ...about, column: 'commentCount', kept: row.commentCount, found: row.foundComments },
    { ...about, column: 'threadCount', kept: row.threadCount, found: row.foundThreads },
    { ...about, column: 'pinnedCount', kept: row.pinnedCount, found: row.foundPinned },
  ])
}

function ofComment(row: store.CommentDrift): Difference[] {
  const about = { of: 'comment', id: row.id } as const
  return differing([
    { ...about, column: 'replyCount', kept: row.replyCount, found: row.foundReplies },
    { ...about, column: 'listCount', kept: row.listCount, found: row.foundListed },
    { ...about, column: 'listed', kept: Number(row.listed), found: Number(row.foundIsListed) },
  ])
}

const differing = (all: Difference[]) => all.filter(({ kept, found }) => kept !== found)

/** Articles that can be counted in one statement, by what their own counters say. */
function grouped(articles: readonly store.CountedArticle[]): store.CountedArticle[][] {
  const groups: store.CountedArticle[][] = []
  let room = 0
  for (const article of articles) {
    const weight = 1 + Math.max(0, article.commentCount)
    if (weight > room) {
      groups.push([])
      room = commentsAStatement
    }
    groups.at(-1)?.push(article)
    room -= weight
  }
  return groups
}
