import { describe, expect, test } from '@jest/globals'
import { briefly, comment, item, itemFields, read, wxr } from './wxr.js'

const first = comment({ id: '1', content: '<![CDATA[one]]>' })
const last = comment({ id: '3', content: '<![CDATA[three]]>' })

/** A file whose second comment is damaged. */
function around(damaged: string): string {
  return wxr(item(first + damaged + last))
}

async function readAround(damaged: string) {
  const { comments, faults } = await read(around(damaged))
  return { texts: comments.map(({ sourceId, text }) => `${sourceId} ${text}`), faults: briefly(faults), details: faults }
}

describe('damage within a text', () => {
  test.each([
    ['control characters are left out', '<![CDATA[a\u0007b\u0000c]]>', 'abc', 'CONTROL_CHARACTER NOTHING'],
    ['references to control characters are left out', 'a&#8;b&#0;c', 'abc', 'CONTROL_CHARACTER NOTHING'],
    ['a bare ampersand stays', 'fish & chips &', 'fish & chips &', 'BARE_AMPERSAND NOTHING'],
    ['a bare less-than stays', '3 < 4 <5 <', '3 < 4 <5 <', 'BARE_LESS_THAN NOTHING'],
    ['an entity that nobody declared stays', 'caf&eacute;&constructor;', 'caf&eacute;&constructor;', 'ENTITY_UNKNOWN NOTHING'],
    [
      'markup that is not escaped stays',
      'so <b class="x">bold<br/>it</i> is',
      'so <b class="x">bold<br/>it</i> is',
      'MARKUP_IN_TEXT NOTHING',
    ],
    ['half a surrogate becomes a sign for it', 'a&#xD800;b', 'a\ufffdb', 'UNREADABLE_BYTES NOTHING'],
  ])('%s', async (_, content, text, fault) => {
    const { texts, faults } = await readAround(comment({ id: '2', content }))
    expect(texts).toEqual(['1 one', `2 ${text}`, '3 three'])
    expect(faults).toEqual([fault])
  })

  test('a fault that a text has a hundred times is named once, with the line of its field and the comment', async () => {
    const { details } = await readAround(comment({ id: '2', content: 'a & b '.repeat(100) }))
    expect(details).toMatchObject([
      { code: 'BARE_AMPERSAND', line: 38, sourceId: '2', detail: expect.stringContaining('<wp:comment_content>') },
    ])
  })

  test('bytes that are not UTF-8 are named', async () => {
    const [before, after] = around(comment({ id: '2', content: '<![CDATA[caf#]]>' })).split('#')
    const { comments, faults } = await read(Buffer.concat([Buffer.from(before ?? ''), Buffer.from([0xe9]), Buffer.from(after ?? '')]))
    expect(comments.map(({ text }) => text)).toEqual(['one', 'caf\ufffd', 'three'])
    expect(briefly(faults)).toEqual(['UNREADABLE_BYTES NOTHING'])
  })

  test('a text of more than a million characters costs its comment and no memory', async () => {
    const { texts, details } = await readAround(comment({ id: '2', content: `<![CDATA[${'long '.repeat(250_000)}]]>` }))
    expect(texts).toEqual(['1 one', '3 three'])
    expect(details).toMatchObject([{ code: 'TEXT_TOO_LONG', skipped: 'COMMENT', sourceId: '2' }])
  })
})

