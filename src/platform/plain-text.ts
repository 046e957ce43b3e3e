/** What every text that a person typed must keep to, and the one-line texts: names and titles. */

/**
 * Unicode's stream-safe format (UAX 15, D3) allows this many combining marks in a row. Real text stays far below; without a limit putting
 * 40,000 marks in their canonical order holds the process for a third of a second.
 */
const marksInARow = 30

/** NFC makes one character of at most this many UTF-16 units (U+16126, Unicode 16): a bound on the length that needs no NFC. */
const unitsBeforeComposing = 6

/** C0, C1 and DEL, but for tab, line feed and carriage return, which are white space and the callers' to replace. */
const controls = /[^\P{Control}\t\n\r]/u
const loneSurrogates = /\p{Surrogate}/u
/** Embeddings, overrides and isolates reorder what surrounds them: `gpj.exe` reads `exe.jpg`. Plain LRM, RLM and ALM do not, and stay. */
const bidiOverrides = /[\u202a-\u202e\u2066-\u2069]/u
const tooManyMarks = new RegExp(`\\p{Mark}{${marksInARow + 1}}`, 'u')
const excessMarks = new RegExp(`(\\p{Mark}{${marksInARow}})\\p{Mark}+`, 'gu')

/** One character that leaves ink: not white space, control, format, zero-width or a bare mark. U+2800 is braille without a dot. */
const ink = /[^\s\p{Control}\p{Format}\p{Mark}\p{Default_Ignorable_Code_Point}\u2800]/u

export type PlainText = { ok: true; value: string } | { ok: false; why: 'EMPTY' | 'TOO_LONG' | 'NOT_ALLOWED' }

/** A name or title as it is kept: NFC, white space collapsed to single spaces, 1 to `maximum` characters (code points), at least one visible. */
export function plainText(value: string, { maximum }: { maximum: number }): PlainText {
  if (isFarTooLong(value, maximum)) return { ok: false, why: 'TOO_LONG' }
  const line = value.replace(/\s+/g, ' ').trim()
  if (hasForbiddenCharacters(line)) return { ok: false, why: 'NOT_ALLOWED' }

  const composed = line.normalize('NFC')
  if (characters(composed) > maximum) return { ok: false, why: 'TOO_LONG' }
  return isVisible(composed) ? { ok: true, value: composed } : { ok: false, why: 'EMPTY' }
}

/** Control characters, lone surrogates, bidi overrides, or more combining marks in a row than any script needs. */
export function hasForbiddenCharacters(text: string): boolean {
  return controls.test(text) || loneSurrogates.test(text) || bidiOverrides.test(text) || tooManyMarks.test(text)
}

/** The text without what `hasForbiddenCharacters` finds, for what was written elsewhere and cannot be refused any more. */
export function withoutForbiddenCharacters(text: string): string {
  if (!hasForbiddenCharacters(text)) return text
  const allowed = text.replace(/[\u202a-\u202e\u2066-\u2069\p{Surrogate}]|[^\P{Control}\t\n\r]/gu, '')
  return allowed.replace(excessMarks, '$1')
}

/** False for a text that would show as nothing. */
export function isVisible(text: string): boolean {
  return ink.test(text)
}

/** True when not even NFC can bring the text down to `maximum` characters; costs nothing, so it is asked first. */
export function isFarTooLong(text: string, maximum: number): boolean {
  return text.length > maximum * unitsBeforeComposing
}

/** The length as people and other languages count it: code points, not UTF-16 units. */
export function characters(text: string): number {
  let surrogatePairs = 0
  for (let at = 0; at < text.length; at++) if (isHighSurrogate(text.charCodeAt(at))) surrogatePairs++
  return text.length - surrogatePairs
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}
