/** Which names are one to the eye, and which are not. */
import { describe, expect, test } from '@jest/globals'
import { asLatin, lookAlikes } from '../../src/identity/look-alikes.js'
import { foldName } from '../../src/identity/names.js'
import { claimsRole, roleWords } from '../../src/identity/role-words.js'

describe('names that look alike', () => {
  test.each([
    ['letter case', 'Alice', 'aLICE'],
    ['accents', 'Zoë Müller', 'Zoe Muller'],
    ['decomposed accents', 'Zoe\u0308', 'Zoë'],
    ['spaces and punctuation', 'Jo Anne-Marie', 'J.o_anne marie'],
    ['zero-width characters', 'Al\u200bi\u200dc\ufeffe', 'Alice'],
    ['soft hyphens and invisible fillers', 'Al\u00adi\u3164ce', 'Alice'],
    ['variation selectors', 'Alice\ufe0f', 'Alice'],
    ['full width', 'Ａｌｉｃｅ', 'Alice'],
    ['mathematical letters', '𝐀𝓵𝕚𝖈𝚎', 'Alice'],
    ['circled and boxed letters', 'Ⓐ🅻🄸🅒🅴', 'Alice'],
    ['roman numerals', 'Aⅼⅰⅽe', 'Alice'],
    ['Cyrillic letters', 'Аliсе', 'Alice'],
    ['Cyrillic all through', 'Раѕсаӏ', 'Pascal'],
    ['Cyrillic capitals', 'ВАННЕТ', 'BAHHET'],
    ['Greek letters', 'Oliνer', 'Oliver'],
    ['Greek capitals among Latin letters', 'ΝICK', 'NICK'],
    ['Greek capitals all through', 'ΚΑΤΕ', 'KATE'],
    ['a Greek letter that NFKC would change', 'Aliϲe', 'Alice'],
    ['Cherokee letters', 'ᎪᏞᎥᏟᎬ', 'ALICE'],
    ['Lisu letters', 'ꓮꓡꓲꓚꓰ', 'ALICE'],
    ['Armenian letters', 'Sսsan', 'Susan'],
    ['small capitals', 'ᴀʟɪᴄᴇ', 'alice'],
    ['struck letters', 'Łuκas Søren', 'Lukas Soren'],
    ['capital i for small l', 'AIice', 'Alice'],
    ['one for l', 'A1ice', 'Alice'],
    ['a bar for l', 'A|ice', 'Alice'],
    ['zero for o', 'R0bert', 'Robert'],
    ['digits read as letters', '4d4m 5t3v3', 'Adam Steve'],
    ['signs read as letters', 'M@x $am T!m', 'Max Sam Tim'],
    ['r and n for m', 'Tirn', 'Tim'],
    ['two v for w', 'vvill', 'Will'],
    ['ligatures', 'Ægir ﬁnn', 'Aegir finn'],
    ['sharp s', 'Weiß', 'WEISS'],
    ['a badge in the name', 'Alice ✓', 'Alice'],
    ['an emoji', '⭐️ Alice ⭐️', 'Alice'],
    ['a flag', 'Alice 🇩🇪', 'Alice'],
    ['a sign before or after', '@alice', 'Alice!'],
    ['dotless and dotted i', 'ALİCE', 'alıce'],
    ['Persian and Arabic letters', 'علی كريم', 'علي کریم'],
    ['Arabic vowel signs and lengthening', 'مُحَمَّد', 'محـمد'],
    ['the cases of a Greek name', 'ΝΊΚΗ ΜΥΡΤΏΣ', 'Νίκη Μυρτώς'],
    ['the cases of a Cyrillic name', 'НИНА ЗЕМЛЯНАЯ', 'Нина Земляная'],
    ['accents in Cyrillic', 'Семён Чайка', 'Семен Чаика'],
  ])('%s', (_, one, other) => {
    expect(foldName(one)).toBe(foldName(other))
  })
})

