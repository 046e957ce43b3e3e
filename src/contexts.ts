/** Makes the context of each operation: which site, who asks, when. */
import type { Context } from './context.js'
import { readToken } from './identity/identity.js'
import { addressKey } from './platform/address.js'
import { Refused } from './platform/errors.js'
import { siteFor } from './sites/sites.js'

/** What is the same for all operations of a process. */
export type World = Pick<Context, 'db' | 'limits' | 'feeds' | 'log' | 'secret'> & { epoch: () => Promise<string> }

/** What one request says of itself. */
export interface Asking {
  requestId: string
  /** The client's address, as far as proxies are trusted. */
  address: string
  /** `Bearer …` */
  authorization?: string | null | undefined
  /** The header X-Colloquy-Site. */
  siteName?: string | null | undefined
  /** The header Origin. */
  origin?: string | null | undefined
  /** The operation's variables: an article's URL among them tells the site. */
  variables?: Record<string, unknown> | null | undefined
}

/** Throws NOT_FOUND or BAD_USER_INPUT where no site can be told, UNAUTHENTICATED for a token that is not good here. */
export async function contextOf(world: World, asking: Asking): Promise<Context> {
  const { epoch, ...shared } = world
  const site = await siteFor(world.db, { name: asking.siteName, urls: [...urlsIn(asking.variables), asking.origin] })
  const token = tokenOf(asking.authorization)
  return {
    ...shared,
    site,
    viewer: token ? await readToken(token, site, world.secret) : null,
    now: new Date(),
    addressKey: addressKey(asking.address, world.secret),
    requestId: asking.requestId,
    epoch: await epoch(),
    loaders: new Map(),
  }
}

function tokenOf(authorization: string | null | undefined): string | null {
  if (!authorization) return null
  const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization) ?? []
  if (!token) throw new Refused('UNAUTHENTICATED', 'Send the token as "Authorization: Bearer …".')
  return token
}

/** The URLs of articles in an operation's variables: `url`, `urls`, or `input.url`. */
function urlsIn(variables: Record<string, unknown> | null | undefined): string[] {
  const { url, urls, input } = (variables ?? {}) as { url?: unknown; urls?: unknown; input?: { url?: unknown } | null }
  return [url, Array.isArray(urls) ? urls[0] : undefined, input?.url].filter((each) => typeof each === 'string')
}
