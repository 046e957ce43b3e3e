/** Tokens: those this service signs for guests and operators, and those that a site's own login signs for its members. */
import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { v5 as uuidv5 } from 'uuid'
import { Refused } from '../platform/errors.js'
import { plainText } from '../platform/plain-text.js'
import { parseUrl } from '../platform/url.js'
import type { Site } from '../sites/rules.js'
import type { Role, Viewer } from './viewer.js'

/** The issuer of our own tokens. */
const ownIssuer = 'colloquy'

/** What a site's login must name as audience. */
const audience = 'colloquy'

/** In our own tokens: any site of this installation. */
const anySite = '*'

/** A login's token is refused when it lives longer than this: what a site says of a person must be said anew each day. */
const longestSsoSeconds = 24 * 3600

/** Clocks of two machines may differ by this much. */
const skewSeconds = 30

/** A secret shorter than this can be guessed from a token. */
const shortestSecret = 32

/** What one of our own tokens says. */
export interface OwnClaims {
  subject: string
  kind: Viewer['kind']
  role: Role
  name: string
  /** The slug of the site it is good for; absent: all. */
  siteSlug?: string | undefined
  lifeSeconds: number
}

/** Signs a token with the installation's secret. */
export function signToken(
  secret: string,
  { subject, kind, role, name, siteSlug, lifeSeconds }: OwnClaims,
  now = new Date(),
): Promise<string> {
  const issued = Math.floor(now.getTime() / 1000)
  return new SignJWT({ kind, role, name })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(ownIssuer)
    .setSubject(subject)
    .setAudience(siteSlug ?? anySite)
    .setIssuedAt(issued)
    .setExpirationTime(issued + lifeSeconds)
    .sign(new TextEncoder().encode(secret))
}

/** Whom a token speaks for on this site. Throws UNAUTHENTICATED with a reason that names no secret. */
export async function readToken(
  token: string,
  site: Pick<Site, 'id' | 'slug' | 'origins' | 'ssoSecret' | 'settings'>,
  secret: string,
): Promise<Viewer> {
  try {
    const own = decodeJwt(token).iss === ownIssuer
    return own ? await readOwn(token, site, secret) : await readSso(token, site)
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      throw refused(error instanceof errors.JWTExpired ? 'it has expired' : 'it is not valid here')
    throw error
  }
}

/** A person's id on a site: the same wherever and whenever their token is read. */
export function personId(siteId: string, issuer: string, subject: string): string {
  return uuidv5(`${issuer}\n${subject}`, siteId)
}

async function readOwn(token: string, site: Pick<Site, 'id' | 'slug'>, secret: string): Promise<Viewer> {
  const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
    algorithms: ['HS256'],
    issuer: ownIssuer,
    audience: [site.slug, anySite],
    clockTolerance: skewSeconds,
    requiredClaims: ['exp', 'iat', 'sub'],
  })
  const kind = payload['kind'] === 'MEMBER' ? 'MEMBER' : 'GUEST'
  return { ...viewerOf(site.id, ownIssuer, payload), kind, role: roleOf(payload['role']) }
}

async function readSso(token: string, site: Pick<Site, 'id' | 'origins' | 'ssoSecret' | 'settings'>): Promise<Viewer> {
  if (!site.ssoSecret || site.ssoSecret.length < shortestSecret) throw refused('this site accepts no tokens of its own')
  const { payload } = await jwtVerify(token, new TextEncoder().encode(site.ssoSecret), {
    algorithms: ['HS256'],
    issuer: site.origins,
    audience,
    clockTolerance: skewSeconds,
    requiredClaims: ['exp', 'iat', 'sub'],
    maxTokenAge: longestSsoSeconds,
  })
  if ((payload.exp ?? 0) - (payload.iat ?? 0) > longestSsoSeconds) throw refused('it lives longer than a day')
  const role = site.settings.ssoRoles ? roleOf(payload['role']) : 'READER'
  return { ...viewerOf(site.id, payload.iss ?? '', payload), kind: 'MEMBER', role }
}

function viewerOf(siteId: string, issuer: string, payload: JWTPayload): Omit<Viewer, 'kind' | 'role'> {
  const subject: unknown = payload.sub
  if (typeof subject !== 'string' || !/^[^\p{Control}]{1,255}$/u.test(subject))
    throw refused('its subject is not a text of 1 to 255 characters')
  const name = plainText(String(payload['name'] ?? ''), { maximum: 50 })
  if (!name.ok) throw refused('its name is missing or has characters that no name needs')
  const { picture, email } = payload
  return {
    id: personId(siteId, issuer, subject),
    name: name.value,
    avatarUrl:
      typeof picture === 'string' && picture.length <= 2048 && /^https:\/\/[^\s"'<>]+$/.test(picture) && parseUrl(picture) !== null
        ? picture
        : null,
    email: typeof email === 'string' && /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(email) ? email.toLowerCase() : null,
    issuer,
    subject,
    issuedAt: new Date((payload.iat ?? 0) * 1000),
    expiresAt: new Date((payload.exp ?? 0) * 1000),
  }
}

function roleOf(claim: unknown): Role {
  return claim === 'ADMIN' || claim === 'MODERATOR' ? claim : 'READER'
}

function refused(why: string): Refused {
  return new Refused('UNAUTHENTICATED', `This token cannot be accepted: ${why}.`)
}
