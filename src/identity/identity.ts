/** What can be done with people: who asks, who becomes a guest, whom a reader mutes. */
import { createHmac } from 'node:crypto'
import type { Context, SignedIn } from '../context.js'
import { type Connection, connection, type PageArguments, pageOf } from '../graphql/pagination.js'
import { plainText } from '../platform/plain-text.js'
import { assertKey, KeyReused, once } from '../platform/request-key.js'
import { transaction } from '../platform/transaction.js'
import { GuestsNotAllowed, NameNotAllowed, NameReserved, NameTaken, PersonNotFound } from './errors.js'
import { foldName } from './names.js'
import { claimsRole } from './role-words.js'
import { holdPerson, takeTurn } from './standing.js'
import * as store from './store.js'
import { personId, signToken } from './tokens.js'
import type { Viewer } from './viewer.js'

export { type ImportedAuthor, storeAuthors } from './importing.js'
export { readToken, signToken } from './tokens.js'

/** A guest's token is good for half a year; whoever has lost it is a new guest. */
const guestSeconds = 180 * 24 * 3600

/** So many new guests may come from one address in an hour: a school, not a script. */
const guestsAnAddress = { name: 'guests', points: 60, perMs: 3_600_000 }

/** The people among `ids` on this site. */
export async function visiblePeople({ db, site }: Context, ids: readonly string[]): Promise<Map<string, store.PersonRow>> {
  const rows = await store.byIds(db, site.id, ids)
  return new Map(rows.map((row) => [row.id, row]))
}

/** Gives somebody without an account a name and a token; the same key is the same guest. Throws GuestsNotAllowed, NameNotAllowed, NameReserved, NameTaken, TooFast, KeyReused. */
export async function becomeGuest(ctx: Context, input: { key: string; name: string }): Promise<{ personId: string; token: string }> {
  assertKey(input.key)
  const { whoMayComment, guestsMayVote } = ctx.site.settings
  if (whoMayComment === 'MEMBERS' && !guestsMayVote) throw new GuestsNotAllowed()
  const name = plainText(input.name, { maximum: 50 })
  if (!name.ok) throw new NameNotAllowed()
  const subject = `guest:${createHmac('sha256', ctx.secret).update(`${ctx.site.id}\n${input.key}`).digest('base64url')}`
  const viewer = guest(ctx, subject, name.value)
  const had = await store.byIds(ctx.db, ctx.site.id, [viewer.id])
  if (had[0] && had[0].name !== viewer.name) throw new KeyReused()
  if (!had[0]) await storeGuest(ctx, viewer)
  const token = await signToken(
    ctx.secret,
    { subject, kind: 'GUEST', role: 'READER', name: viewer.name, siteSlug: ctx.site.slug, lifeSeconds: guestSeconds },
    ctx.now,
  )
  return { personId: viewer.id, token }
}

/** Hides somebody's comments from this reader; clients apply it. Throws PersonNotFound, KeyReused. */
export function mutePerson(ctx: SignedIn, input: { key: string; personId: string }): Promise<{ personId: string }> {
  return once(ctx, 'mutePerson', input, async (keep) => {
    if (!(await visiblePeople(ctx, [input.personId])).has(input.personId)) throw new PersonNotFound()
    return transaction(ctx, async (inside) => {
      const { tx, site, viewer } = inside
      await keep(tx, { personId: input.personId })
      await holdPerson(inside)
      await store.mute(tx, site.id, viewer.id, input.personId)
      return { personId: input.personId }
    })
  })
}

/** Shows somebody's comments again. Throws KeyReused. */
export function unmutePerson(ctx: SignedIn, input: { key: string; personId: string }): Promise<{ personId: string }> {
  return once(ctx, 'unmutePerson', input, (keep) =>
    transaction(ctx, async ({ tx, viewer }) => {
      await keep(tx, { personId: input.personId })
      await store.unmute(tx, viewer.id, input.personId)
      return { personId: input.personId }
    }),
  )
}

const byId = { name: 'muted', types: ['uuid'] as const }

/** The people whom this reader has muted. */
export async function muted({ db, site, viewer }: SignedIn, args: PageArguments): Promise<Connection<store.PersonRow>> {
  const page = pageOf(args, byId)
  const [after, before] = [page.after, page.before].map((keys) => (keys ? String(keys[0]) : null))
  const rows = await store.muted(db, site.id, viewer.id, {
    after: after ?? null,
    before: before ?? null,
    limit: page.limit + 1,
    backwards: page.backwards,
  })
  return connection(rows, page, { order: byId, keys: (row) => [row.id], totalCount: () => store.mutedCount(db, viewer.id) })
}

function guest({ site, now }: Context, subject: string, name: string): Viewer {
  const issuer = 'colloquy'
  const id = personId(site.id, issuer, subject)
  return { id, kind: 'GUEST', role: 'READER', name, avatarUrl: null, email: null, issuer, subject, issuedAt: now, expiresAt: now }
}

async function storeGuest(ctx: Context, viewer: Viewer): Promise<void> {
  if (claimsRole(viewer.name)) throw new NameReserved()
  await takeTurn(ctx, guestsAnAddress, ctx.addressKey)
  const nameFold = foldName(viewer.name)
  await transaction(ctx, async ({ tx, site }) => {
    if (await store.memberWithName(tx, site.id, nameFold)) throw new NameTaken()
    await store.upsert(tx, site.id, viewer, nameFold)
  })
}
