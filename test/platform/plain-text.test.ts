/** Names and titles: one line, something to see, nothing that turns the rest around. */
import { describe, expect, test } from '@jest/globals'
import { characters, plainText } from '../../src/platform/plain-text.js'

const name = (value: string) => plainText(value, { maximum: 20 })

describe('a plain text', () => {
  test.each([
    ['is composed', 'Zoe\u0308', 'Zoë'],
    ['is one line with single spaces', ' a \r\n\t b\u00a0\u2028c ', 'a b c'],
    ['may be of any script', 'محمد رضا', 'محمد رضا'],
    ['may hold emoji and joiners', '👩‍💻 می‌خواهم', '👩‍💻 می‌خواهم'],
    ['is not markup, and not escaped either', '<b>&amp;', '<b>&amp;'],
    ['may be as long as the limit, in characters', '😀'.repeat(20), '😀'.repeat(20)],
    ['is measured after NFC', 'e\u0301'.repeat(20), 'é'.repeat(20)],
  ])('%s', (_, given, value) => {
    expect(name(given)).toEqual({ ok: true, value })
  })

  test.each([
    ['nothing', '', 'EMPTY'],
    ['white space', ' \n\u3000', 'EMPTY'],
    ['zero-width characters only', '\u200b\u200c\u200d\u2060\ufeff', 'EMPTY'],
    ['invisible letters', '\u3164\uffa0\u2800', 'EMPTY'],
    ['marks only', '\u0301', 'EMPTY'],
    ['one character too many', 'a'.repeat(21), 'TOO_LONG'],
    ['far too many', 'a'.repeat(1_000_000), 'TOO_LONG'],
    ['a null byte', 'a\u0000', 'NOT_ALLOWED'],
    ['a control character', 'a\u0007b', 'NOT_ALLOWED'],
    ['a C1 control', 'a\u009bb', 'NOT_ALLOWED'],
    ['an override', 'a\u202eb', 'NOT_ALLOWED'],
    ['an isolate', '\u2068a\u2069', 'NOT_ALLOWED'],
    ['half a character', 'a\ud800', 'NOT_ALLOWED'],
    ['a tower of marks', `a${'\u0301'.repeat(31)}`, 'NOT_ALLOWED'],
  ])('%s is refused', (_, given, why) => {
    expect(name(given)).toEqual({ ok: false, why })
  })

  test('is left alone the second time', () => {
    const once = name('  Ana\u0301  Ｂ ')
    expect(once.ok && name(once.value)).toEqual(once)
  })
})

test('characters are code points', () => {
  expect(characters('aé😀')).toBe(3)
})