describe('what is not closed', () => {
  const second = comment({ id: '2', content: '<![CDATA[two]]>' })
  test.each([
    ['a field', second.replace('</wp:comment_content>', ''), 'ELEMENT_NOT_CLOSED NOTHING'],
    ['a field by a slip of the pen', second.replace('</wp:comment_content>', '</wp:comment_contend>'), 'MARKUP_IN_TEXT NOTHING'],
    ['a CDATA section', second.replace('two]]>', 'two'), 'CDATA_NOT_CLOSED NOTHING'],
    ['a comment', second.replace('</wp:comment>', ''), 'ELEMENT_NOT_CLOSED NOTHING'],
    ['an attribute', second.replace('<wp:comment_content>', '<wp:comment_content x="1>'), 'MARKUP_NOT_CLOSED NOTHING'],
    ['a remark', second.replace('<wp:comment_content>', '<!-- <wp:comment_content>'), 'MARKUP_NOT_CLOSED NOTHING'],
  ])('%s: every comment is there', async (what, damaged, fault) => {
    const { texts, faults } = await readAround(damaged)
    const text = what.includes('slip') ? '2 two</wp:comment_contend>' : '2 two'
    expect(texts.slice(0, 3)).toEqual(['1 one', text, '3 three'])
    expect(faults).toContain(fault)
  })

  test('the lines after a CDATA section that was read again are right', async () => {
    const file = around(second.replace('two]]>', 'two')).replace('<![CDATA[three]]>', 'three & more')
    const { faults } = await read(file)
    const line = file.slice(0, file.indexOf('three & more')).split('\n').length
    expect(faults.map(({ code, line }) => [code, line])).toContainEqual(['BARE_AMPERSAND', line])
  })

  test('an article: the next one begins all the same', async () => {
    const { articles, comments, faults } = await read(wxr(item(first).replace('</item>', '') + item(last, itemFields(8))))
    expect(articles.map(({ key }) => key)).toEqual(['7', '8'])
    expect(comments.map(({ sourceId }) => sourceId)).toEqual(['1', '3'])
    expect(briefly(faults)).toEqual(['ELEMENT_NOT_CLOSED NOTHING'])
  })

  test('an article whose neighbour has lost its start tag too: the title tells them apart', async () => {
    const file = wxr(item(first) + item(last, itemFields(8))).replace('</item><item>', '')
    const { articles, comments } = await read(file)
    expect(articles.map(({ key }) => key)).toEqual(['7', '8'])
    expect(comments.map(({ sourceId }) => sourceId)).toEqual(['1', '3'])
  })

  test('two comments without the tags between them are two, told apart by the id', async () => {
    const { texts, faults } = await readAround(second.replace('<wp:comment>', '').replace('</wp:comment>', ''))
    expect(texts).toEqual(['1 one', '2 two', '3 three'])
    expect(faults).toEqual(['ELEMENT_NOT_OPENED NOTHING', 'ELEMENT_NOT_CLOSED NOTHING'])
  })

  test('two comments that have run into one are left out: nobody could say whose words they are', async () => {
    const hole = second.replace(/<wp:comment_content>[\s\S]*/, '') + comment({ id: '9' }).replace(/[\s\S]*<\/wp:comment_author>/, '')
    const { texts, faults } = await readAround(hole)
    expect(texts).toEqual(['1 one', '3 three'])
    expect(faults).toEqual(['COMMENT_MIXED COMMENT'])
  })
})

describe('a file', () => {
  test('with words before its prolog is read', async () => {
    const { comments, faults } = await read(`\`PHP Notice: something\n${around('')}`)
    expect(comments).toHaveLength(2)
    expect(faults).toMatchObject([{ code: 'STRAY_TEXT', line: 1 }])
  })

  test('that stops within a comment says so, and keeps what came before', async () => {
    const file = around('')
    const { comments, faults } = await read(file.slice(0, file.indexOf('three')))
    expect(comments.map(({ sourceId }) => sourceId)).toEqual(['1'])
    expect(faults).toMatchObject([{ code: 'TRUNCATED', skipped: 'COMMENT', sourceId: '3' }])
  })

  test('that lacks nothing but its last tags says so, and costs nothing', async () => {
    const { comments, faults } = await read(around('').replace(/<\/channel>[\s\S]*/, ''))
    expect(comments).toHaveLength(2)
    expect(briefly(faults)).toEqual(['TRUNCATED NOTHING'])
  })

  test('cut anywhere at all never throws, and never invents a comment', async () => {
    const file = around('')
    for (let end = 0; end < file.length; end += 11) {
      const { comments } = await read(file.slice(0, end))
      for (const { sourceId, text } of comments) expect(`${sourceId} ${text}`).toMatch(/^(?:1 one|3 three)$/)
    }
  })

  test('with any one sign lost keeps its other comments', async () => {
    const second = comment({ id: '2', content: '<![CDATA[two]]>' })
    const file = around(second)
    const from = file.indexOf(second)
    for (let at = from; at < from + second.length; at++) {
      const { comments } = await read(file.slice(0, at) + file.slice(at + 1))
      const texts = comments.map(({ text }) => text)
      expect([at - from, texts[0], texts.at(-1)]).toEqual([at - from, 'one', 'three'])
    }
  })

  test.each(['', 'not xml at all', '<disqus><thread/></disqus>', '{"version":1}'])(
    'that is no export of WordPress says so: %s',
    async (file) => {
      const { faults } = await read(file)
      expect(faults.map(({ code }) => code)).toContain('NOT_WORDPRESS')
    },
  )

  test('without declared prefixes, in one line, is read like any other', async () => {
    const file = around('')
      .replace(/ xmlns:wp="[^"]*"/, '')
      .replaceAll('\n', '')
    const { comments, faults } = await read(file)
    expect(comments.map(({ text, line }) => [text, line])).toEqual([
      ['one', 1],
      ['three', 1],
    ])
    expect(faults).toEqual([])
  })

  test('whose commas and closing tags are doubled is read', async () => {
    const { comments, faults } = await read(around('').replaceAll('</wp:comment>', '</wp:comment></wp:comment>'))
    expect(comments).toHaveLength(2)
    expect(briefly(faults)).toEqual(['ELEMENT_NOT_OPENED NOTHING', 'ELEMENT_NOT_OPENED NOTHING'])
  })

  test('with comments outside of every article names each', async () => {
    const { comments, faults } = await read(wxr(first + item(last)))
    expect(comments.map(({ sourceId }) => sourceId)).toEqual(['3'])
    expect(briefly(faults)).toEqual(['COMMENT_WITHOUT_ARTICLE COMMENT'])
  })
})

