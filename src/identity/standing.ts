/** What a person may do at this moment: asked inside the transaction that does it, and held until it commits. */
import type { SignedIn } from '../context.js'
import type { Database, Inside } from '../platform/database.js'
import { Refused } from '../platform/errors.js'
import { GuestsNotAllowed, NotAllowedToWrite, TooFast } from './errors.js'
import { foldName } from './names.js'
import * as store from './store.js'
import type { Viewer } from './viewer.js'

const shutOut: ReadonlySet<store.Standing> = new Set(['BANNED', 'SUSPENDED', 'ERASED'])

/** Who is suspended may read; who is banned is a stranger. */
const banishing: ReadonlySet<store.Standing> = new Set(['BANNED', 'ERASED'])

/** What `holdPerson` does, for somebody who is to write. Throws NotAllowedToWrite. */
export async function holdWriter(inside: Inside<SignedIn>): Promise<store.Standing> {
  const standing = await holdPerson(inside)
  if (shutOut.has(standing)) throw new NotAllowedToWrite()
  return standing
}

/** What `holdPerson` does, for somebody who is to decide on others. Throws Refused. */
export async function holdModerator(inside: Inside<SignedIn>): Promise<void> {
  if (shutOut.has(await holdPerson(inside))) throw new Refused('FORBIDDEN', 'You cannot moderate here at present.')
}

/** Stores the person that the token speaks for, where that is new, and says where they stand. Throws Refused for a token that was withdrawn. */
export async function holdPerson({ tx, site, viewer, now }: Inside<SignedIn>): Promise<store.Standing> {
  let held = await store.holdIfAsTold(tx, site.id, viewer)
  if (!held) {
    await store.upsert(tx, site.id, viewer, foldName(viewer.name))
    held = await store.hold(tx, site.id, viewer.id)
  }
  if (!held) throw new Error('A person was stored and is not there.')
  const { standing, standingUntil, tokensValidFrom } = held
  if (tokensValidFrom && viewer.issuedAt < tokensValidFrom) throw new Refused('UNAUTHENTICATED', 'This token has been withdrawn.')
  return standingUntil !== null && standingUntil <= now ? 'GOOD' : standing
}

/** Who of these may no longer appear as themselves, not even to read: banned or erased, or with a token that was withdrawn. */
export async function withdrawn<Who extends Pick<Viewer, 'id' | 'issuedAt'>>(db: Database, viewers: readonly Who[]): Promise<Set<Who>> {
  if (viewers.length === 0) return new Set()
  const rows = await store.restricted(db, [...new Set(viewers.map(({ id }) => id))])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const isWithdrawn = ({ id, issuedAt }: Who) => {
    const { standing, tokensValidFrom } = byId.get(id) ?? { standing: 'GOOD', tokensValidFrom: null }
    return banishing.has(standing) || (tokensValidFrom !== null && issuedAt < tokensValidFrom)
  }
  return new Set(viewers.filter(isWithdrawn))
}

/** The viewer, where somebody has to be signed in; a guest counts where `guests` is not refused by the site. Throws GuestsNotAllowed. */
export function assertMayTakePart({ viewer, site }: SignedIn, what: 'comment' | 'vote'): void {
  if (viewer.kind !== 'GUEST') return
  const allowed = what === 'vote' ? site.settings.guestsMayVote : site.settings.whoMayComment === 'ANYONE_WITH_A_NAME'
  if (!allowed) throw new GuestsNotAllowed()
}

/** Counts one action of a person, by the rule that holds now: sites set their own. Throws TooFast with the time after which it may work. */
export async function takeTurn(
  { limits, site }: Pick<SignedIn, 'limits' | 'site'>,
  limit: { name: string; points: number; perMs: number },
  who: string,
): Promise<void> {
  const name = `${limit.name}:${limit.points}:${limit.perMs}`
  const taken = await limits.take({ ...limit, name }, `${site.id}:${who}`)
  if (!taken.ok) throw new TooFast(taken.retryAfterMs)
}
