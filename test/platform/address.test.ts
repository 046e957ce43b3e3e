import { describe, expect, test } from '@jest/globals'
import { addressKey, clientAddress, parseNetwork } from '../../src/platform/address.js'

describe('The client address', () => {
  const trusted = ['10.0.0.0/8', 'fd00::/8', '192.0.2.7']

  test.each<[string, string, string | undefined, string]>([
    ['the socket, where nothing is forwarded', '203.0.113.5', undefined, '203.0.113.5'],
    ['the socket, where it is no trusted proxy', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['the hop that a trusted proxy names', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['the right-most untrusted hop', '10.1.2.3', '1.1.1.1, 198.51.100.1, 192.0.2.7', '198.51.100.1'],
    ['never what a client wrote to the left of its own', '10.1.2.3', '10.9.9.9, 1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['the left-most hop, where all are trusted', '10.1.2.3', '10.0.0.1,10.0.0.2', '10.0.0.1'],
    ['the last known hop before an unreadable one', '10.1.2.3', '198.51.100.1, unknown, 10.0.0.2', '10.0.0.2'],
    ['the socket, where the header is rubbish', '10.1.2.3', 'drop table', '10.1.2.3'],
    ['the socket, where the header is empty', '10.1.2.3', ' , ', '10.1.2.3'],
    ['a hop without its port', '10.1.2.3', '198.51.100.1:5555', '198.51.100.1'],
    ['an IPv6 hop without brackets and port', 'fd00::1', '[2001:DB8::0:1]:443', '2001:db8::1'],
    ['an IPv6 hop as it stands', 'fd00::1', '2001:db8:0:0::1', '2001:db8::1'],
    ['IPv4 that is mapped into IPv6', '::ffff:10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
    ['a mapped address in hexadecimal', '::ffff:a01:203', '::FFFF:c633:6401', '198.51.100.1'],
    ['a link-local address without its zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['what there is, where the socket has no address', '', '198.51.100.1', ''],
  ])('is %s', (_, remote, forwarded, expected) => {
    expect(clientAddress(remote, forwarded, trusted)).toBe(expected)
  })

  test('trusts nobody by default', () => {
    expect(clientAddress('127.0.0.1', '198.51.100.1', [])).toBe('127.0.0.1')
  })

  test('reads no more than a few hops of an endless header', () => {
    const start = performance.now()
    expect(clientAddress('10.0.0.1', `1.1.1.1,${'10.0.0.2,'.repeat(100_000)}10.0.0.2`, trusted)).toBe('10.0.0.2')
    expect(performance.now() - start).toBeLessThan(500)
  })
})

describe('The key of an address', () => {
  const secret = 's'.repeat(32)

  test.each([
    ['IPv4 mapped into IPv6 is IPv4', '198.51.100.1', '::ffff:198.51.100.1', true],
    ['neighbours in IPv4 differ', '198.51.100.1', '198.51.100.2', false],
    ['one /64 is one', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['spelling does not count', '2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:1', true],
    ['another /64 differs', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['a zero group inside counts', '2001:db8:0:2::1', '2001:db8:2::1', false],
  ])('%s', (_, one, other, same) => {
    expect(addressKey(one, secret) === addressKey(other, secret)).toBe(same)
  })

  test('does not show the address and depends on the secret', () => {
    const key = addressKey('198.51.100.1', secret)
    expect(key).toMatch(/^[\w-]{22}$/)
    expect(addressKey('198.51.100.1', 't'.repeat(32))).not.toBe(key)
  })

  test('takes whatever stands for an address', () => {
    expect(addressKey('', secret)).not.toBe(addressKey('unix', secret))
  })
})

describe('A network', () => {
  test.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
    [' 192.0.2.7 ', { address: '192.0.2.7', prefix: 32, family: 'ipv4' }],
    ['2001:db8::/32', { address: '2001:db8::', prefix: 32, family: 'ipv6' }],
    ['::1', { address: '::1', prefix: 128, family: 'ipv6' }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefix: 0, family: 'ipv4' }],
    ['::ffff:10.0.0.0/104', { address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
    ['::ffff:10.0.0.0/90', null],
    ['10.0.0.0/33', null],
    ['10.0.0/8', null],
    ['10.0.0.0/', null],
    ['localhost', null],
    ['', null],
  ])('%s is read as it should be', (text, expected) => {
    expect(parseNetwork(text)).toEqual(expected)
  })
})
