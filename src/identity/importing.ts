/** The people who wrote what an importer brings: each stored once, whoever they were elsewhere. */
import { createHash } from 'node:crypto'
import type { Context } from '../context.js'
import type { Inside } from '../platform/database.js'
import * as store from './import.store.js'
import { foldName } from './names.js'
import { personId } from './tokens.js'

/** Somebody who wrote elsewhere: a member by their id there; a guest by their e-mail address, or by their name where there is none. */
export interface ImportedAuthor {
  issuer: string
  memberId: string | null
  /** As it is kept: one line of at most 50 characters. */
  name: string
  /** Private. In lower case. */
  email: string | null
  since: Date
  /** What a guest's id here is made of: ids can be read by everybody, so it tells nothing of an address. */
  seed: string
}

/** Guests are known across the blogs of one site. */
const guestIssuer = 'wordpress-guest'

/** The ids of these people, in their order; stores those who are new. What is known of somebody already stays. */
export async function storeAuthors(
  { tx, site }: Pick<Inside<Context>, 'tx' | 'site'>,
  authors: readonly ImportedAuthor[],
): Promise<string[]> {
  const named = authors.map((author) => ({ ...author, ...identityOf(author) }))
  const each = new Map<string, (typeof named)[number]>()
  for (const author of named) if (!each.has(keyOf(author))) each.set(keyOf(author), author)
  const known = await store.find(tx, site.id, [...each.values()])
  const ids = new Map(known.map((identity) => [keyOf(identity), identity.personId]))
  const fresh = [...each.values()].filter((author) => !ids.has(keyOf(author)))
  const rows = fresh.map(({ issuer, subject, memberId, name, email, since, seed }) => {
    const id = personId(site.id, issuer, memberId ?? seed)
    return { id, issuer, subject, kind: memberId === null ? 'GUEST' : 'MEMBER', name, nameFold: foldName(name), email, since }
  })
  if (rows.length > 0) await store.insert(tx, site.id, rows)
  for (const row of rows) ids.set(keyOf(row), row.id)
  return named.map((author) => ids.get(keyOf(author)) ?? '')
}

function identityOf({ issuer, memberId, name, email }: ImportedAuthor): store.Identity {
  if (memberId !== null) return { issuer, subject: memberId }
  const known = email === null ? `name\n${name}` : `email\n${email}`
  return { issuer: guestIssuer, subject: createHash('sha256').update(known).digest('base64url') }
}

function keyOf({ issuer, subject }: store.Identity): string {
  return `${issuer}\n${subject}`
}
