/** The checks between "submitted" and "published", in their order; the first that decides ends it. */
import type { SignedIn } from '../context.js'
import { SaidBefore } from './errors.js'
import type { Status } from './rules.js'
import * as store from './store.js'

/** What is known when a text or an edit is screened. */
export interface Submission {
  articleId: string
  source: string
}

/** Publish, hold for a moderator, or keep to the author alone; null where the check has no opinion. */
type Verdict = Extract<Status, 'APPROVED' | 'PENDING' | 'SHADOWED'> | null

/** The same words twice under one article are a double click or a script. Milliseconds. */
const sameTextMs = 300_000

/** Throws SaidBefore where this author wrote the same a moment ago; a new comment is asked, an edit is not. */
export async function assertNotSaidBefore({ db, viewer, now }: SignedIn, { articleId, source }: Submission): Promise<void> {
  const since = new Date(now.getTime() - sameTextMs)
  if (await store.saidSince(db, { authorId: viewer.id, articleId, source, since })) throw new SaidBefore()
}

/** What becomes of a text by what the site asks and where its author stands; `decided`: it is to replace words that a moderator has decided on. */
export function screen(ctx: Pick<SignedIn, 'site' | 'viewer'>, standing: string, decided = false): Exclude<Verdict, null> {
  for (const check of checks) {
    const verdict = check(ctx, standing, decided)
    if (verdict) return verdict
  }
  return 'APPROVED'
}

const checks: readonly ((ctx: Pick<SignedIn, 'site' | 'viewer'>, standing: string, decided: boolean) => Verdict)[] = [
  // Somebody who moderates is not held by the rules they keep.
  ({ viewer }) => (viewer.role === 'READER' ? null : 'APPROVED'),
  (_ctx, standing) => (standing === 'SHADOWED' ? 'SHADOWED' : null),
  (_ctx, standing) => (standing === 'HELD' ? 'PENDING' : null),
  ({ site }) => (site.settings.premoderation ? 'PENDING' : null),
  // Nobody gets words approved, or given back, to put others in their place.
  (_ctx, _standing, decided) => (decided ? 'PENDING' : null),
]
