/** Which URLs are one article, and what readers are shown of them. */
import { describe, expect, test } from '@jest/globals'
import { type AddressRule, canonicalUrl, defaultAddressRule, linkUrl, trackingParameters } from '../../src/articles/address.js'
import { longestUrl, originFor, originOf } from '../../src/sites/origins.js'

const canonical = (url: string, rule: Partial<AddressRule> = {}) => canonicalUrl(url, { ...defaultAddressRule, ...rule })

describe('one article', () => {
  test.each([
    ['http and https', 'http://a.example/b', 'https://a.example/b'],
    ['a trailing slash', 'https://a.example/b/', 'https://a.example/b'],
    ['several of them', 'https://a.example/b///', 'https://a.example/b'],
    ['the front page with and without', 'https://a.example/', 'https://a.example'],
    ['a slash before the query', 'https://a.example/b/?c=1', 'https://a.example/b?c=1'],
    ['the default port of http', 'http://a.example:80/b', 'https://a.example/b'],
    ['the default port of https', 'https://a.example:443/b', 'https://a.example/b'],
    ['the default port of the other scheme', 'http://a.example:443/b', 'https://a.example/b'],
    ['letter case of scheme and host', 'HTTPS://A.Example/b', 'https://a.example/b'],
    ['the dot at the end of a host', 'https://a.example./b', 'https://a.example/b'],
    ['a host in its own script', 'https://BÜCHER.example/b', 'https://xn--bcher-kva.example/b'],
    ['an address in another spelling', 'http://0x7f.1/b', 'https://127.0.0.1/b'],
    ['a longer IPv6 address', 'https://[0:0::1]/b', 'https://[::1]/b'],
    ['an escaped host', 'https://%61.example/b', 'https://a.example/b'],
    ['letter case of escapes', 'https://a.example/%c3%a9', 'https://a.example/%C3%A9'],
    ['a path in its own script', 'https://a.example/é', 'https://a.example/%C3%A9'],
    ['needless escapes', 'https://a.example/%41%7e%2D%5f%2e%28b%29', 'https://a.example/A~-_.(b)'],
    ['missing escapes', 'https://a.example/a b|[c]^`{}"<>', 'https://a.example/a%20b%7C%5Bc%5D%5E%60%7B%7D%22%3C%3E'],
    ['a lonely percent sign', 'https://a.example/100%', 'https://a.example/100%25'],
    ['dot segments', 'https://a.example/b/./c/../d', 'https://a.example/b/d'],
    ['escaped dot segments', 'https://a.example/b/%2e/c/%2E%2e/d', 'https://a.example/b/d'],
    ['more dots than there are folders', 'https://a.example/../../b', 'https://a.example/b'],
    ['backslashes', 'https://a.example\\b\\c', 'https://a.example/b/c'],
    ['the fragment', 'https://a.example/b#comment-1', 'https://a.example/b'],
    ['an empty query', 'https://a.example/b?', 'https://a.example/b'],
    ['empty parameters', 'https://a.example/b?&&c=1&=&', 'https://a.example/b?c=1'],
    ['the order of parameters', 'https://a.example/b?d=2&c=1', 'https://a.example/b?c=1&d=2'],
    ['a parameter without a value', 'https://a.example/b?c=', 'https://a.example/b?c'],
    ['a space as plus', 'https://a.example/b?c=d+e', 'https://a.example/b?c=d%20e'],
    ['escapes in parameters', 'https://a.example/?u=http://b/?c=d;e', 'https://a.example/?u=http%3A%2F%2Fb%2F%3Fc%3Dd%3Be'],
    ['escapes in names', 'https://a.example/b?c[]=1', 'https://a.example/b?c%5B%5D=1'],
    ['tracking parameters', 'https://a.example/b?utm_source=x&UTM_Medium=y&fbclid=z&c=1&gclid=', 'https://a.example/b?c=1'],
    ['nothing but tracking parameters', 'https://a.example/b/?utm_source=x#top', 'https://a.example/b'],
    ['an escaped tracking parameter', 'https://a.example/b?%75tm_source=x', 'https://a.example/b'],
    ['white space around it', ' https://a.example/b\n', 'https://a.example/b'],
  ])('%s', (_, one, other) => {
    expect(canonical(one)).not.toBeNull()
    expect(canonical(one)).toBe(canonical(other))
  })

  test('every tracking parameter of the list is dropped', () => {
    for (const name of trackingParameters)
      expect(canonical(`https://a.example/b?${name.replace('*', 'x').toUpperCase()}=1`)).toBe('https://a.example/b')
  })
})

