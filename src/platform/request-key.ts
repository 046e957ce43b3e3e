/** Once, and only once: a client's key names a change, so that a repeated request gets the first one's answer. */
import { createHash } from 'node:crypto'
import { sql } from './client.js'
import type { Database, Tx } from './database.js'
import { Refused, UserError } from './errors.js'

export class KeyReused extends UserError {
  static readonly description = 'The key was used before for something else.'
  readonly code = 'KEY_REUSED'
  override message = 'This key was used before, with another input: take a new key for each new thing you do.'
}

/** Writes the key beside the change, in the change's own transaction: call it first there. */
export type Keep<Result> = (tx: Tx, result: Result) => Promise<void>

interface Request {
  siteId: string
  actorId: string
  key: string
  operation: string
  inputHash: string
}

/**
 * Runs `act` unless this person's key has been kept before: then answers what was kept, without running it. Two requests with one
 * key at the same time: the second waits and answers as the first (in another process it may be refused by a limit on pace, since the
 * first has used the turn up; it then answers as the first when it is tried again). What fails is not kept. Throws KeyReused when the key stands
 * for another operation or input. `input.key` is the key; the rest of `input` must be plain values.
 */
export async function once<Result extends object>(
  { db, site, viewer }: { db: Database; site: { id: string }; viewer: { id: string } },
  operation: string,
  input: { key: string },
  act: (keep: Keep<Result>) => Promise<Result>,
): Promise<Result> {
  assertKey(input.key)
  const inputHash = createHash('sha256').update(JSON.stringify(input)).digest('base64url')
  const request = { siteId: site.id, actorId: viewer.id, key: input.key, operation, inputHash }
  return afterOthers(db, `${site.id} ${viewer.id} ${input.key}`, async () => {
    const kept = await recall<Result>(db, request)
    if (kept) return kept
    try {
      return await act((tx, result) => keep(tx, request, result))
    } catch (error) {
      // What a first request in another process has done may itself be why this one is refused: the same words again, for one.
      const first = error instanceof KeptMeanwhile || error instanceof UserError ? await recall<Result>(db, request) : null
      if (first) return first
      throw error
    }
  })
}

const underWay = new WeakMap<Database, Map<string, Promise<unknown>>>()

/** Runs `work` when all that this process began before it under this name has ended. */
async function afterOthers<T>(db: Database, name: string, work: () => Promise<T>): Promise<T> {
  const all = underWay.get(db) ?? new Map<string, Promise<unknown>>()
  underWay.set(db, all)
  const mine = (all.get(name) ?? Promise.resolve()).then(work)
  const ended = mine.catch(() => {})
  all.set(name, ended)
  try {
    return await mine
  } finally {
    if (all.get(name) === ended) all.delete(name)
  }
}

/** A key is meant to be new for each change: a short one is soon used again, by the same person or by a guess. */
const shortestKey = 8
const longestKey = 64

/** Throws BAD_USER_INPUT for what cannot be a key. */
export function assertKey(key: string): void {
  if (key.length < shortestKey || key.length > longestKey)
    throw new Refused('BAD_USER_INPUT', `"key" has ${shortestKey} to ${longestKey} characters; a new UUID for each change is a good one.`)
  if (/\p{Control}|\p{Surrogate}/u.test(key))
    throw new Refused(
      'BAD_USER_INPUT',
      '"key" holds a control character or half of a surrogate pair; a new UUID for each change is a good one.',
    )
}

/** Another request with the same key was committed while this one ran. */
class KeptMeanwhile extends Error {}

async function recall<Result>(db: Database, { siteId, actorId, key, operation, inputHash }: Request): Promise<Result | null> {
  const [kept] = await sql(db)<{ operation: string; inputHash: string; result: Result }>`
    SELECT operation, "inputHash", result FROM request_key WHERE "siteId" = ${siteId}::uuid AND "actorId" = ${actorId}::uuid AND key = ${key}`
  if (!kept) return null
  if (kept.operation !== operation || kept.inputHash !== inputHash) throw new KeyReused()
  return kept.result
}

async function keep(tx: Tx, { siteId, actorId, key, operation, inputHash }: Request, result: object): Promise<void> {
  const inserted = await sql(tx)<{ key: string }>`
    INSERT INTO request_key ("siteId", "actorId", key, operation, "inputHash", result)
    VALUES (${siteId}::uuid, ${actorId}::uuid, ${key}, ${operation}, ${inputHash}, ${JSON.stringify(result)}::jsonb)
    ON CONFLICT DO NOTHING RETURNING key`
  if (inserted.length === 0) throw new KeptMeanwhile()
}

/** How long an answer is kept. */
const keptHours = 48

/** Forgets the keys that are too old for a client to repeat. */
export async function forgetOldKeys(db: Database): Promise<void> {
  await sql(db)`DELETE FROM request_key WHERE at < now() - ${keptHours} * interval '1 hour'`
}
