/** Two articles become one: by a moderator's word, or because the site's rule finds their URLs to be the same. */
import { closeRetired, holdArticles, moveAddress, retireArticle, staleAddresses } from '../articles/articles.js'
import { append } from '../articles/log.js'
import { record } from '../audit/audit.js'
import { holdAll, takeOver } from '../comments/comments.js'
import type { Context, SignedIn } from '../context.js'
import { holdModerator } from '../identity/standing.js'
import type { Database, Inside } from '../platform/database.js'
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
      await joinArticles(inside, input.fromId, input.intoId, inside.viewer.id)
      return { articleId: input.intoId }
    }),
  )
}

/** After a site changed its rule of which URLs are the same, adds each URL's new form: every discussion stays where it was; where that is another article's, the one joins the other. Safe to repeat. */
export async function readdress({ db, log }: { db: Database; log: Log }, siteId: string | null): Promise<void> {
  // The rule as it is now: what requests know of a site may be a second old.
  const site = siteId === null ? null : await siteNow(db, siteId)
  if (!site) return
  let after = ''
  for (;;) {
    const { stale, last } = await staleAddresses({ db, site }, after)
    for (const address of stale) {
      await transaction({ db, site }, async (inside) => {
        const same = await moveAddress(inside, address)
        if (!same) return
        log.info({ siteId, ...same }, 'two articles turned out to be one')
        await joinArticles(inside, same.fromId, same.intoId, null)
      })
    }
    if (last === null) return
    after = last
  }
}

/** The merge itself; where the rule found it, nobody in person did it. Throws ArticleNotFound, SameArticle. */
async function joinArticles(
  inside: Pick<Inside<Context>, 'tx' | 'site'>,
  fromId: string,
  intoId: string,
  actorId: string | null,
): Promise<void> {
  const { tx, site } = inside
  if (fromId === intoId) throw new SameArticle()
  // Comments before articles: a reply holds its parent when it comes to its article.
  const pinned = await holdAll(inside, fromId)
  await holdArticles(inside, [fromId, intoId])
  await record(tx, [{ siteId: site.id, actorId, action: 'article.merge', subjectKind: 'ARTICLE', subjectId: fromId, articleId: intoId }])
  const { comments, threads } = await takeOver(inside, fromId, intoId)
  await retireArticle(inside, fromId, intoId)
  // Heads in the order of their ids, as everywhere.
  const changes = new Map([
    [fromId, { comments: -comments, threads: -threads, pinned: -pinned }],
    [intoId, { comments, threads }],
  ])
  for (const id of [fromId, intoId].sort()) await append(tx, site.id, id, { events: [{ kind: 'ARTICLE' }], counts: changes.get(id) ?? {} })
  await closeRetired(inside, fromId)
}
