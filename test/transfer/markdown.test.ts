import { describe, expect, test } from '@jest/globals'
import { longestText, renderText } from '../../src/comments/text.js'
import { markdownFromHtml, plainFromHtml } from '../../src/transfer/markdown.js'

function shown(html: string): string {
  return renderText(markdownFromHtml(html), longestText).html
}

describe('what WordPress stores looks as it did', () => {
  const rel = 'rel="nofollow ugc noopener"'
  test.each([
    ['a', '<p>a</p>'],
    ['a\nb\n\n\nc', '<p>a<br />\nb</p>\n<p>c</p>'],
    ['<p>a</p>\n<p>b<br>c<br/></p><div>d</div>', '<p>a</p>\n<p>b<br />\nc</p>\n<p>d</p>'],
    ['<b>a</b> <strong>b</strong><i>c</i>', '<p><strong>a</strong> <strong>b</strong>c</p>'],
    ['a <em>b <b>c</b></em>, <del>d</del> <s>e</s>', '<p>a <em>b <strong>c</strong></em>, <s>d</s> <s>e</s></p>'],
    ['x<b>y</b>z <b> a </b>b', '<p>x<strong>y</strong>z <strong>a</strong> b</p>'],
    ['<b>a</b><b>b</b>', '<p><strong>ab</strong></p>'],
    ['<b><i>a</i> b</b> <i><b>a</b> b</i>', '<p><strong><em>a</em> b</strong> <em><strong>a</strong> b</em></p>'],
    ['<b>a\n\nb</b> c', '<p><strong>a</strong></p>\n<p><strong>b</strong> c</p>'],
    ['x <b><i>a</i>(b)<i>[c]</i></b>', '<p>x <strong><em>a</em>(b)[c]</strong></p>'],
    ['<b>a <i>b</b> c</i>', '<p><strong>a <em>b</em></strong> <em>c</em></p>'],
    [
      '<a href="https://x.example/a_b?c=1&amp;d=(2)">it is <b>here</b></a>.',
      `<p><a href="https://x.example/a_b?c=1&amp;d=%282%29" ${rel}>it is <strong>here</strong></a>.</p>`,
    ],
    ['<a href="https://x.example/?a=1&amp;copy;=2">c</a>', `<p><a href="https://x.example/?a=1&amp;copy;=2" ${rel}>c</a></p>`],
    [
      'see https://x.example/a_b_c?d=*e*, or (https://x.example).',
      `<p>see <a href="https://x.example/a_b_c?d=*e*" ${rel}>https://x.example/a_b_c?d=*e*</a>, or (<a href="https://x.example" ${rel}>https://x.example</a>).</p>`,
    ],
    ['<a href="https://x.example">https://x.example/a_b</a>', `<p><a href="https://x.example" ${rel}>https://x.example/a_b</a></p>`],
    [
      '<blockquote>a\n\nb<blockquote>c</blockquote></blockquote>d',
      '<blockquote>\n<p>a</p>\n<p>b</p>\n<blockquote>\n<p>c</p>\n</blockquote>\n</blockquote>\n<p>d</p>',
    ],
    [
      '<ul><li>a</li><li><b>b</b><ol><li>c<li>d</ol></li></ul>e',
      '<ul>\n<li>a</li>\n<li><strong>b</strong>\n<ol>\n<li>c</li>\n<li>d</li>\n</ol>\n</li>\n</ul>\n<p>e</p>',
    ],
    ['<ol start="3"><li>a<li>b\n\nc</ol>', '<ol start="3">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n<p>c</p>\n</li>\n</ol>'],
    ['use <code>a `b` *c* &lt;d&gt;</code>', '<p>use <code>a `b` *c* &lt;d&gt;</code></p>'],
    ['<code>a\n  b\n```\n</code>', '<pre><code>a\n  b\n```\n</code></pre>'],
    ['<pre class="ql-syntax">if (a &amp;&amp; b) {\n\n  c()\n}\n</pre>', '<pre><code>if (a &amp;&amp; b) {\n\n  c()\n}\n</code></pre>'],
    ['<blockquote><pre>a\nb</pre></blockquote>', '<blockquote>\n<pre><code>a\nb\n</code></pre>\n</blockquote>'],
    ['<h2>Title</h2>text', '<p><strong>Title</strong></p>\n<p>text</p>'],
    ['<q>a</q> &amp; <cite>b</cite> <u>c</u> &hellip;&nbsp;d', '<p>"a" &amp; <em>b</em> c … d</p>'],
    [
      '<img class="emoji" alt="🙂" src="https://x.example/1.png"> <img src="https://x.example/2.png" alt="boat">',
      `<p>🙂 <a href="https://x.example/2.png" ${rel}>boat</a></p>`,
    ],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', '<p>a b</p>\n<p>c</p>'],
  ])('%s', (html, expected) => {
    expect(shown(html)).toBe(expected)
  })
})

