/** The rule that says which URLs are one article. */
import { type HostAliases, longestUrl, originFor, portOf, readUrl, withoutAliases } from '../sites/origins.js'

/** What a site adds to the rule. Host names and parameter names may be written in any of their forms. */
export interface AddressRule {
  readonly hostAliases: HostAliases
  /** The only query parameters that make a different article; null: all but the tracking ones. A list is taken literally, letter case too. */
  readonly meaningfulParameters: readonly string[] | null
  /** More tracking parameters, in any letter case; a `*` at the end stands for any ending. */
  readonly extraTracking: readonly string[]
}

export const defaultAddressRule: AddressRule = { hostAliases: {}, meaningfulParameters: null, extraTracking: [] }

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
 * null for what `readUrl` cannot read, and for what is longer than `longestUrl` when the rule is applied: so one entry of a PostgreSQL index
 * (2,704 bytes) holds it. Applying it twice changes nothing.
 */
export function canonicalUrl(url: string, rule: AddressRule): string | null {
  const read = readUrl(url)
  if (!read) return null
  const { host, parsed } = read
  const origin = `https://${withoutAliases(host, rule.hostAliases)}${portOf(parsed)}`
  const canonical = origin + canonicalPath(parsed.pathname) + canonicalQuery(parsed.search.slice(1), rule)
  return canonical.length <= longestUrl ? canonical : null
}

/**
 * A URL of an article as a link for readers: under the very origin of the site to which it belongs, with the parameters that make a
 * different article as they were given, without fragment. null where it belongs to none of the origins.
 */
export function linkUrl(url: string, origins: readonly string[], rule: AddressRule): string | null {
  const origin = originFor(url, origins, rule.hostAliases)
  const read = origin === null ? null : readUrl(url)
  if (!read) return null
  const counts = countedBy(rule)
  const query = read.parsed.search
    .slice(1)
    .split('&')
    .filter((piece) => piece !== '' && counts(parameter(piece).name))
  return origin + read.parsed.pathname + (query.length === 0 ? '' : `?${query.join('&')}`)
}

function canonicalPath(path: string): string {
  const escaped = path.replace(inPath, escapeOf)
  let end = escaped.length
  // Not by /\/+$/, whose time grows with the square of the slashes.
  while (escaped[end - 1] === '/') end--
  return escaped.slice(0, end)
}

/** Says of a parameter's canonical name whether it makes a different article. */
function countedBy({ meaningfulParameters, extraTracking }: AddressRule): (name: string) => boolean {
  const meaningful = meaningfulParameters && new Set(meaningfulParameters.map(canonicalName))
  const tracking = extraTracking.map((name) => canonicalName(name).toLowerCase())
  return (name) => (meaningful ? meaningful.has(name) : !isTracking(name.toLowerCase(), tracking))
}

function canonicalQuery(query: string, rule: AddressRule): string {
  const counts = countedBy(rule)
  const parameters = query
    .split('&')
    .map(parameter)
    .filter(({ text }) => text !== '')
    .filter(({ name }) => counts(name))
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
