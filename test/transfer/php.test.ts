import { describe, expect, test } from '@jest/globals'
import { type PhpValue, unserialize } from '../../src/transfer/php.js'

describe('plain data', () => {
  test.each<[string, PhpValue]>([
    ['N;', null],
    ['b:1;', true],
    ['b:0;', false],
    ['i:-42;', -42],
    ['d:0.5;', 0.5],
    ['d:1.0E+25;', 1e25],
    ['d:-INF;', Number.NEGATIVE_INFINITY],
    ['d:NAN;', Number.NaN],
    ['s:0:"";', ''],
    ['s:4:"a";b";', 'a";b'],
    ['a:0:{}', new Map()],
    [
      'a:2:{i:0;s:1:"x";s:1:"k";a:1:{i:5;b:1;}}',
      new Map<string, PhpValue>([
        ['0', 'x'],
        ['k', new Map([['5', true]])],
      ]),
    ],
  ])('%s is read', (text, value) => {
    expect(unserialize(text)).toEqual({ ok: true, value })
  })

  test('the length of a string counts bytes', () => {
    expect(unserialize('s:9:"Łódź 🙂";')).toMatchObject({ ok: false })
    expect(unserialize('s:12:"Łódź 🙂";')).toEqual({ ok: true, value: 'Łódź 🙂' })
  })

  test('a key named like a property of every object is only a key', () => {
    expect(unserialize('a:1:{s:9:"__proto__";i:1;}')).toEqual({ ok: true, value: new Map([['__proto__', 1]]) })
  })
})

describe('anything else is refused with a reason', () => {
  const nested = (depth: number) => `${'a:1:{i:0;'.repeat(depth)}N;${'}'.repeat(depth)}`
  test.each([
    '',
    'i',
    'i:;',
    'i:5',
    'i:5;i:6;',
    'b:2;',
    's:3:"ab";',
    's:-1:"";',
    's:99999999:"a";',
    'a:2:{i:0;N;}',
    'a:1:{N;N;}',
    'a:1:{a:0:{}N;}',
    'a:999999999:{}',
    'O:8:"stdClass":0:{}',
    'C:1:"A":0:{}',
    'R:1;',
    'r:1;',
    nested(9),
    nested(5_000),
    `s:70000:"${'x'.repeat(70_000)}";`,
  ])('%.40s', (text) => {
    const result = unserialize(text)
    expect(result).toEqual({ ok: false, reason: expect.any(String) })
  })

  test('every prefix and every single changed sign of a value either reads or has a reason', () => {
    const whole = 'a:2:{s:4:"like";i:5;s:7:"dislike";d:0.5;}'
    const damaged = [...whole].flatMap((_, at) => [
      whole.slice(0, at),
      ...'9:;"{}a'.split('').map((sign) => whole.slice(0, at) + sign + whole.slice(at + 1)),
    ])
    for (const text of damaged) expect(typeof unserialize(text).ok).toBe('boolean')
    expect(unserialize(whole).ok).toBe(true)
  })
})