describe('hostile files', () => {
  test('entities that a document type declares are never expanded', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "&a;&a;"><!ENTITY file SYSTEM "file:///etc/hostname">]>`
    const file = around(comment({ id: '2', content: '&b;&file;' })).replace('<rss', `${bomb}<rss`)
    const { comments, faults } = await read(file)
    expect(comments.map(({ text }) => text)).toEqual(['one', '&b;&file;', 'three'])
    expect(briefly(faults)).toEqual(['DOCTYPE_IGNORED NOTHING', 'ENTITY_UNKNOWN NOTHING'])
  })

  test('a reader who quotes an export cannot forge a comment, whatever else is wrong with the file', async () => {
    const forged = comment({ id: '666', author: 'The editor' }).replaceAll(']]>', ']]]]><![CDATA[>')
    const quoting = comment({
      id: '2',
      author: '<![CDATA[\u0001Eve & < ]]>',
      content: `<![CDATA[</wp:comment_content></wp:comment>${forged}]]>`,
    })
    const file = around(quoting)
    const plain = `</wp:comment_content></wp:comment>${comment({ id: '666' }).replace(/<!\[CDATA\[|\]\]>/g, '')}<wp:comment_content><![CDATA[`
    const unclosed = around(comment({ id: '2', content: `<![CDATA[${plain}]]>` })).replace(
      `${plain}]]></wp:comment_content>`,
      `${plain}]]>`,
    )
    const alsoUnopened = unclosed.replace(/(<wp:comment_content><!\[CDATA\[\]\]>\s*)<wp:comment_approved><!\[CDATA\[1\]\]>/, '$1')
    expect(alsoUnopened.length).toBeLessThan(unclosed.length)
    for (const text of [
      unclosed,
      alsoUnopened,
      file,
      file.replace('</wp:comment_content>', ''),
      file.slice(0, file.indexOf('three')),
      file.slice(0, file.indexOf('666') + 300),
    ]) {
      const { comments } = await read(text)
      expect(comments.map(({ sourceId }) => sourceId)).not.toContain('666')
    }
  })

  test('a million nested tags, a tag and a remark without end cost little', async () => {
    for (const text of [
      '<a>'.repeat(1_000_000),
      `<a ${'b '.repeat(1_000_000)}`,
      `<!-- ${'b '.repeat(1_000_000)}`,
      '<'.repeat(300_000),
      '&'.repeat(300_000),
    ]) {
      const { comments } = await read(around(comment({ id: '2', content: text })), 65_536)
      expect(comments[0]?.sourceId).toBe('1')
    }
  })
})

describe('encodings', () => {
  const text = around(comment({ id: '2', content: '<![CDATA[Käse für 5 €]]>' }))
  const declared = (encoding: string) => text.replace('UTF-8', encoding)
  const windows = Buffer.from(declared('windows-1252').replace('€', '\u0080'), 'latin1')
  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16', Buffer.from(`\ufeff${declared('UTF-16')}`, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(`\ufeff${declared('UTF-16')}`, 'utf16le').swap16()],
    ['windows-1252, as declared', windows],
    ['UTF-8 that claims to be UTF-16', Buffer.from(declared('UTF-16'))],
  ])('%s is read', async (_, bytes) => {
    const { comments, faults } = await read(bytes, 5)
    expect(comments.map((comment) => comment.text)).toEqual(['one', 'Käse für 5 €', 'three'])
    expect(faults).toEqual([])
  })

  test('one that nobody knows is named, and read as UTF-8', async () => {
    const { comments, faults } = await read(declared('x-harbour'))
    expect(comments[1]?.text).toBe('Käse für 5 €')
    expect(briefly(faults)).toEqual(['ENCODING_UNKNOWN NOTHING'])
  })
})
