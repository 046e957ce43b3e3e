/** The rule that says which URLs are one article. */

/** What a site adds to the rule. Host names and parameter names may be written in any of their forms. */
export interface AddressRule {
  /** Other names of a host: `{ 'm.example.com': 'example.com' }`. Ports stay as they are. */
  readonly hostAliases: Readonly<Record<string, string>>
  /** The only query parameters that make a different article; null: all but the tracking ones. A list is taken literally, letter case too. */
  readonly meaningfulParameters: readonly string[] | null
  /** More tracking parameters, in any letter case; a `*` at the end stands for any ending. */
  readonly extraTracking: readonly string[]
}

export const defaultAddressRule: AddressRule = { hostAliases: {}, meaningfulParameters: null, extraTracking: [] }

/** What browsers and servers still carry, and, as it holds for the result too, what one entry of a PostgreSQL index (2,704 bytes) holds. */
export const longestUrl = 2_048

/**
 * Parameters that say how a reader came, not what he reads; compared in lower case. From the documentation of the services that append
 * them. Names that some site may use for an article (`ref`, `source`, `id`, `share`) are left to the site's own `extraTracking`.
 */
export const trackingParameters: readonly string[] = [
  ...['utm_*', '_ga', '_gl', 'gclid', 'gclsrc', 'dclid', 'gbraid', 'wbraid', 'gad_source', 'gad_campaignid', 'srsltid'],
  ...['fbclid', 'fb_action_ids', 'fb_action_types', 'fb_ref', 'fb_source', 'igsh', 'igshid', 'twclid', '__twitter_impression', 'ttclid'],
  ...['li_fat_id', 'epik', 'sc_cid', 'sccid', 'rdt_cid', 'msclkid', 'yclid', 'ysclid', '_openstat', 'wickedid', 'rb_clickid', 's_kwcid'],
  ...['mtm_*', 'matomo_*', 'piwik_*', 'pk_campaign', 'pk_kwd', 'pk_keyword', 'pk_source', 'pk_medium', 'pk_content', 'pk_cid'],
  ...['mc_cid', 'mc_eid', 'mkt_tok', 'hsa_*', '_hsenc', '_hsmi', 'hsctatracking', '__hstc', '__hssc', '__hsfp', '_kx', '_bta_*'],
  ...['oly_anon_id', 'oly_enc_id', 'vero_id', 'vero_conv', 'ml_subscriber', 'ml_subscriber_hash', 'at_campaign', 'at_medium'],
  ...['wt_mc', 'wt_zmc'],
]

/**
 * THE RULE. Two URLs are one article if and only if this gives the same text for both. A URL is read as a browser reads it (WHATWG), then:
 *
 * 1. `http` and `https` are the same, written `https`; the ports 80 and 443 are dropped, any other port counts.
 * 2. The host is lower case and in punycode, without a dot at its end, and an alias is replaced by the host it stands for. `www.` counts.
 * 3. The path keeps its letter case, its empty segments and its `;` and `+`. `.` and `..` are resolved. Slashes at the end are dropped.
 * 4. Percent escapes of letters, digits and `- . _ ~ ! ' ( ) *` are decoded; all others are upper case and count, so that `%2F` is never
 *    a slash. A `%` that begins no escape is `%25`, and what may not stand in a URL (`[`, `|`, `ü`) is escaped.
 * 5. The fragment is dropped.
 * 6. Query parameters are read as a form's are: split at `&` and at the first `=`, `+` is a space, `a` is `a=`. Empty ones and the
 *    tracking ones (`trackingParameters`, the site's) are dropped; where the site lists `meaningfulParameters`, all others are. The rest
 *    is sorted by name; parameters of one name keep their order. No parameters, no `?`.
 *
 * null for anything but an absolute http or https URL with a proper host, without name and password, without control characters, of at most
 * `longestUrl` characters before and after. Applying it twice changes nothing.
 */
export function canonicalUrl(url: string, rule: AddressRule): string | null {
  const parsed = parse(url)
  const host = parsed && hostOf(parsed)
  if (!host) return null

  const origin = `https://${withoutAliases(host, rule)}${portOf(parsed)}`
  const canonical = origin + canonicalPath(parsed.pathname) + canonicalQuery(parsed.search.slice(1), rule)
  return canonical.length <= longestUrl ? canonical : null
}

/** Where a URL comes from, as a browser's `Origin` header has it (`https://example.com:8080`), without a dot at the host's end; null as above. */
export function originOf(url: string): string | null {
  const parsed = parse(url)
  const host = parsed && hostOf(parsed)
  return host ? `${parsed.protocol}//${host}${parsed.port && `:${parsed.port}`}` : null
}

/**
 * Whether a URL (or an `Origin` header) belongs to one of a site's origins: the same host, aliases counted, and the same port, by http or
 * https alike. An empty list allows nothing; an origin that is not a URL never matches.
 */
