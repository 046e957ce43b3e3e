/** Which URLs are a site's own: by host and port, http and https alike. */
import { parseUrl } from '../platform/url.js'

/** Other names of hosts: `{ 'm.example.com': 'example.com' }`, in any of their forms. Ports stay as they are. */
export type HostAliases = Readonly<Record<string, string>>

/** What browsers and servers still carry. */
export const longestUrl = 2_048

/** A URL as a browser reads it, and its host as it is compared: lower case, punycode, without the dot of its root. */
export interface ReadUrl {
  parsed: URL
  host: string
}

/**
 * null for anything but an absolute http or https URL with a proper host, without name and password, without control characters, of at
 * most `longestUrl` characters.
 */
export function readUrl(url: string): ReadUrl | null {
  const trimmed = url.length <= longestUrl ? url.trim() : ''
  // `https:a.example`, `https:///a.example` and `https:\\a.example` are URLs to a browser, and slips to everybody else.
  if (!/^https?:\/\/[^/\\]/i.test(trimmed) || /\p{Control}/u.test(trimmed)) return null
  const parsed = parseUrl(trimmed)
  if (!parsed || `${parsed.username}${parsed.password}` !== '') return null
  const host = parsed.hostname.replace(/\.$/, '')
  // Quotes and brackets, which no name server knows, and missing labels, since `0x7f.1..` would be another host without its dots.
  return /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/.test(host) ? { parsed, host } : null
}

/** Where a URL comes from, as a browser's `Origin` header has it (`https://example.com:8080`), without a dot at the host's end; null as above. */
export function originOf(url: string): string | null {
  const read = readUrl(url)
  return read && `${read.parsed.protocol}//${read.host}${read.parsed.port && `:${read.parsed.port}`}`
}

/** Host and port of a URL as sites are told apart (`example.com:8080`); null as above. */
export function placeOf(url: string): string | null {
  const read = readUrl(url)
  return read && read.host + portOf(read.parsed)
}

/**
 * The origin to which a URL (or an `Origin` header) belongs: the same host, aliases counted, and the same port, by http or https alike.
 * Of several the nearest: its very own, else one of its host. No origins allow nothing; an origin that is not a URL never matches.
 */
export function originFor(url: string, origins: readonly string[], hostAliases: HostAliases): string | null {
  const [own, place] = [originOf(url), settledPlaceOf(url, hostAliases)]
  const allowed = place === null ? [] : origins.filter((origin) => settledPlaceOf(origin, hostAliases) === place)
  const nearest = allowed.find((origin) => originOf(origin) === own) ?? allowed.find((origin) => placeOf(origin) === placeOf(url))
  return nearest ?? allowed[0] ?? null
}

/** All places whose URLs belong to these origins: their own, and those of the hosts that stand for theirs. */
export function placesOf(origins: readonly string[], hostAliases: HostAliases): string[] {
  const own = origins.map(readUrl).filter((read) => read !== null)
  const settled = new Set(own.map(({ host, parsed }) => withoutAliases(host, hostAliases) + portOf(parsed)))
  const hosts = new Set([...own.map(({ host }) => host), ...Object.entries(hostAliases).flat().map(spelled)])
  const ports = [...new Set(own.map(({ parsed }) => portOf(parsed)))]
  const belongs = (host: string, port: string) => settled.has(withoutAliases(host, hostAliases) + port)
  return [...hosts].flatMap((host) => ports.filter((port) => belongs(host, port)).map((port) => host + port))
}

/** 443 after http and 80 after https are dropped too: written with the other scheme they would be its default port. */
export function portOf({ port }: URL): string {
  return port === '' || port === '80' || port === '443' ? '' : `:${port}`
}

/** Follows aliases of aliases to the end; in a circle, to its first host in the alphabet, so that all of them agree. */
export function withoutAliases(host: string, hostAliases: HostAliases): string {
  const aliases = spelledAliases(hostAliases)
  const passed = new Set<string>()
  let current = host
  for (let next = aliases.get(current); next !== undefined; next = aliases.get(current)) {
    if (passed.has(current)) return [...passed].slice([...passed].indexOf(current)).sort()[0] ?? current
    passed.add(current)
    current = next
  }
  return current
}

/** A host name that was written by itself, as it is compared; null for what is more or less than a name. */
export function hostName(text: string): string | null {
  return /^[^\s:/?#\\@[\]]+$/.test(text) ? (readUrl(`https://${text}`)?.host ?? null) : null
}

const spelt = new WeakMap<HostAliases, ReadonlyMap<string, string>>()

/** A site's aliases are asked for with each of its URLs, and read once. */
function spelledAliases(hostAliases: HostAliases): ReadonlyMap<string, string> {
  const known = spelt.get(hostAliases)
  if (known) return known
  const aliases = new Map(Object.entries(hostAliases).map(([alias, target]) => [spelled(alias), spelled(target)]))
  spelt.set(hostAliases, aliases)
  return aliases
}

function spelled(host: string): string {
  return readUrl(`https://${host}`)?.host ?? host
}

function settledPlaceOf(url: string, hostAliases: HostAliases): string | null {
  const read = readUrl(url)
  return read && withoutAliases(read.host, hostAliases) + portOf(read.parsed)
}
