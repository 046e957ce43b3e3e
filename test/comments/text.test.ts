/** From what a person typed to HTML that any page may show. */
import { describe, expect, test } from '@jest/globals'
import { TextEmpty, TextNotAllowed, TextTooLong } from '../../src/comments/errors.js'
import { defaultTextLength, excerpt, longestText, renderText, sanitize } from '../../src/comments/text.js'
import { hostileTexts } from './hostile-texts.js'

const html = (source: string) => renderText(source).html
const anchor = (href: string, words = href) => `<a href="${href}" rel="nofollow ugc noopener">${words}</a>`

/** Everything a comment's HTML may consist of besides text; what is left over is something that got through. */
const harmless =
  /<\/?(?:p|strong|em|s|code|pre|blockquote|ul|ol|li)>|<br \/>|<ol start="\d{1,9}">|<a href="(?:https?:\/\/|mailto:)[^"<>\s]+" rel="nofollow ugc noopener">|<\/a>/g
const leftOver = (markup: string) => markup.replace(harmless, '').match(/[<>].*/s)?.[0] ?? null

describe('what people write', () => {
  test.each([
    ['emphasis', '*a* **b** ~~c~~ `d`', '<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>'],
    ['a line break is kept', 'a\nb', '<p>a<br />\nb</p>'],
    ['paragraphs', 'a\n\nb', '<p>a</p>\n<p>b</p>'],
    ['a quote', '> a', '<blockquote>\n<p>a</p>\n</blockquote>'],
    ['a list', '- a\n- b', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>'],
    ['a numbered list keeps its first number', '3. a', '<ol start="3">\n<li>a</li>\n</ol>'],
    ['code is shown as it is', '```html\n<b>&amp;\n```', '<pre><code>&lt;b&gt;&amp;amp;\n</code></pre>'],
    ['markup is shown as text', 'x <b>y</b>', '<p>x &lt;b&gt;y&lt;/b&gt;</p>'],
    ['quotes and ampersands', '"a" & b', '<p>"a" &amp; b</p>'],
    ['headings stay text', '# a', '<p># a</p>'],
    ['rules stay text', '---', '<p>---</p>'],
  ])('%s', (_, source, expected) => {
    expect(html(source)).toBe(expected)
  })

  test.each([
    ['a named link', '[x](https://a.example/b?c=1&d=2)', anchor('https://a.example/b?c=1&amp;d=2', 'x')],
    ['a bare URL', 'https://a.example/b', anchor('https://a.example/b')],
    ['a bracketed URL', '<http://a.example>', anchor('http://a.example')],
    ['a bracketed mail address', '<a@b.example>', anchor('mailto:a@b.example', 'a@b.example')],
    ['its title is dropped', '[x](https://a.example "t")', anchor('https://a.example', 'x')],
    ['a host of another script', '[x](https://bücher.example)', anchor('https://xn--bcher-kva.example', 'x')],
    ['an image becomes a link to it', '![x](https://a.example/b.png)', `!${anchor('https://a.example/b.png', 'x')}`],
    ['a relative one stays text', '[x](/b)', '[x](/b)'],
    ['a bare one that hides a NUL stays text', 'https://a.example/%00', 'https://a.example/%00'],
    ['a named one that hides a NUL stays text', '[x](https://a.example/%00)', '[x](https://a.example/%00)'],
    ['a bracketed one that hides a NUL stays text', '<https://a.example/%00>', '&lt;https://a.example/%00&gt;'],
    ['one that hides a turn of the text stays text', 'https://a.example/%E2%80%AEgpj', 'https://a.example/%E2%80%AEgpj'],
    ['a protocol-relative one stays text', '[x](//a.example)', '[x](//a.example)'],
    ['a bare host stays text', 'www.example.com or example.org', 'www.example.com or example.org'],
    ['a bare mail address stays text', 'a@example.com', 'a@example.com'],
    ['one of another scheme stays text', '[x](ftp://a.example) ftp://a.example', '[x](ftp://a.example) ftp://a.example'],
  ])('links: %s', (_, source, expected) => {
    expect(html(source)).toBe(`<p>${expected}</p>`)
  })

  test('words in very deep quotes and lists are kept, their depth is not', () => {
    for (const marker of ['>', '- ']) {
      const shown = html(`${marker.repeat(45)} deep`)
      expect(shown).toContain('deep')
      expect(shown.match(/<(blockquote|ul|li)>/g)?.length).toBeLessThanOrEqual(12)
    }
  })
})

describe('the source that is kept', () => {
  test('is composed, trimmed and has plain line ends', () => {
    expect(renderText(' \r\n e\u0301\r\nb\rc\u2028d \n').source).toBe('é\nb\nc\nd')
  })

  test('gives the same again', () => {
    for (const source of ['a\r\n\r\nb', ...Object.values(hostileTexts).flat()]) {
      const once = renderText(source)
      expect(renderText(once.source)).toEqual(once)
    }
  })
})

describe('hostile texts', () => {
  test.each(Object.entries(hostileTexts))('%s have no effect', (_, texts) => {
    for (const text of texts) {
      expect({ text, leftOver: leftOver(html(text)) }).toEqual({ text, leftOver: null })
      // The second wall alone, as if Markdown had let everything through.
      expect({ text, leftOver: leftOver(sanitize(text)) }).toEqual({ text, leftOver: null })
    }
  })

  test.each(['links that run', 'links that mislead'])('%s are not made', (kind) => {
    // An honest URL inside (`bank.example`) may still become a link to where it says.
    const made = expect.stringMatching(/<a [^>]*(?:thief|steal|>x<)/)
    for (const text of hostileTexts[kind] ?? []) expect({ text, html: html(text) }).not.toEqual({ text, html: made })
  })

  test('the second wall drops links that are none and keeps their words', () => {
    expect(sanitize('<a href="/b" onclick="c()">d</a> <a>e</a> <a href="javascript:f()">g</a>')).toBe('d e g')
    expect(sanitize('<a href="https://a.example" target="_top" class="b" rel="me">c</a>')).toBe(anchor('https://a.example', 'c'))
    expect(sanitize('<ol start="1&quot; onclick=&quot;a()"><li>b</li></ol>')).toBe('<ol><li>b</li></ol>')
  })

  test('there are enough of them', () => {
    expect(new Set(Object.values(hostileTexts).flat()).size).toBeGreaterThanOrEqual(100)
  })
})

describe('texts that are refused', () => {
  test.each([
    ['a null byte', 'a\u0000b'],
    ['an escape character', 'a\u001b[31mb'],
    ['a C1 control', 'a\u0085b'],
    ['a vertical tab', 'a\u000bb'],
    ['half a surrogate pair', 'a\ud83db'],
    ['the other half', 'a\ude00b'],
    ['an override', 'a\u202etxt.exe'],
    ['an embedding', 'a\u202ab'],
    ['an isolate', 'a\u2067b\u2069'],
    ['an override as an entity', 'a&#x202E;b'],
    ['an override in a code span', '`\u202e`'],
    ['marks piled up', `a${'\u0301'.repeat(31)}`],
  ])('%s is not allowed', (_, source) => {
    expect(() => renderText(source)).toThrow(TextNotAllowed)
  })

  test.each([
    ['nothing', ''],
    ['white space', ' \n\t\u00a0\u3000 '],
    ['zero-width characters', '\u200b\u200d\ufeff\u2060'],
    ['zero-width characters as entities', '&#8203;&ZeroWidthSpace;'],
    ['invisible fillers', '\u3164\u115f\u2800'],
    ['tags of the invisible plane', '\u{e0061}\u{e0062}'],
    ['an empty quote', '>'],
    ['an empty list', '-\n-\n-'],
    ['an empty code block', '```\n```'],
    ['a link without words', '[](https://a.example)'],
    ['a quote of nothing', '> \u200b'],
    ['a mark on nothing', '\u0301'],
  ])('%s is empty', (_, source) => {
    expect(() => renderText(source)).toThrow(TextEmpty)
  })

  test('letters that need joiners and direction marks are fine', () => {
    for (const source of ['می‌خواهم', 'שלום\u200e!', '👩‍👩‍👧', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'tab\there', 'क्षि', 'Tiếng Việt'])
      expect(renderText(source).source).toBe(source.normalize('NFC'))
  })
})

describe('the length', () => {
  test('is counted in characters after NFC', () => {
    expect(renderText('e\u0301'.repeat(10), 10).source).toHaveLength(10)
    expect(renderText('😀'.repeat(10), 10).source).toHaveLength(20)
    expect(renderText(`  ${'a\r\n'.repeat(5)}  `, 9).source).toHaveLength(9)
    expect(() => renderText('a'.repeat(11), 10)).toThrow(TextTooLong)
  })

  test('has a default, and an upper bound that no site can raise', () => {
    expect(renderText('a'.repeat(defaultTextLength)).source).toHaveLength(defaultTextLength)
    expect(() => renderText('a'.repeat(defaultTextLength + 1))).toThrow(expect.objectContaining({ maximum: defaultTextLength }))
    expect(() => renderText('a'.repeat(longestText + 1), 1_000_000)).toThrow(expect.objectContaining({ maximum: longestText }))
  })

  test('is looked at before anything else', () => {
    expect(() => renderText('\u0000'.repeat(longestText * 100))).toThrow(TextTooLong)
  })
})

/** Time of the processor, not of the clock: what else the machine is doing must not count. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

describe('time', () => {
  // Measured: 26 ms for the worst of these. The bound leaves room for a slow machine and still catches what grows with the square.
  const boundMs = 500
  const units = [
    ...[
      '[',
      '[*',
      '*[',
      '**a*',
      '_a__',
      '`a',
      '~~a',
      '>',
      '> - ',
      '- ',
      '1. ',
      '- a\n',
      '>\n',
      '`` ` ',
      '```\n',
      '<',
      '<a',
      '<http:',
      '![',
      '[](',
      '](',
      '[x](<',
    ],
    ...[
      '[a](http://b)',
      'http://a ',
      'http://a(',
      'mailto:a@b.c ',
      'http://',
      '&',
      '&#x41;',
      '"',
      '\\',
      '|-|\n',
      '[a]: b\n',
      '\ta\n',
      'a\u0301',
      '漢',
      '😀',
    ],
  ]

  test.each(units)('no more than a moment for a text full of %j', (unit) => {
    const filled = unit.repeat(longestText).slice(0, longestText)
    const opened = `${filled.slice(0, longestText / 2)}${']'.repeat(longestText / 2)}`
    for (const source of [filled.replace(/[\ud800-\udbff]$/, ''), opened.replace(/[\ud800-\udbff]\]/, ']')]) {
      const started = process.cpuUsage()
      try {
        renderText(source, longestText)
      } catch (error) {
        expect(error).toBeInstanceOf(TextEmpty)
      }
      expect(cpuMs(started)).toBeLessThan(boundMs)
    }
  })

  test('marks out of order are refused before they are sorted', () => {
    const started = process.cpuUsage()
    expect(() => renderText(`a${'\u0301\u0316'.repeat(longestText * 2)}`, longestText)).toThrow(TextNotAllowed)
    expect(cpuMs(started)).toBeLessThan(boundMs / 5)
  })
})

describe('an excerpt', () => {
  const of = (source: string, length: number) => excerpt(html(source), length)

  test('is the text without its markup, on one line', () => {
    expect(of('**a** <b> & "c"\n\n- d\n- e\n\n> [f](https://a.example)\ng', 100)).toBe('a <b> & "c" d e f g')
    expect(of('&amp;lt; `&lt;`', 100)).toBe('&lt; &lt;')
  })

  test('is cut between words and says so', () => {
    expect(of('one two three', 13)).toBe('one two three')
    expect(of('one two three', 12)).toBe('one two…')
    expect(of('one two three', 8)).toBe('one two…')
    expect(of('incomprehensible', 8)).toBe('incompr…')
  })

  test('never cuts through a character', () => {
    expect(of('👩‍👩‍👧👩‍👩‍👧', 12)).toBe('👩‍👩‍👧…')
    expect(of('e\u0323\u0302\u0308abc', 2)).toBe('…')
  })

  test('is never longer than asked for', () => {
    const text = 'some wörds, 👍 and Ā\u0323 few möre. '.repeat(4)
    for (let length = 1; length < text.length + 5; length++) expect(of(text, length).length).toBeLessThanOrEqual(length)
  })
})
