/** Two articles become one: by a moderator's word, or because the site's rule finds their URLs to be the same. */
import {
  closeRetired,
  giveAddress,
  holdArticles,
  holdTarget,
  moveAddress,
  onlyHidden,
  retireArticle,
  type StaleAddress,
  staleAddresses,
} from '../articles/articles.js'
import { append } from '../articles/log.js'
import { record } from '../audit/audit.js'
import { holdSome, takeOver } from '../comments/comments.js'
import type { Context, SignedIn } from '../context.js'
import { holdModerator } from '../identity/standing.js'
import type { Database, Inside } from '../platform/database.js'
import { enqueue } from '../platform/jobs.js'
import type { Log } from '../platform/log.js'
import { once } from '../platform/request-key.js'
import { transaction } from '../platform/transaction.js'
import { siteNow } from '../sites/sites.js'
import { SameArticle } from './errors.js'

/** Joins two articles: comments, votes and URLs of the first go to the second, which keeps its id. Throws ArticleNotFound, SameArticle, KeyReused. */
export function mergeArticles(ctx: SignedIn, input: { key: string; fromId: string; intoId: string }): Promise<{ articleId: string }> {
  return once(ctx, 'mergeArticles', input, (keep) =>
    transaction(ctx, async (inside) => {
      await keep(inside.tx, { articleId: input.intoId })
      await holdModerator(inside)
      const articles = { fromId: input.fromId, intoId: input.intoId }
      await holdBoth(inside, articles)
      await joinArticles(inside, articles, inside.viewer.id)
      return { articleId: input.intoId }
    }),
  )
}

/** After a site changed its rule of which URLs are the same, adds each URL's new form: every discussion stays where it was; where that is another article's, the one joins the other, unless exactly one is hidden. Safe to repeat. */
export async function readdress({ db, log }: { db: Database; log: Log }, siteId: string | null): Promise<void> {
  // The rule as it is now: what requests know of a site may be a second old.
  const site = siteId === null ? null : await siteNow(db, siteId)
  if (!site) return
  let after = ''
  for (;;) {
    const { stale, last } = await staleAddresses({ db, site }, after)
    for (const address of stale) {
      const told = await transaction({ db, site }, (inside) => readdressOne(inside, address))
      if (told) log.info({ siteId, ...told.articles }, told.what)
    }
    if (last === null) return
    after = last
  }
}

async function readdressOne(inside: Within, address: StaleAddress) {
  const articles = await moveAddress(inside, address)
  if (!articles) return null
  const { fromId, intoId } = articles
  await holdBoth(inside, articles)
  const hiddenId = await onlyHidden(inside, [fromId, intoId])
  if (hiddenId === null) {
    await joinArticles(inside, articles, null)
    return { articles, what: 'two articles turned out to be one' }
  }
  await keepApart(inside, { hiddenId, shownId: hiddenId === fromId ? intoId : fromId }, address.canonical)
  return { articles: { hiddenId, ...articles }, what: 'two articles of one URL stay apart: exactly one of them is hidden' }
}

/** No rule publishes what is hidden or hides what is public: the URL leads to what readers may read, and a moderator may merge the two. */
async function keepApart(inside: Within, { hiddenId, shownId }: { hiddenId: string; shownId: string }, canonical: string): Promise<void> {
  const { tx, site } = inside
  const subject = { subjectKind: 'ARTICLE', subjectId: hiddenId, articleId: shownId } as const
  await record(tx, [{ siteId: site.id, actorId: null, action: 'article.keepApart', ...subject }])
  await giveAddress(inside, canonical, shownId)
}

/** So many comments go from one article to another in one transaction: some 30 µs each on PostgreSQL, so that others wait for a fraction of a second. */
export const commentsAStep = 5000

/** So many steps in one job, well within its time; it asks for another job for the rest. */
const stepsAJob = 20

/** The kind of the job that moves what the first step of a merge left. */
export const mergeContinues = 'merge.continues'

type Within = Pick<Inside<Context>, 'tx' | 'site'>

/** The one that may go, and the one that stays. */
interface Pair {
  fromId: string
  intoId: string
}

/** Keeps both as they are, and what a first step would move. Throws ArticleNotFound, SameArticle. */
async function holdBoth(inside: Within, { fromId, intoId }: Pair): Promise<void> {
  if (fromId === intoId) throw new SameArticle()
  // Comments before articles: a reply holds its parent when it comes to its article.
  await holdSome(inside, fromId, commentsAStep)
  await holdArticles(inside, [fromId, intoId])
}

/** The first step of a merge of two that are held: the article is the other's from then on. Where the rule found it, nobody in person did it. */
async function joinArticles(inside: Within, { fromId, intoId }: Pair, actorId: string | null): Promise<void> {
  const { tx, site } = inside
  await record(tx, [{ siteId: site.id, actorId, action: 'article.merge', subjectKind: 'ARTICLE', subjectId: fromId, articleId: intoId }])
  const retired = await retireArticle(inside, fromId, intoId)
  const isDone = await moveSome(inside, { fromId, intoId }, [fromId, intoId])
  await closeRetired(inside, retired, intoId)
  if (!isDone) await enqueue(tx, jobFor(site.id, fromId))
}

/** Goes on with a merge where its last step ended, whoever did that and however it ended. Safe to repeat. */
export async function moveOn({ db }: { db: Database }, siteId: string | null, data: unknown): Promise<void> {
  const site = siteId === null ? null : await siteNow(db, siteId)
  const { fromId } = data as { fromId: string }
  if (!site) return
  for (let steps = 0; steps < stepsAJob; steps++) {
    const isDone = await transaction({ db, site }, async (inside) => {
      await holdSome(inside, fromId, commentsAStep)
      // As of now: what it was merged into may have been merged, too.
      const intoId = await holdTarget(inside, fromId)
      return intoId === null || moveSome(inside, { fromId, intoId }, [])
    })
    if (isDone) return
  }
  await enqueue(db, jobFor(site.id, fromId))
}

/** Moves what one step moves and tells both logs; the last step lets the readers of both page again, and any step those of `toldNow`. */
async function moveSome(inside: Within, articles: Pair, toldNow: readonly string[]): Promise<boolean> {
  const { comments, threads, pinned, isDone } = await takeOver(inside, articles, commentsAStep)
  const counts = {
    [articles.fromId]: { comments: -comments, threads: -threads, pinned: -pinned },
    [articles.intoId]: { comments, threads },
  }
  // Heads in the order of their ids, as everywhere.
  for (const id of Object.keys(counts).sort()) {
    const told = toldNow.includes(id) || (isDone && id === articles.intoId)
    await append(inside.tx, inside.site.id, id, { events: told ? [{ kind: 'ARTICLE' }] : [], counts: counts[id] ?? {} })
  }
  return isDone
}

const jobFor = (siteId: string, fromId: string) => ({ kind: mergeContinues, key: fromId, siteId, data: { fromId } })