export function allowedOrigin(url: string, origins: readonly string[], rule: AddressRule): boolean {
  const place = placeOf(url, rule)
  return place !== null && origins.some((origin) => placeOf(origin, rule) === place)
}

function placeOf(url: string, rule: AddressRule): string | null {
  const parsed = parse(url)
  const host = parsed && hostOf(parsed)
  return host ? withoutAliases(host, rule) + portOf(parsed) : null
}

function parse(url: string): URL | null {
  const trimmed = url.length <= longestUrl ? url.trim() : ''
  // `https:a.example`, `https:///a.example` and `https:\\a.example` are URLs to a browser, and slips to everybody else.
  if (!/^https?:\/\/[^/\\]/i.test(trimmed) || /\p{Control}/u.test(trimmed) || !URL.canParse(trimmed)) return null
  const parsed = new URL(trimmed)
  return parsed.username === '' && parsed.password === '' ? parsed : null
}

/**
 * The host without the dot of its root. null for what is no name or address, though a URL may have it: quotes and brackets, which no name
 * server knows, and missing labels, since `0x7f.1..` would be another host without its dots.
 */
function hostOf({ hostname }: URL): string | null {
  const host = hostname.replace(/\.$/, '')
  return /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/.test(host) ? host : null
}

/** 443 after http and 80 after https are dropped too: written with the other scheme they would be its default port. */
function portOf({ port }: URL): string {
  return port === '' || port === '80' || port === '443' ? '' : `:${port}`
}

/** Follows aliases of aliases to the end; in a circle, to its first host in the alphabet, so that all of them agree. */
function withoutAliases(host: string, { hostAliases }: AddressRule): string {
  const aliases = new Map(Object.entries(hostAliases).map(([alias, target]) => [spelled(alias), spelled(target)]))
  const passed: string[] = []
  let current = host
  for (let next = aliases.get(current); next !== undefined; next = aliases.get(current)) {
    const circle = passed.indexOf(current)
    if (circle >= 0) return passed.slice(circle).sort()[0] ?? current
    passed.push(current)
    current = next
  }
  return current
}

function spelled(host: string): string {
  const parsed = parse(`https://${host}`)
  return (parsed && hostOf(parsed)) ?? host
}

function canonicalPath(path: string): string {
  const escaped = path.replace(inPath, escapeOf)
  let end = escaped.length
  // Not by /\/+$/, whose time grows with the square of the slashes.
  while (escaped[end - 1] === '/') end--
  return escaped.slice(0, end)
}

function canonicalQuery(query: string, { meaningfulParameters, extraTracking }: AddressRule): string {
  const meaningful = meaningfulParameters && new Set(meaningfulParameters.map(canonicalName))
  const tracking = extraTracking.map((name) => canonicalName(name).toLowerCase())
  const counts = ({ name }: { name: string }) => (meaningful ? meaningful.has(name) : !isTracking(name.toLowerCase(), tracking))

  const parameters = query
    .split('&')
    .map(parameter)
    .filter(({ text }) => text !== '')
    .filter(counts)
  // Only the names are compared: `a[]=2&a[]=1` is a list, and sorting is stable.
  parameters.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return parameters.length === 0 ? '' : `?${parameters.map(({ text }) => text).join('&')}`
}

function parameter(piece: string): { name: string; text: string } {
  const equals = piece.indexOf('=')
  const name = canonicalName(equals < 0 ? piece : piece.slice(0, equals))
  const value = equals < 0 ? '' : canonicalName(piece.slice(equals + 1))
  return { name, text: value === '' ? name : `${name}=${value}` }
}

/** Between `&` and `=` no other character has a meaning, so all reserved ones are written as escapes, as a form would send them. */
function canonicalName(text: string): string {
  return text.replaceAll('+', '%20').replace(inParameter, escapeOf)
}

const trackingNames = new Set(trackingParameters)
const trackingPatterns = trackingParameters.filter((name) => name.endsWith('*'))

/** `name` and `more` are in lower case. */
function isTracking(name: string, more: readonly string[]): boolean {
  return (
    trackingNames.has(name) || trackingPatterns.some((pattern) => matches(name, pattern)) || more.some((pattern) => matches(name, pattern))
  )
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

/** An escape, or a character that has to be one. Each is read once, so that `%%34%31` becomes `%2541` and not, the second time, `A`. */
const inPath = /%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!'()*$&+,;=:@/]/gu
const inParameter = /%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!'()*]/gu
const needsNoEscape = /[A-Za-z0-9\-._~!'()*]/

function escapeOf(found: string, hex?: string): string {
  if (hex === undefined) return encodeURIComponent(found)
  const character = String.fromCharCode(Number.parseInt(hex, 16))
  return needsNoEscape.test(character) ? character : found.toUpperCase()
}
