/** What becomes of two articles that are to be one. */
import type { Context } from '../context.js'
import type { Inside } from '../platform/database.js'
import { ArticleNotFound } from './errors.js'
import * as store from './store.js'

type Within = Pick<Inside<Context>, 'tx' | 'site'>

/** Holds two articles that are to become one, so that nothing new is written under either. Throws ArticleNotFound. */
export async function holdArticles({ tx, site }: Within, ids: readonly string[]): Promise<void> {
  if ((await store.hold(tx, site.id, ids)) !== ids.length) throw new ArticleNotFound()
}

/** Gives an article's URLs and its id to another, and says which articles lead there from now on: it and those that led to it. */
export function retireArticle({ tx, site }: Within, fromId: string, intoId: string): Promise<string[]> {
  return store.retire(tx, site.id, fromId, intoId)
}

/** The last step of a merge, when both logs have been told: who found an article before it was retired cannot write under it any more. What is still under it is hidden where it was or the other is. */
export async function closeRetired({ tx, site }: Within, ids: readonly string[], intoId: string): Promise<void> {
  await store.closeRetired(tx, site.id, ids, intoId)
}

/** Which of two articles is hidden where exactly one is; to be asked while both are held. */
export async function onlyHidden({ tx, site }: Within, ids: readonly [string, string]): Promise<string | null> {
  const [one, other] = await store.hidden(tx, site.id, ids)
  return other === undefined ? (one ?? null) : null
}

/** Lets a URL that another article has lead to this one. */
export async function giveAddress({ tx, site }: Within, canonical: string, articleId: string): Promise<void> {
  await store.giveUrl(tx, site.id, canonical, articleId)
}

/** Where an article that was merged leads by now, which stays so until the transaction ends; null where it leads nowhere. */
export function holdTarget({ tx, site }: Within, fromId: string): Promise<string | null> {
  return store.holdTarget(tx, site.id, fromId)
}
