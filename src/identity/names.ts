/** When two names are one to the eye. */
import { asLatin } from './look-alikes.js'

/** What is written above, below or through Latin, Greek and Cyrillic letters: blocks of combining marks, and nothing else in them. */
const accents = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g
/** Hebrew points and Arabic vowel signs, which may be written or left out. */
const vowelSigns = /(?:[\u0591-\u05bd]|\u05bf|\u05c1|\u05c2|\u05c7|[\u064b-\u0652]|\u0670)/g
/** Drawn as nothing, or as a longer line between two Arabic letters. */
const unseen = /[\p{Default_Ignorable_Code_Point}\u0640]/gu
const decoration = /[^\p{Letter}\p{Number}\p{Mark}]/gu
const onlyGreek = /^[\p{Script=Greek}\P{Letter}]*$/u

/**
 * A name as look-alike names are compared: two names that fold alike must not be two people where it matters who speaks. Case, width,
 * accents, spaces, punctuation, emoji and whatever cannot be seen are dropped, characters that pass for a Latin letter become that letter
 * (`look-alikes.ts`), and `rn` is `m`, `vv` is `w`. For comparing only, never for showing: `Аlice ✓`, `a.l.i.c.e` and `Álice` are all `aiice`.
 * Letters that pass for nothing stay, so that names in other scripts remain different. Folding twice changes nothing.
 */
export function foldName(name: string): string {
  // ϲ is drawn as c, and NFKD makes it a sigma.
  const plain = name.replace(/[ϲϹ]/g, 'c').normalize('NFKD').replace(accents, '').replace(vowelSigns, '').replace(unseen, '')
  // Between letters these two are letters; before and after a name they decorate it.
  const read = plain.replace(/(?<=[\p{Letter}\p{Number}])@/gu, 'a').replace(/!(?=[\p{Letter}\p{Number}])/gu, 'i')
  // Among Latin letters `ν` is put for v. In a Greek name it is the small Ν, and both cases have to fold alike.
  const shaped = asLatin(onlyGreek.test(read) ? read.toUpperCase() : read)
  // By way of the capitals, because some letters have several small ones.
  const latin = asLatin(shaped.toUpperCase().toLowerCase())

  const letters = latin.replace(decoration, '').replaceAll('rn', 'm').replaceAll('vv', 'w')
  // A name of signs only has nothing but its signs.
  return (letters === '' ? plain.toLowerCase() : letters).normalize('NFC')
}
