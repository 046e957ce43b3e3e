/** Names and titles from elsewhere, which cannot be refused any more: made into what they may be here. */
import { plainText, withoutForbiddenCharacters } from '../platform/plain-text.js'

/** The text as one line of at most `maximum` characters; null where nothing of it can be seen. `changed` where anything but white space was left out. */
export function oneLine(text: string, maximum: number): { value: string | null; changed: boolean } {
  const whole = plainText(text, { maximum })
  if (whole.ok) return { value: whole.value, changed: false }
  const allowed = withoutForbiddenCharacters(text).replace(/\s+/g, ' ').trim().normalize('NFC')
  const cut = plainText(Array.from(allowed).slice(0, maximum).join(''), { maximum })
  return { value: cut.ok ? cut.value : null, changed: whole.why !== 'EMPTY' }
}
