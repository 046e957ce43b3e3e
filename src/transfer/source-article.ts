/** What an article of a file is here. */
import { createHash } from 'node:crypto'
import { addressOn } from '../articles/articles.js'
import type { Context } from '../context.js'
import { oneLine } from './one-line.js'
import type { SourceArticle } from './placing.js'
import type { ArticleRecord } from './records.js'
import type { Verdict } from './verdict.js'

const longestTitle = 500
const longestKey = 200

/** Its title as it is kept. */
export function titleOf({ title }: ArticleRecord) {
  return oneLine(title ?? '', longestTitle)
}

/** The article as this site knows it; null where its address belongs to none of the site's origins. */
export function sourceArticle(site: Context['site'], record: ArticleRecord): SourceArticle | null {
  const { line, key, url, publishedAt } = record
  const canonical = addressOn(site, url)
  if (!canonical) return null
  const source = `wordpress:${new URL(canonical).host}`
  const whole = `${source}:${key}`
  const short = whole.length <= longestKey && oneLine(whole, longestKey).value === whole
  return {
    line,
    source,
    key: short ? whole : `${source}:${createHash('sha256').update(key).digest('hex')}`.slice(-longestKey),
    url,
    canonical,
    title: titleOf(record).value,
    publishedAt,
    state: record.open ? 'OPEN' : 'CLOSED',
    verdict: 'UNKNOWN',
    comments: 0,
    here: null,
  }
}

/** Notes who may read an article. */
export function judge(article: SourceArticle, verdict: Verdict): void {
  article.verdict = verdict
  if (typeof verdict === 'object') article.state = 'HIDDEN'
}