describe('names that do not', () => {
  test.each([
    ['other letters', 'Alice', 'Alicia'],
    ['other digits', 'Anna 1990', 'Anna 1998'],
    ['kana with and without voicing', 'かな', 'がな'],
    ['vowel signs that carry the name', 'राम', 'रामी'],
    ['names in Han', '王伟', '王芳'],
    ['names in Hangul', '김민수', '김민서'],
    ['Cyrillic names', 'Иван', 'Илья'],
    ['names of signs only', '???', '---'],
    ['names of emoji only', '🐱', '🐶'],
  ])('%s', (_, one, other) => {
    expect(foldName(one)).not.toBe(foldName(other))
  })
})

describe('folding', () => {
  // Every character but the hundred thousand ideographs and syllables, which have neither case nor look-alikes here.
  const everything = Array.from({ length: 0x20000 }, (_, code) =>
    code >= 0xd800 && code < 0xe000 ? '' : String.fromCodePoint(code),
  ).filter((character) => /[^\p{Script=Han}\p{Script=Hangul}\p{Script=Tangut}\p{Unassigned}\p{Private_Use}]/u.test(character))

  test('gives nothing only for names that cannot be seen', () => {
    expect(foldName('\u200b\u3164')).toBe('')
    expect(foldName('…')).not.toBe('')
  })

  test('leaves names of other scripts as they are written', () => {
    for (const name of ['김민수', 'がな', '王伟', 'דוד', 'राम']) expect(foldName(name)).toBe(name)
  })

  test('twice changes nothing, whatever the character', () => {
    const changed = everything.filter((character) => foldName(foldName(`a${character}b`)) !== foldName(`a${character}b`))
    expect(changed).toEqual([])
    const alone = everything.filter((character) => foldName(foldName(character)) !== foldName(character))
    expect(alone).toEqual([])
  })

  test('is the same for both cases of every letter', () => {
    // But for the ancient Greek iota below a letter, which becomes a letter of its own among capitals.
    const cased = everything.filter((letter) => !letter.normalize('NFD').includes('\u0345'))
    const differing = cased.filter((letter) => foldName(letter.toUpperCase()) !== foldName(letter.toLowerCase()))
    expect(differing).toEqual([])
  })

  test('knows each look-alike once, and replaces it by letters that stay', () => {
    const listed = Object.values(lookAlikes).flatMap((characters) => Array.from(characters))
    expect(listed.filter((character, at) => listed.indexOf(character) !== at)).toEqual([])
    for (const [letter, characters] of Object.entries(lookAlikes)) {
      expect(asLatin(letter)).toBe(letter)
      for (const character of characters)
        expect({ character, folded: foldName(`x${character}x`) }).toEqual({ character, folded: `x${letter}x` })
    }
  })
})

describe('a name claims a role', () => {
  const words = Object.entries(roleWords).flatMap(([locale, list]) => list.split(' ').map((word) => [locale, word]))
  test.each(words)('(%s) as %s, whatever its case, accents and surroundings', (_locale, word = '') => {
    for (const name of [word, word.toUpperCase(), word.normalize('NFD'), `★ ${word} ★`, `Anna (${word})`, `${word}1`, `die-${word}`])
      expect({ name, claims: claimsRole(name) }).toEqual({ name, claims: true })
  })

  test.each([
    'Editorial team',
    'The Newsroom',
    'Site Owner',
    'Official Support',
    'SupportTeam',
    '🅰🅳🅼🅸🅽',
    '🅰\ufe0f🅳\ufe0f🅼\ufe0f🅸\ufe0f🅽\ufe0f',
    '🅐🅓🅜🅘🅝',
    '🄰🄳🄼🄸🄽 Anna',
    'Ⓔⓓⓘⓣⓞⓡ',
    '🇲 🇴 🇩 🇪 🇷 🇦 🇹 🇴 🇷',
    '🇦🇩🇲🇮🇳',
  ])('as %s', (name) => {
    expect(claimsRole(name)).toBe(true)
  })

  const harmless = ['Adam Minister', 'Editha', 'Supporter of Ajax', 'Owen Downer', 'Stafford', 'Anna 🇪🇸', 'Officer Krupke', '🅰nna', '🅰🅱']
  test.each(harmless)('but not as %s', (name) => {
    expect(claimsRole(name)).toBe(false)
  })

  test.each(['Anna', 'Mo Dale', 'Modigliani', 'Badminton', 'Moderato', 'Adm. Ines', '王伟', '???', '42', ''])('but not as %s', (name) => {
    expect(claimsRole(name)).toBe(false)
  })
})
