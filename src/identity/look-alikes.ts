/** Characters that pass for a Latin letter: what `foldName` takes for the same. */

/**
 * By the letter they pass for; the other case is added where it is not listed. An own selection, drawn from the relation that Unicode's
 * UTS 39 (confusables.txt) calls confusable: the letters of Cyrillic, Greek, Armenian, Cherokee and Lisu that copy a Latin one, small
 * capitals, struck and bent Latin letters, and the digits and signs that are read as letters (4 as a). `I`, `l`, `1` and `|` are one shape
 * in many fonts, `0` and `O` too. Left out: what NFKD folds already (full width, mathematical, circled, roman numerals), pairs that no font
 * confuses, and letters of scripts that nobody reads as Latin. Of Arabic, the two letters that Persian has its own code points for.
 */
export const lookAlikes: Readonly<Record<string, string>> = {
  a: 'АΑαɑᴀᎪꓮ4Ⱥ',
  ae: 'ÆӔᴁ',
  b: 'ВЬΒβʙᏴꓐ8ɓƄɃ',
  c: 'СϹᴄᏟꓚȻ',
  d: 'ԀᴅᎠꓓĐÐɖɗ',
  e: 'ЕЄΕεᴇᎬꓰ3ЗҽɛəɘɆ€',
  f: 'ƒҒꜰꓝϜ',
  g: 'ԌɡɢᏀꓖ9ցɠǤ',
  h: 'НҺΗʜᎻꓧհĦɦԦ',
  i: 'ІΙɩɪıᎥᏆꓲ1l|ӀŁʟᏞꓡլɨɫȽ',
  j: 'ЈᴊᎫꓙյɈϳ',
  k: 'КΚκᴋᏦꓗҚҜҞƙ',
  m: 'МΜᴍᎷꓟ',
  n: 'ПΝηɴꓠոռŊɲƞ',
  o: 'ОΟοσΘθᴏꓳ0օØƟѲӨ',
  oe: 'Œɶ',
  p: 'РΡρᴘᏢꓑÞϷƥ',
  q: 'ԚզɊ',
  r: 'ГʀᎡᏒꓣɌɼ',
  s: 'ЅꜱᏚꓢ5$ʂƽ',
  ss: 'ß',
  t: 'ТΤτᴛᎢꓔ7ŦƫƭҬ',
  u: 'ՍυμᴜꓴɄʋ',
  v: 'ѴνᴠᏙꓦ',
  w: 'ԜωᴡᎳᏔꓪաѠШ',
  x: 'ХΧχꓫҲ',
  y: 'УҮΥγʏᎩꓬɎƴ',
  z: 'ΖᴢᏃꓜʐƵ',
  ي: 'یى',
  ك: 'ک',
}

/** Where the white letters on discs and on boxes begin: NFKD does not know these two alphabets. */
const alphabets = [0x1f150, 0x1f170]

/** Where the letters begin that make flags in pairs; alone, and on some systems always, they are drawn as letters. */
const flagLetters = 0x1f1e6

const byCharacter = new Map(pairs())

/** Letters on discs and boxes, and those that flags are made of, as plain capitals. */
export function unboxed(text: string): string {
  return text.replace(/[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}\u{1f1e6}-\u{1f1ff}]/gu, (boxed) => {
    const code = boxed.codePointAt(0) ?? 0
    const first = [...alphabets, flagLetters].findLast((each) => each <= code) ?? code
    return String.fromCodePoint(0x41 + code - first)
  })
}

/** Every character that passes for a Latin letter replaced by that letter, in small. */
export function asLatin(text: string): string {
  return Array.from(text, (character) => byCharacter.get(character) ?? character).join('')
}

/** Listed last wins: a case that is only added must not replace what is listed for it elsewhere (`η` reads as n, `Η` as h). */
function pairs(): (readonly [character: string, letter: string])[] {
  const listed = Object.entries(lookAlikes).flatMap(([letter, characters]) =>
    Array.from(characters, (character) => [character, letter] as const),
  )
  const added = listed.flatMap(([character, letter]) => [
    [character.toLowerCase(), letter] as const,
    [character.toUpperCase(), letter] as const,
  ])
  const boxed = alphabets.flatMap((first) =>
    Array.from('abcdefghijklmnopqrstuvwxyz', (letter, at) => [String.fromCodePoint(first + at), letter === 'l' ? 'i' : letter] as const),
  )
  return [...boxed, ...added, ...listed]
}