describe('two articles', () => {
  test.each([
    ['letter case of the path', 'https://a.example/B', 'https://a.example/b'],
    ['a slash and an escaped slash', 'https://a.example/b%2Fc', 'https://a.example/b/c'],
    ['an escaped slash at the end', 'https://a.example/b%2f', 'https://a.example/b'],
    ['an escape of an escape', 'https://a.example/%2541', 'https://a.example/A'],
    ['an escaped question mark', 'https://a.example/b%3Fc=1', 'https://a.example/b?c=1'],
    ['an empty segment', 'https://a.example/b//c', 'https://a.example/b/c'],
    ['an empty first segment', 'https://a.example//b', 'https://a.example/b'],
    ['plus and space in the path', 'https://a.example/b+c', 'https://a.example/b%20c'],
    ['plus and its escape in a parameter', 'https://a.example/?b=c+d', 'https://a.example/?b=c%2Bd'],
    ['a parameter of the path', 'https://a.example/b;c=1', 'https://a.example/b'],
    ['another port', 'https://a.example:8080/b', 'https://a.example/b'],
    ['www', 'https://www.a.example/b', 'https://a.example/b'],
    ['the order within a list', 'https://a.example/?b=1&b=2', 'https://a.example/?b=2&b=1'],
    ['letter case of parameters', 'https://a.example/?b=C', 'https://a.example/?b=c'],
    ['parameters that only look like tracking', 'https://a.example/?utmost=1&ref=2', 'https://a.example/'],
    ['an escaped ampersand', 'https://a.example/?b=c%26d=e', 'https://a.example/?b=c&d=e'],
    ['a semicolon and an ampersand', 'https://a.example/?b=c;d=e', 'https://a.example/?b=c&d=e'],
  ])('%s', (_, one, other) => {
    expect(canonical(one)).not.toBeNull()
    expect(canonical(one)).not.toBe(canonical(other))
  })
})

describe('what a site adds', () => {
  test('aliases of hosts, in any spelling and through several steps', () => {
    const hostAliases = { 'WWW.a.example.': 'a.example', 'old.example': 'www.a.example', 'bücher.example': 'a.example' }
    for (const host of ['a.example', 'www.a.example', 'Old.Example', 'xn--bcher-kva.example.']) {
      expect(canonical(`http://${host}/b`, { hostAliases })).toBe('https://a.example/b')
    }
    expect(canonical('https://www.a.example:8080/', { hostAliases })).toBe('https://a.example:8080')
  })

  test('aliases in a circle agree on one host', () => {
    const hostAliases = { 'b.example': 'c.example', 'c.example': 'a.example', 'a.example': 'b.example', 'd.example': 'c.example' }
    for (const host of 'abcd') expect(canonical(`https://${host}.example`, { hostAliases })).toBe('https://a.example')
  })

  test('a host that is named like a part of every object has no alias', () => {
    for (const host of ['constructor', '__proto__', 'tostring']) expect(canonical(`https://${host}/`)).toBe(`https://${host}`)
  })

  test('the only parameters that matter, even if they are known for tracking', () => {
    const rule = { meaningfulParameters: ['p', 'c[]', 'utm_id'] }
    expect(canonical('https://a.example/?utm_source=1&p=2&x=3&utm_id=4&c%5b%5d=5&P=6', rule)).toBe(
      'https://a.example?c%5B%5D=5&p=2&utm_id=4',
    )
    expect(canonical('https://a.example/b?p=2', { meaningfulParameters: [] })).toBe('https://a.example/b')
  })

  test('more tracking parameters', () => {
    expect(canonical('https://a.example/b?Ref=1&from_mail=2&from=3&x[]=4', { extraTracking: ['ref', 'From_*', 'X[]'] })).toBe(
      'https://a.example/b?from=3',
    )
  })
})

