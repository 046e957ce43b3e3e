/** Who is asking. */

/** What somebody may do on a site. */
export type Role = 'READER' | 'MODERATOR' | 'ADMIN'

/** Somebody with a valid token. Their row is written by the first thing they do, not by asking. */
export interface Viewer {
  /** The person's id: derived from the site, the issuer and the subject, so it is known before the row is. */
  id: string
  kind: 'GUEST' | 'MEMBER'
  role: Role
  name: string
  avatarUrl: string | null
  /** Private: never part of an answer to somebody else. */
  email: string | null
  issuer: string
  subject: string
  /** When the token was issued and when it ends. */
  issuedAt: Date
  expiresAt: Date
}

/** Moderators and admins see and decide what readers do not. */
export function moderates(viewer: Viewer | null): boolean {
  return viewer?.role === 'MODERATOR' || viewer?.role === 'ADMIN'
}

/** Where a rule asks whether something is the viewer's own: null for nobody, and for everybody of a role. */
export function idOf(viewer: Viewer | null): string | null {
  return viewer === null || everybodies.has(viewer) ? null : viewer.id
}

const everybodies = new WeakSet<Viewer>()

/** Stands for everybody with a role at once. What it is answered may be given to each of them, so to ask it for anything else than its role throws. */
export function everybodyWith(role: Role): Viewer {
  const viewer = new Proxy({ role } as Viewer, {
    get(_target, property) {
      if (property === 'role') return role
      throw new Error(`An answer that is shared asked for the viewer’s ${String(property)}: declare the field personal.`)
    },
  })
  everybodies.add(viewer)
  return viewer
}
