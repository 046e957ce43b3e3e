/** Keeps plain text plain in Markdown: what would mean something there is escaped, and web addresses are left whole. */
import { hasForbiddenCharacters } from '../platform/plain-text.js'
import { parseUrl } from '../platform/url.js'

/** A web address in a text: WordPress makes a link of it when it shows the comment. */
const webAddress = /https?:\/\/[^\s<>"'`()[\]{}|\\^]+/gi

/** Signs that mean something anywhere in a line: `_` only at the edge of a word, `&` only where a reference follows, `!` only before a link. */
const inlineSigns = /[\\`*[\]<~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w{1,32};)|!$/g

/** Signs that begin a list, quote, heading or rule at the start of a line. */
const lineSigns = /^(?:[-+](?=\s|$)|#{1,6}(?=\s|$)|[-=]+\s*$|[>|])/

/** Text without white space, as it is. */
export function escapeText(text: string): string {
  return text.replace(inlineSigns, '\\$&')
}

/** The same, with its web addresses as links. */
export function escapeWord(word: string): string {
  let escaped = ''
  let done = 0
  for (const match of word.matchAll(webAddress)) {
    const url = match[0].replace(/[.,;:!?]+$/, '')
    if (!linkTarget(url)) continue
    escaped += escapeText(word.slice(done, match.index)) + (/[*_~&]/.test(url) ? `<${url}>` : url)
    done = match.index + url.length
  }
  return escaped + escapeText(word.slice(done))
}

/** A finished line. */
export function escapeLine(line: string): string {
  return line.replace(lineSigns, '\\$&').replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}

/** A URL as it stands in the brackets of a link; null where a comment may not lead there, or nobody can. */
export function linkTarget(url: string): string | null {
  const trimmed = url.trim()
  if (!/^(?:https?:\/\/[^/\\?#]|mailto:[^@?\s]+@)/i.test(trimmed) || !parseUrl(trimmed)) return null
  const { username, password } = new URL(trimmed)
  // `https://bank.example@evil.example` deceives.
  if (username || password) return null
  // Links are shown with their escapes read.
  if (hasForbiddenCharacters(unescaped(trimmed))) return null
  return trimmed.replace(/[\s<>()\\\p{Control}]/gu, encodeURIComponentStrictly).replace(/&(?=#?\w{1,32};)/g, '&amp;')
}

/** How often `sign` stands in a row at most. */
export function longestRun(text: string, sign: string): number {
  let longest = 0
  let run = 0
  for (const char of text) {
    run = char === sign ? run + 1 : 0
    longest = Math.max(longest, run)
  }
  return longest
}

function unescaped(url: string): string {
  return url.replace(/(?:%[\da-f]{2})+/gi, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString())
}

function encodeURIComponentStrictly(char: string): string {
  return encodeURIComponent(char).replace(/[()]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16)}`)
}