describe('what is no article', () => {
  test.each([
    ...[
      '',
      'a.example/b',
      '/b',
      '//a.example/b',
      'javascript:alert(1)',
      'ftp://a.example/b',
      'file:///b',
      'data:text/html,b',
      'mailto:a@b.example',
    ],
    ...[
      'https://',
      'https:///b',
      'https:a.example',
      'https:\\\\a.example',
      'https://?b',
      'https://a b/',
      'https://a.example:99999/',
      'https://[::1/',
    ],
    ...[
      'https://me@a.example/',
      'https://me:secret@a.example/',
      'https://./',
      'https://.a.example/',
      'https://a..example/',
      'https://0x7f.1../',
    ],
    ...[
      'https://a.example/\u0000',
      'https://a.exa\nmple/',
      'https://xn--/',
      'https://a".example/',
      'https://a;b.example/',
      'blob:https://a.example/b',
      'null',
    ],
  ])('%j', (url) => {
    expect(canonical(url)).toBeNull()
    expect(originOf(url)).toBeNull()
    expect(originFor(url, [url, 'https://a.example'], {})).toBeNull()
    expect(linkUrl(url, [url, 'https://a.example'], defaultAddressRule)).toBeNull()
  })

  test('a URL that is too long, before or after', () => {
    const longest = `https://a.example/${'b'.repeat(longestUrl - 18)}`
    expect(canonical(longest)).toBe(longest)
    expect(canonical(`${longest}b`)).toBeNull()
    expect(canonical(`https://a.example/${'ü'.repeat(longestUrl / 4)}`)).toBeNull()
  })
})

describe('a link', () => {
  const origins = ['https://a.example', 'https://b.example', 'http://b.example', 'https://c.example:8443']
  const link = (url: string, rule: Partial<AddressRule> = {}) => linkUrl(url, origins, { ...defaultAddressRule, ...rule })

  test.each([
    ['is the URL itself', 'https://a.example/B/c%2fd/?y=1&x=%C3%BC', 'https://a.example/B/c%2fd/?y=1&x=%C3%BC'],
    ['has no fragment', 'https://a.example/b#:~:text=x', 'https://a.example/b'],
    [
      'has no tracking parameters, and the others as they were',
      'https://a.example/b?z&utm_id=1&c=%2F+x&&UTM_ID=2&a=',
      'https://a.example/b?z&c=%2F+x&a=',
    ],
    ['leads where a browser would go', 'https://a.example\\@evil.example/b', 'https://a.example/@evil.example/b'],
    ['does not leave the path by dots', 'https://a.example/../../b', 'https://a.example/b'],
    ['has the scheme of the origin', 'http://a.example/b', 'https://a.example/b'],
    ['keeps the scheme where both are origins', 'http://b.example/', 'http://b.example/'],
    ['has the origin’s port', 'http://a.example:443/b', 'https://a.example/b'],
    ['has a port that is no default', 'http://c.example:8443/b', 'https://c.example:8443/b'],
    ['has the host without its dot, in lower case', 'https://A.Example./b', 'https://a.example/b'],
    ['leads nowhere from elsewhere', 'https://a.example.evil.example/', null],
    ['holds no password', 'https://me:secret@a.example/', null],
  ])('%s', (_, url, expected) => {
    expect(link(url)).toBe(expected)
  })

  test('of another name of a host leads to the host that is an origin', () => {
    const hostAliases = { 'm.a.example': 'a.example', 'b.example': 'a.example' }
    expect(link('http://m.a.example/c', { hostAliases })).toBe('https://a.example/c')
    expect(link('https://b.example/c', { hostAliases })).toBe('https://b.example/c')
  })

  test('has the parameters that make the article, where the site names them, and none that it calls tracking', () => {
    expect(link('https://a.example/b?session=x&c%5B%5D=1&p=2', { meaningfulParameters: ['p', 'c[]'] })).toBe(
      'https://a.example/b?c%5B%5D=1&p=2',
    )
    expect(link('https://a.example/b?from=x&p=2', { extraTracking: ['FROM'] })).toBe('https://a.example/b?p=2')
  })
})

