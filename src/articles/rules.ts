/** What an article is and who may know of it. */
import type { Site } from '../sites/rules.js'
import type { AddressRule } from './address.js'

export type ArticleState = 'OPEN' | 'CLOSED' | 'HIDDEN'

/** An article with where its discussion stands; `id` alone is known before anybody has commented. */
export interface ArticleRow {
  id: string
  key: string | null
  url: string
  title: string | null
  publishedAt: Date | null
  /** Null while nothing about it is stored. */
  createdAt: Date | null
  state: ArticleState
  lastSeq: bigint
  commentCount: number
  threadCount: number
}

/** A hidden discussion is there for moderators only. */
export function mayKnowOf(article: Pick<ArticleRow, 'state'>, isModerator: boolean): boolean {
  return article.state !== 'HIDDEN' || isModerator
}

/** The site's own additions to the rule by which URLs are the same. */
export function addressRuleOf({ settings }: Pick<Site, 'settings'>): AddressRule {
  const { hostAliases, meaningfulParameters, extraTracking } = settings
  return { hostAliases, meaningfulParameters, extraTracking }
}
