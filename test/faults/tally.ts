/** Counts what readers were told against what the database holds. */
import type { OwnPostgres } from './postgres.js'
import type { Reader } from './readers.js'

export interface Tally {
  acknowledged: number
  delivered: number
  /** Comments that some reader was never told of, nor shown. */
  missing: number
  doubled: number
  outOfOrder: number
  /** Acknowledged, and not in the database. */
  lost: number
  /** Sent again and written twice. */
  twice: number
  /** Pages that were read again. */
  pagedAgain: number
  /** Milliseconds from commit to receipt, of readers who kept their connection. */
  p50: number
  p99: number
}

interface Committed {
  seq: number
  at: number
}

/** What readers of an article were told, measured at the moments of the commits. */
export async function tally(
  postgres: OwnPostgres,
  { article, acknowledged, readers }: { article: string; acknowledged: ReadonlyMap<string, number>; readers: readonly Reader[] },
): Promise<Tally> {
  const { committed, twice } = await committedIn(postgres, article)
  const ids = [...committed.keys()]
  const waits = readers
    .filter(({ flaps }) => !flaps)
    .flatMap(({ told }) => told.map(({ id, at }) => at - (committed.get(id)?.at ?? Number.NaN)))
  waits.sort((a, b) => a - b)
  const sum = (count: (reader: Reader) => number) => readers.reduce((total, reader) => total + count(reader), 0)
  return {
    acknowledged: acknowledged.size,
    delivered: sum(({ told }) => told.length),
    missing: sum(({ told, shown }) => {
      const known = new Set([...shown, ...told.map(({ id }) => id)])
      return ids.filter((id) => !known.has(id)).length
    }),
    doubled: sum(({ told }) => told.length - new Set(told.map(({ id }) => id)).size),
    outOfOrder: sum(
      ({ told }) => told.filter(({ id }, i) => i > 0 && seqOf(committed, id) < seqOf(committed, told[i - 1]?.id ?? '')).length,
    ),
    lost: [...acknowledged.keys()].filter((id) => !committed.has(id)).length,
    twice,
    pagedAgain: sum(({ pages }) => pages - 1),
    p50: waits[Math.floor(waits.length / 2)] ?? Number.NaN,
    p99: waits[Math.floor(waits.length * 0.99)] ?? Number.NaN,
  }
}

/** The comments of an article in the order of their log, with the moments of their commits. */
async function committedIn(postgres: OwnPostgres, article: string): Promise<{ committed: Map<string, Committed>; twice: number }> {
  const rows = await postgres.query<{ id: string; seq: string; at: Date; source: string }>(
    `SELECT e."commentId" AS id, e.seq, pg_xact_commit_timestamp(e.xmin) AS at, t.source
     FROM article a JOIN event e ON e."articleId" = a.id JOIN comment_text t ON t."commentId" = e."commentId"
     WHERE a.url = $1 AND e.kind = 'POSTED' ORDER BY e.seq`,
    [article],
  )
  const committed = new Map(rows.map(({ id, seq, at }) => [globalId(id), { seq: Number(seq), at: at.getTime() }]))
  return { committed, twice: rows.length - new Set(rows.map(({ source }) => source)).size }
}

function seqOf(committed: ReadonlyMap<string, Committed>, id: string): number {
  return committed.get(id)?.seq ?? Number.NaN
}

/** As the API writes ids. */
function globalId(commentId: string): string {
  return Buffer.from(`Comment:${commentId}`).toString('base64url')
}
