/** Makes the context of each operation: which site, who asks, when. */
import type { Context } from './context.js'
import { askedUrls, type Operation } from './graphql/asked-urls.js'
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
  /** What is to be executed: the URLs of articles in it tell the site. */
  operation?: Operation | undefined
}

/** Throws NOT_FOUND or BAD_USER_INPUT where no site can be told, UNAUTHENTICATED for a token that is not good here. */
export async function contextOf(world: World, asking: Asking): Promise<Context> {
  const { epoch, ...shared } = world
  const { siteName: name, origin, operation } = asking
  const site = await siteFor(world.db, { name, origin, urls: () => (operation ? askedUrls(operation) : []) })
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
