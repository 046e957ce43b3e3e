/** Addresses of clients: who is really calling, and a key under which an address can be counted without being kept. */
import { createHmac } from 'node:crypto'
import { BlockList, isIP } from 'node:net'

/** A range of addresses; a single one is a range of full length. */
export interface Network {
  address: string
  prefix: number
  family: 'ipv4' | 'ipv6'
}

/** Reads `10.0.0.0/8`, `fd00::/8` or a bare address; null when it is none of these. */
export function parseNetwork(text: string): Network | null {
  const [, host = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? []
  const bits = { 4: 32, 6: 128 }[isIP(host)]
  const address = parseAddress(host)
  if (bits === undefined || address === null || Number(length ?? 0) > bits) return null
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
  // A range of mapped addresses is a range of IPv4; one that is wider than all of those is refused.
  const prefix = Number(length ?? bits) - (bits === 128 && family === 'ipv4' ? 96 : 0)
  return prefix < 0 ? null : { address, prefix, family }
}

/**
 * The client's address: the right-most hop that is no trusted proxy. Each hop was written by the one to its right, so what
 * stands left of an untrusted or unreadable hop proves nothing and is not looked at.
 * @param remote the address of the socket
 * @param forwardedFor the header X-Forwarded-For, if there is one
 * @param trusted networks of proxies whose word counts
 */
export function clientAddress(remote: string, forwardedFor: string | undefined, trusted: readonly string[]): string {
  let nearest = parseAddress(remote) ?? remote
  const hops = forwardedFor?.split(',').slice(-mostHops) ?? []
  while (isTrusted(nearest, trusted)) {
    const next = parseAddress(withoutPort(hops.pop()?.trim() ?? ''))
    if (next === null) break
    nearest = next
  }
  return nearest
}

/** A key that stands for an IPv4 address or an IPv6 /64 (which one household or server has), meaningless without the secret. */
export function addressKey(address: string, secret: string): string {
  const plain = parseAddress(address) ?? address
  const counted = isIP(plain) === 6 ? `${groups(plain).slice(0, 4).join(':')}::/64` : plain
  return createHmac('sha256', secret).update(`address ${counted}`).digest('base64url').slice(0, keyLength)
}

/** 22 characters of base64 hold 132 bits. */
const keyLength = 22

/** More proxies than this do not stand in a row; a longer header was written by somebody who wants it to be read. */
const mostHops = 32

const lists = new WeakMap<readonly string[], BlockList>()

function isTrusted(address: string, trusted: readonly string[]): boolean {
  const family = isIP(address)
  if (family === 0 || trusted.length === 0) return false
  const list = lists.get(trusted) ?? listOf(trusted)
  lists.set(trusted, list)
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

function listOf(trusted: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of trusted.map(parseNetwork)) if (network) list.addSubnet(network.address, network.prefix, network.family)
  return list
}

/** `1.2.3.4:80` and `[2001:db8::1]:80` are hops too. */
function withoutPort(hop: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop
}

/** The one spelling of an address, IPv4 where it is mapped into IPv6; null when it is no address. */
function parseAddress(text: string): string | null {
  const address = text.replace(/%.*$/, '')
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : null
  const parts = groups(address)
  const mapped = parts.slice(0, 5).every((part) => part === '0') && parts[5] === 'ffff'
  if (!mapped) return new URL(`http://[${address}]`).hostname.slice(1, -1)
  return parts
    .slice(6)
    .map((part) => Number.parseInt(part, 16))
    .flatMap((part) => [part >> 8, part & 255])
    .join('.')
}

/** The eight groups of an IPv6 address, each in its shortest form. */
function groups(address: string): string[] {
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = '', right] = shortest.split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
}
