/** Which URLs and origins are a site's. */
import { describe, expect, test } from '@jest/globals'
import { hostName, originFor, originOf, placeOf, placesOf } from '../../src/sites/origins.js'
import { faultOfOrigin } from '../../src/sites/rules.js'

describe('origins', () => {
  test('are what a browser sends', () => {
    expect(originOf('HTTP://A.Example.:80/b?c#d')).toBe('http://a.example')
    expect(originOf('https://a.example:8443/b')).toBe('https://a.example:8443')
    expect(originOf('http://[::1]:3000')).toBe('http://[::1]:3000')
  })

  const cases: [string, string, string[], boolean][] = [
    ['the same', 'https://a.example/b', ['https://b.example', 'https://a.example'], true],
    ['another scheme', 'http://a.example/b', ['https://a.example'], true],
    ['default ports written out', 'http://a.example:80/b', ['https://a.example:443'], true],
    ['an alias', 'https://m.a.example/b', ['https://a.example'], true],
    ['an origin that is an alias', 'https://a.example/b', ['https://m.a.example/'], true],
    ['an alias of the alias', 'https://n.a.example/b', ['https://m.a.example'], true],
    ['an alias with another port', 'https://m.a.example:81/b', ['https://a.example'], false],
    ['the same port', 'http://localhost:3000/b', ['http://localhost:3000'], true],
    ['another port', 'http://localhost:3001/b', ['http://localhost:3000'], false],
    ['letter case, and a dot at the end', 'https://A.EXAMPLE./b', ['https://a.example'], true],
    ['another host', 'https://b.example/', ['https://a.example'], false],
    ['a host below it', 'https://b.a.example/', ['https://a.example'], false],
    ['a host that begins like it', 'https://a.example.thief.example/', ['https://a.example'], false],
    ['a host that ends like it', 'https://thiefa.example/', ['https://a.example'], false],
    ['a name before the host', 'https://a.example@thief.example/', ['https://a.example'], false],
    ['no origins', 'https://a.example/', [], false],
    ['origins that are none', 'https://a.example/', ['a.example', '*', '', 'null'], false],
  ]
  const aliases = { 'm.a.example': 'a.example', 'N.a.example.': 'm.a.example' }

  test.each(cases)('%s', (_, url, origins, belongs) => {
    expect(originFor(url, origins, aliases) !== null).toBe(belongs)
  })

  test.each(cases)('%s, by the list of all places', (_, url, origins, belongs) => {
    expect(placesOf(origins, aliases).includes(placeOf(url) ?? '')).toBe(belongs)
  })

  test('list the places of all hosts that stand for theirs, also in a circle', () => {
    const circle = { 'a.example': 'b.example', 'b.example': 'c.example', 'c.example': 'a.example', 'd.example': 'e.example' }
    expect(placesOf(['https://b.example', 'http://b.example:81'], circle).sort()).toEqual(
      ['a', 'b', 'c'].flatMap((name) => [`${name}.example`, `${name}.example:81`]),
    )
  })
})

test('a host in its own script is read however often hosts were read before', () => {
  for (let n = 0; n < 100_000; n++) placeOf(`https://a.example/${n}`)
  expect(placeOf('https://bücher.example/b')).toBe('xn--bcher-kva.example')
})

describe('a text that is to be an origin', () => {
  test.each(['https://a.example', 'HTTP://A.example:80/', ' https://bücher.example ', 'http://[::1]:3000', 'http://localhost:3000'])(
    'may be %j',
    (text) => {
      expect(faultOfOrigin(text)).toBeNull()
    },
  )

  test.each([
    ['https://*.a.example', /wildcard/],
    ['*', /wildcard/],
    ['https://a.example/*', /wildcard/],
    ['https://a.example/news', /more than an origin: "https:\/\/a\.example" would be one/],
    ['https://a.example:8443/?', /more than an origin: "https:\/\/a\.example:8443" would be one/],
    ['https://a.example?b=c', /more than an origin/],
    ['https://a.example#b', /more than an origin/],
    ['https://me@a.example', /user or password/],
    ['https://me:secret@a.example/', /user or password/],
    ['ftp://a.example', /not an origin such as/],
    ['a.example', /not an origin such as/],
    ['null', /not an origin such as/],
    ['', /not an origin such as/],
    [`https://${'a'.repeat(3000)}.example`, /not an origin such as/],
  ])('may not be %j', (text, fault) => {
    expect(faultOfOrigin(text)).toMatch(fault)
    expect(faultOfOrigin(text)?.length).toBeLessThan(400)
  })
})

test('a host’s name is a name alone', () => {
  expect(['M.a.example', 'bücher.example', 'localhost', 'a.example.'].map(hostName)).toEqual([
    'm.a.example',
    'xn--bcher-kva.example',
    'localhost',
    'a.example',
  ])
  for (const text of [
    '',
    'a b',
    'https://a.example',
    'a.example:80',
    'a.example/',
    'me@a.example',
    'a.example?',
    'a..example',
    '*.a.example',
  ])
    expect({ text, name: hostName(text) }).toEqual({ text, name: null })
})