describe('the rule holds for any URL', () => {
  const rules: Partial<AddressRule>[] = [
    {},
    { hostAliases: { 'm.example': 'a.example', 'a.example': 'b.example:1', '127.0.0.1': 'm.example', localhost: '0x7f.1' } },
    { meaningfulParameters: ['a', 'c[]', '%'], extraTracking: ['*'] },
    { extraTracking: ['b*', '%41', '+'] },
  ]

  test('applying it twice changes nothing', () => {
    const shape = /^https:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d+)?(?:\/[A-Za-z0-9\-._~!'()*$&+,;=:@/%]*[^/])?(?:\?[^/?#]+)?$/
    let taken = 0
    for (const url of urls(20_000)) {
      for (const rule of rules) {
        const once = canonical(url, rule)
        if (once === null) continue
        taken++
        // Compared before `expect` is asked, which is slow eighty thousand times.
        if (canonical(once, rule) !== once || !shape.test(once)) expect({ url, once, twice: canonical(once, rule) }).toBeNull()
      }
    }
    expect(taken).toBeGreaterThan(20_000)
  })

  test('an article is reached by http and https, with a slash and a fragment and where it came from', () => {
    for (const url of urls(20_000)) {
      const once = canonical(url)
      if (once === null) continue
      const [path = '', query] = once.split('?')
      const tracked = `${path}/?utm_source=x${query ? `&${query}` : ''}#y`
      for (const other of [once.replace('https', 'http'), tracked, once.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())]) {
        if (other.length <= longestUrl && canonical(other) !== once) expect({ url, once, other: canonical(other) }).toBeNull()
      }
    }
    expect([...urls(3)]).toEqual([...urls(3)])
  })

  test('an article’s link is one of its URLs, under an origin', () => {
    const origins = ['http://a.example', 'https://m.example:8080', 'https://localhost', 'https://[::1]']
    let taken = 0
    for (const url of urls(20_000)) {
      for (const rule of rules.map((each) => ({ ...defaultAddressRule, ...each }))) {
        const link = linkUrl(url, origins, rule)
        if (link === null) continue
        taken++
        const isOne = link.length > longestUrl || canonicalUrl(link, rule) === canonicalUrl(url, rule)
        if (!isOne || !origins.includes(new URL(link).origin) || linkUrl(link, origins, rule) !== link) expect({ url, link }).toBeNull()
      }
    }
    expect(taken).toBeGreaterThan(5000)
  })

  /** URLs put together from the pieces that rules stumble over; always the same ones, so that a failure can be repeated. */
  function* urls(count: number) {
    const hosts = 'a.example M.example. 127.1 localhost [::1] [::ffff:1.2.3.4] Bücher.example a_b.example 0x7f.0.0.1. ex%41mple'.split(' ')
    const ports = ['', '', '', ':80', ':443', ':8080', ':', ':080']
    const pieces = [' ', ...'a Z / / // . .. /./ /../ % %2 %41 %4 1 %2e %2E %2F %25 %c3%a9 %ff é 漢 😀'.split(' ')]
    const marks = ['\ud800', ...`+ ; & & = = ? ? # ' " < | [ ] ^ \` { ~ ( * \\ : @ %2B %26 %3D %00 utm_a c[]`.split(' ')]
    const random = numbers(20_26)
    const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? ''
    for (let made = 0; made < count; made++) {
      let url = pick(['http://', 'https://', 'HTTP://']) + pick(hosts) + pick(ports) + pick(['/', '/', '/', '?', '#', '\\', ''])
      for (let left = Math.floor(random() * 14); left > 0; left--) url += random() < 0.6 ? pick(pieces) : pick(marks)
      yield url
    }
  }

  /** Numbers in [0, 1) by a linear congruence (Numerical Recipes' constants). */
  function numbers(seed: number): () => number {
    let state = seed
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    }
  }
})
