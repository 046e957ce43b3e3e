/** A comment's words: what a person typed, Markdown, becomes HTML that any page can show as it is. */
import MarkdownIt from 'markdown-it'
import sanitizeHtml from 'sanitize-html'
import { characters, hasForbiddenCharacters, isFarTooLong, isVisible } from '../platform/plain-text.js'
import { parseUrl } from '../platform/url.js'
import { TextEmpty, TextNotAllowed, TextTooLong } from './errors.js'

/** Enough for an essay of 800 words; more is an article of its own. */
export const defaultTextLength = 5_000

/** The worst text of this length holds the process for some tens of milliseconds, and that grows with the length: no site may go further. */
export const longestText = 10_000

/** Deeper quotes and lists are shown at this depth: no screen can indent them further, and browsers are slow with very deep trees. */
const deepestNesting = 12

/** Beyond this depth markdown-it drops words; the parser's time grows with it. */
const deepestParsed = 100

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: deepestParsed })
markdown.disable(['image', 'html_block', 'html_inline', 'table', 'heading', 'lheading', 'hr', 'reference'])
// A bare `example.com` or `a@example.com` stays text: a link is made only of what was written as one.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
markdown.validateLink = isLink

const allowed: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'],
  allowedAttributes: { a: ['href', 'rel'], ol: ['start'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nestingLimit: deepestNesting,
  transformTags: { a: safeAnchor, ol: numberedFrom },
}

const graphemes = new Intl.Segmenter()
const entities = { lt: '<', gt: '>', quot: '"', amp: '&' }

/**
 * Makes a comment's text into HTML. `source` comes back as it is kept: NFC, lines ended by LF, trimmed. `maximum` is in characters (code
 * points, after NFC) and never more than `longestText`; the length is looked at before anything that costs time.
 * Throws TextEmpty, TextTooLong, TextNotAllowed.
 */
export function renderText(source: string, maximum: number = defaultTextLength): { source: string; html: string } {
  const text = normalize(source, Math.min(maximum, longestText))
  const html = sanitize(markdown.render(text))
  // Once more, because Markdown can write any character as an entity: `&#x202E;`.
  if (hasForbiddenCharacters(html)) throw new TextNotAllowed()
  if (!isVisible(toPlain(html))) throw new TextEmpty()
  return { source: text, html }
}

/** Reduces any HTML to what a comment may contain, whoever wrote it; what it does not know is left out, its text stays. */
export function sanitize(html: string): string {
  return sanitizeHtml(html, allowed).trim()
}

/**
 * The beginning of a comment's HTML (as `renderText` made it) as one line of plain text, at most `length` UTF-16 units, ended by `…` where
 * something was cut. It is text, not HTML: escape it where it is shown.
 */
export function excerpt(html: string, length: number): string {
  const text = toPlain(html).replace(/\s+/g, ' ').trim()
  if (text.length <= length) return text

  let end = 0
  for (const { index, segment } of graphemes.segment(text)) {
    if (index + segment.length >= length) break
    end = index + segment.length
  }
  const cut = text.slice(0, end)
  const lastSpace = text[end] === ' ' ? end : cut.lastIndexOf(' ')
  // Back to the last whole word, unless that would give away more than half.
  return `${(lastSpace > length / 2 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`
}

function normalize(source: string, maximum: number): string {
  if (isFarTooLong(source, maximum)) throw new TextTooLong(maximum)
  const lines = source.replace(/\r\n?|[\u2028\u2029]/g, '\n').trim()
  if (hasForbiddenCharacters(lines)) throw new TextNotAllowed()

  const text = lines.normalize('NFC')
  if (characters(text) > maximum) throw new TextTooLong(maximum)
  return text
}

/**
 * An absolute http or https URL, or a mail address. Everything else would be relative to the page that shows the comment, or run there.
 * `https://bank.example@evil.example` is refused too: what stands before the @ only ever deceives.
 */
function isLink(url: string): boolean {
  if (/^mailto:[^@?\s]+@[^@?\s]+/i.test(url)) return !hasForbiddenCharacters(markdown.normalizeLinkText(url))
  if (!/^https?:\/\/[^/\\?#]/i.test(url) || !parseUrl(url)) return false
  const { username, password } = new URL(url)
  // A link is shown with its percent escapes read: where they hide what no text may have, it stays as it was written.
  return username === '' && password === '' && !hasForbiddenCharacters(markdown.normalizeLinkText(url))
}

/** A link that leads nowhere loses its tag and keeps its words: a tag that is not allowed is left out. */
function safeAnchor(_tag: string, { href = '' }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  return isLink(href) ? { tagName: 'a', attribs: { href, rel: 'nofollow ugc noopener' } } : { tagName: 'not-a-link', attribs: {} }
}

function numberedFrom(_tag: string, { start = '' }: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  return { tagName: 'ol', attribs: /^\d{1,9}$/.test(start) ? { start } : {} }
}

/** From sanitized HTML only: every `<` is a tag there, and only these four entities occur. */
function toPlain(html: string): string {
  const words = html.replace(/<br \/>|<\/(?:p|li|pre|blockquote|ul|ol)>/g, '\n').replace(/<[^>]*>/g, '')
  return words.replace(/&(lt|gt|quot|amp);/g, (_, name: keyof typeof entities) => entities[name])
}
