/** What can be done with votes: they are set, never toggled; counted by folds, so that a hot comment is not a hot row. */
import { setTimeout as delay } from 'node:timers/promises'
import { append } from '../articles/log.js'
import { visible, type Written } from '../comments/comments.js'
import { CommentNotFound } from '../comments/errors.js'
import type { CommentRow } from '../comments/rules.js'
import type { Context, SignedIn } from '../context.js'
import { batch, byKey } from '../graphql/batch.js'
import { assertMayTakePart, holdWriter, takeTurn } from '../identity/standing.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import { once } from '../platform/request-key.js'
import { transaction } from '../platform/transaction.js'
import { OwnComment } from './errors.js'
import * as store from './store.js'

export type VoteValue = 'UP' | 'DOWN' | 'NONE'

const values = { UP: 1, DOWN: -1, NONE: 0 } as const

/** Sets one's vote on a comment. Throws CommentNotFound, OwnComment, GuestsNotAllowed, NotAllowedToWrite, TooFast, KeyReused. */
export function vote(ctx: SignedIn, input: { key: string; commentId: string; value: VoteValue }): Promise<Written> {
  return once(ctx, 'vote', input, async (keep) => {
    assertMayTakePart(ctx, 'vote')
    await takeTurn(ctx, { name: 'votes', points: ctx.site.settings.votesASecond, perMs: 1000 }, ctx.viewer.id)
    return transaction(ctx, async (inside) => {
      const { tx, site, viewer } = inside
      await holdWriter(inside)
      const cast = await store.cast(tx, { siteId: site.id, commentId: input.commentId, voterId: viewer.id, value: values[input.value] })
      if (!cast) throw new CommentNotFound()
      if (cast.own) throw new OwnComment()
      const written = { commentId: input.commentId, articleId: cast.articleId }
      await keep(tx, written)
      return written
    })
  })
}

/** The viewer's own vote on a comment, asked together with all others of its level. */
export async function viewerVote(ctx: SignedIn, commentId: string): Promise<VoteValue> {
  const found = await batch(ctx, 'viewerVote', commentId, async (ids) =>
    byKey(await store.votesOf(ctx.db, ctx.viewer.id, ids), (row) => row.commentId),
  )
  return found ? (found.value === 1 ? 'UP' : 'DOWN') : 'NONE'
}

/** A comment with what no fold has counted yet, so that a voter sees the own vote at once. */
export async function counted(ctx: Context, commentId: string): Promise<CommentRow | undefined> {
  const row = (await visible(ctx, [commentId])).get(commentId)
  const counts = await batch(ctx, 'voteCounts', commentId, async (ids) => byKey(await store.countsOf(ctx.db, ids), ({ id }) => id))
  if (!row || !counts) return row
  const { upvotes, downvotes } = counts
  return { ...row, upvotes, downvotes, score: upvotes - downvotes }
}

/** Differences taken by one fold: enough to keep up with thousands of votes a second, little enough to hold locks briefly. */
const deltasAFold = 2000

/** Votes are counted this often; a reader sees a new score at most this much later. */
const foldEveryMs = 1000

/** Counts waiting votes in, with one event an article. Any number of processes may do it at once. Returns how many differences they were. */
export function fold(db: Database): Promise<number> {
  return transaction({ db }, async ({ tx }) => {
    const deltas = byKey(await store.takeDeltas(tx, deltasAFold), (row) => row.commentId)
    if (deltas.size === 0) return 0
    const comments = await store.holdComments(tx, [...deltas.keys()])
    const articles = new Map(comments.map(({ articleId, siteId }) => [articleId, siteId]))
    const seqs = new Map<string, bigint>()
    for (const articleId of [...articles.keys()].sort()) {
      seqs.set(articleId, await append(tx, articles.get(articleId) ?? '', articleId, { events: [{ kind: 'VOTED' }] }))
    }
    const rows = comments.map(({ id, articleId }) => ({
      id,
      up: deltas.get(id)?.up ?? 0,
      down: deltas.get(id)?.down ?? 0,
      seq: String(seqs.get(articleId)),
    }))
    await store.addVotes(tx, rows)
    return [...deltas.values()].reduce((sum, { taken }) => sum + taken, 0)
  })
}

/** Folds while the program runs; returns its stop. A database that is away delays it, nothing else. */
export function startFolding(db: Database, log: Log): () => Promise<void> {
  const stopping = new AbortController()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const counted = await fold(db).catch((error: unknown) => {
        log.warn({ err: error }, 'votes could not be counted; they wait')
        return 0
      })
      if (counted < deltasAFold) await delay(foldEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {})
    }
  })()
  return async () => {
    stopping.abort()
    await loop
  }
}

/** So many comments are compared with their votes in one statement: well within the time a statement may take, also where each has many. */
const talliedAStatement = 1000

/** The comments whose counters disagree with their votes: none, unless something is wrong. Looks through all, page by page. */
export async function* voteDrift(db: Database, pageSize = talliedAStatement): AsyncGenerator<store.Tallied> {
  for (let after = store.beforeAll; ; ) {
    const page = await store.tallied(db, after, pageSize)
    const last = page.at(-1)
    if (!last) return
    yield* page.filter(({ up, down, votedUp, votedDown }) => up !== votedUp || down !== votedDown)
    after = last.id
  }
}