describe('plain text stays plain', () => {
  test.each([
    '*a* _b_ **c** ~~d~~ `e` [f](g) ![h](i) \\j <k> &amp; &copy; snake_case _x',
    '# a',
    '## b',
    '- a',
    '+ a',
    '* a',
    '1. a',
    '2) b',
    '2019. A year',
    '> a',
    '---',
    '===',
    '***',
    '- - -',
    '~~~',
    '```',
    '| a | b |',
    '[a]: b',
    '-5 degrees',
    '+1',
    '#tag',
    '1.5',
    '5 > 3',
    'a != b!',
    '!',
    '\\',
    'a\\',
    '<!-- x -->',
    'a@b.example',
    '\u00a0\u00a0\u00a0\u00a0four spaces',
    ':-)',
    '"quoted" (c) ...',
  ])('%s', (text) => {
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
    const expected = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\u00a0', ' ').trim()
    expect(shown(escaped)).toBe(`<p>${expected}</p>`)
    expect(shown(`a\n${escaped}`)).toBe(`<p>a<br />\n${expected}</p>`)
    expect(shown(`<blockquote><b>${escaped}</b></blockquote>`).replace(/<\/?(?:strong|p|blockquote)>|\n/g, '')).toBe(expected)
  })
})

describe('hostile HTML', () => {
  test.each([
    '<script>alert(1)</script>x',
    '<style>*{}</style>x',
    '<img src=x onerror=alert(1)>x',
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java&#10;script:alert(1)">x</a>',
    '<a href="data:text/html,<script>">x</a>',
    '<a href="https://bank.example@evil.example">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="https://x.example/%00">x</a>',
    '<a href="https://x.example/%ff%E2%80%AE">x</a>',
    '<iframe src="https://evil.example">x</iframe>',
    '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
    '<b onclick="alert(1)" style="position:fixed">x</b>',
    '<constructor>x</constructor><x-proto>',
    'x&#x202e;&#0;&#xD800;',
  ])('%s comes out harmless, its words stay', (html) => {
    expect(shown(html).replace(/<\/?(?:p|strong)>/g, '')).toMatch(/^x\ufffd*$/)
  })

  test('markup that was escaped stays text, also as Markdown', () => {
    expect(shown('&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1)) &amp;lt;b&amp;gt;')).toBe(
      '<p>&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1)) &amp;lt;b&amp;gt;</p>',
    )
  })

  test('an address cannot break out of its link', () => {
    const html = shown('<a href="https://x.example/) [y](https://z.example &quot;t&quot;)&#10;\\">w</a>')
    expect(html.match(/<a /g)).toHaveLength(1)
    expect(html).toContain('href="https://x.example/%29')
  })
})

test('the words of any HTML are the words that are shown', () => {
  const parts = [
    '<b>',
    '</b>',
    '<i>',
    '</i>',
    '<del>',
    '</del>',
    '<a href="https://x.example/">',
    '</a>',
    '<p>',
    '</p>',
    '<blockquote>',
    '</blockquote>',
    '<ul>',
    '<ol>',
    '<li>',
    '</ul>',
    '</ol>',
    '<code>',
    '</code>',
    'word',
    'x',
    '(y)',
    '*',
    '**',
    '_',
    '~',
    '"',
    '!',
    '[',
    ']',
    '1.',
    '-',
    '#',
    ' ',
    ' ',
    '\n',
    '\n\n',
    '. ',
    '東京',
    '`',
    '\\',
    '&lt;',
    '&gt;',
    '&amp;',
  ]
  let state = 7
  const roll = (sides: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >> 8) % sides
  }
  for (let round = 0; round < 3_000; round++) {
    const html = `x${Array.from({ length: 1 + roll(14) }, () => parts[roll(parts.length)]).join('')}`
    const result = shown(html)
    expect([html, letters(result)]).toEqual([html, letters(html)])
  }
})

/** The letters and signs of HTML without its tags and spaces. */
function letters(html: string): string {
  return plainFromHtml(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, '')
}

test('time grows with the length only', () => {
  const hostile = [
    '<b>',
    '<b></x>',
    '<blockquote>',
    '<ul><li>',
    '<a href="https://x.example">',
    '<b>x</b>',
    '*',
    '_',
    '[',
    '`',
    '&',
    '<',
    'https://',
    '\n\n',
    '<i>a<b>b</i>c</b>',
    'e\u0301',
    '\u0301',
  ]
  for (const part of hostile) {
    const time = (length: number) => {
      const html = part.repeat(length / part.length)
      const from = process.cpuUsage()
      expect(typeof markdownFromHtml(html)).toBe('string')
      const { user, system } = process.cpuUsage(from)
      return (user + system) / 1000
    }
    time(20_000)
    expect([part, time(300_000) < 2_000]).toEqual([part, true])
  }
})

describe('the words of a name, title or address', () => {
  test.each([
    ['  a \n b ', 'a b'],
    ['Tom &amp; Jerry', 'Tom & Jerry'],
    ['a <b>c</b><script>d</script> &#8217;', 'a c ’'],
    ['3 < 4', '3 < 4'],
    ['', ''],
  ])('%s', (html, plain) => {
    expect(plainFromHtml(html)).toBe(plain)
  })
})
