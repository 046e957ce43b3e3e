import { describe, expect, test } from '@jest/globals'
import { readWordPress } from '../../src/transfer/wordpress.js'
import { briefly, comment, item, itemFields, meta, now, read, wxr } from './wxr.js'

describe('an article', () => {
  test('comes before its comments, with its key, address, title, date and state', async () => {
    const { all } = await read(wxr(item(comment())))
    expect(all.map(({ kind }) => kind)).toEqual(['article', 'comment'])
    expect(all[0]).toEqual({
      kind: 'article',
      line: 7,
      key: '7',
      url: 'https://harbour.example/ferries-7/',
      title: 'Ferries & fares',
      publishedAt: new Date('2019-05-06T07:08:09Z'),
      open: true,
      type: 'post',
      access: { status: 'publish', hasPassword: false },
    })
  })

  test('without comments is told too', async () => {
    const { articles, comments } = await read(wxr(item('') + item('', itemFields(8))))
    expect(articles.map(({ key }) => key)).toEqual(['7', '8'])
    expect(comments).toEqual([])
  })

  test('that is closed to comments says so', async () => {
    const { articles } = await read(wxr(item('', itemFields(7).replace('[open]', '[closed]'))))
    expect(articles[0]?.open).toBe(false)
  })

  test('without a link is found by its guid, and without either by its number on the blog', async () => {
    const withoutLink = itemFields(7).replace(/<link>.*<\/link>/, '')
    const withoutBoth = withoutLink.replace(/<guid.*<\/guid>/, '<guid>urn:7</guid>')
    const { articles, faults } = await read(wxr(item('', withoutLink) + item('', withoutBoth)))
    expect(articles.map(({ url }) => url)).toEqual(['https://harbour.example/?p=7', 'https://harbour.example/?p=7'])
    expect(faults).toEqual([])
  })

  test('without any address is left out with its comments, each named by its line', async () => {
    const file = wxr(item(comment({ id: '1' }), '<title>Lost</title>') + item(comment({ id: '2' })))
    const { articles, comments, faults } = await read(file)
    expect(articles.map(({ key }) => key)).toEqual(['7'])
    expect(comments.map(({ sourceId }) => sourceId)).toEqual(['2'])
    expect(faults.map(({ code, line, skipped, sourceId }) => ({ code, line, skipped, sourceId }))).toEqual([
      { code: 'ARTICLE_WITHOUT_URL', line: 7, skipped: 'ARTICLE', sourceId: null },
      { code: 'COMMENT_WITHOUT_ARTICLE', line: 9, skipped: 'COMMENT', sourceId: '1' },
    ])
  })

  test('is named by its guid where it has no number', async () => {
    const { articles } = await read(wxr(item('', '<title>Old</title><link>http://harbour.example/old</link><guid>tag:old</guid>')))
    expect(articles[0]).toMatchObject({ key: 'tag:old', url: 'http://harbour.example/old', publishedAt: null, open: true, type: 'post' })
  })

  test('that is a draft has no date', async () => {
    const draft =
      '<link>http://harbour.example/d</link><pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>'
    const { articles, faults } = await read(wxr(item('', draft)))
    expect(articles[0]?.publishedAt).toBeNull()
    expect(faults).toEqual([])
  })
})

describe('a comment', () => {
  test('has all that WordPress knows of it, but for the address of the machine', async () => {
    const { all, comments } = await read(wxr(item(comment({ parent: '9', user_id: '3', author_url: 'http://maud.example/?a=1&#038;b=2' }))))
    expect(comments[0]).toEqual({
      kind: 'comment',
      line: 16,
      sourceId: '11',
      parentSourceId: '9',
      authorName: 'Maud',
      authorEmail: 'maud@harbour.example',
      authorUrl: 'http://maud.example/?a=1&b=2',
      authorUserId: '3',
      createdAt: new Date('2019-05-06T08:00:00Z'),
      status: 'APPROVED',
      type: 'comment',
      text: 'The <b>early</b> boat is full.',
      votes: null,
      sticky: false,
      closed: false,
      passageId: null,
    })
    expect(JSON.stringify(all)).not.toContain('192.0.2.9')
  })

  test.each([
    ['1', 'APPROVED'],
    ['0', 'PENDING'],
    ['hold', 'PENDING'],
    ['spam', 'SPAM'],
    ['trash', 'TRASH'],
    ['post-trashed', 'TRASH'],
  ])('whose approval is %s is %s', async (approved, status) => {
    const { comments, faults } = await read(wxr(item(comment({ approved }))))
    expect(comments[0]?.status).toBe(status)
    expect(faults).toEqual([])
  })

  test.each(['constructor', '2', ''])('whose approval is "%s" waits for a moderator', async (approved) => {
    const { comments, faults } = await read(wxr(item(comment({ approved }))))
    expect(comments[0]?.status).toBe('PENDING')
    expect(briefly(faults)).toEqual(['STATUS_UNKNOWN VALUE'])
  })

  test.each([
    ['', 'comment'],
    ['comment', 'comment'],
    ['pingback', 'pingback'],
    ['trackback', 'trackback'],
    ['order_note', 'order_note'],
  ])('of the type "%s" says %s', async (type, said) => {
    const { comments } = await read(wxr(item(comment({ type }))))
    expect(comments[0]?.type).toBe(said)
  })

  test('of a guest has neither member nor parent, and a name in plain text', async () => {
    const { comments } = await read(
      wxr(item(comment({ author: '<![CDATA[Tom &amp; <i>Jo</i> O&#8217;Hara]]>', user_id: '0', parent: '' }))),
    )
    expect(comments[0]).toMatchObject({ authorUserId: null, parentSourceId: null, authorName: 'Tom & Jo O’Hara' })
  })

  test('may come before its parent, which the reader leaves to be found', async () => {
    const { comments } = await read(wxr(item(comment({ id: '2', parent: '3' }) + comment({ id: '3' }))))
    expect(comments.map(({ sourceId, parentSourceId }) => [sourceId, parentSourceId])).toEqual([
      ['2', '3'],
      ['3', null],
    ])
  })

  test('keeps its text where WordPress split a CDATA section', async () => {
    const { comments } = await read(wxr(item(comment({ content: '<![CDATA[if (a[b[0]]]]><![CDATA[>1)]]>' }))))
    expect(comments[0]?.text).toBe('if (a[b[0]]>1)')
  })

  test('with an invented or impossible e-mail address has none', async () => {
    const invented = comment({ author_email: '65f0c1d2e3a4b@example.com' })
    const { comments, faults } = await read(wxr(item(invented + comment({ id: '12', author_email: 'maud at harbour' }))))
    expect(comments.map(({ authorEmail }) => authorEmail)).toEqual([null, null])
    expect(briefly(faults)).toEqual(['EMAIL_UNREADABLE VALUE'])
    expect(JSON.stringify(faults)).not.toContain('maud')
  })

  test('with a parent that is no number is kept without one', async () => {
    const { comments, faults } = await read(wxr(item(comment({ parent: 'x' }))))
    expect(comments[0]?.parentSourceId).toBeNull()
    expect(briefly(faults)).toEqual(['PARENT_UNREADABLE VALUE'])
  })

  test.each(['', '0', '-1', 'eleven'])('with the id "%s" is left out', async (id) => {
    const { comments, faults } = await read(wxr(item(comment({ id }))))
    expect(comments).toEqual([])
    expect(briefly(faults)).toEqual(['COMMENT_WITHOUT_ID COMMENT'])
  })
})

describe('the time of a comment', () => {
  const zeros = '0000-00-00 00:00:00'
  test.each([
    ['is the one in UTC', '2019-05-06 08:00:00', '2019-05-06 10:00:00', '2019-05-06T08:00:00Z', []],
    ['is the local one where WordPress does not know UTC', zeros, '2019-05-06 10:00:00', '2019-05-06T10:00:00Z', []],
    [
      'is the local one where the one in UTC is impossible',
      '2019-13-06 08:00:00',
      '2019-05-06 10:00:00',
      '2019-05-06T10:00:00Z',
      ['VALUE'],
    ],
    ['is now where the local one is only hours ahead', zeros, '2026-03-01 14:00:00', now.toISOString(), []],
  ])('%s', async (_, gmt, local, at, cost) => {
    const { comments, faults } = await read(wxr(item(comment({ date_gmt: gmt, date: local }))))
    expect(comments.map(({ createdAt }) => createdAt)).toEqual([new Date(at)])
    expect(faults.map(({ skipped }) => skipped)).toEqual(cost)
  })

  test.each([zeros, '2019-02-30 08:00:00', '2019-05-06 25:00:00', '1969-12-31 23:59:59', '2031-01-01 00:00:00', 'yesterday', ''])(
    'is a fault that costs the comment where both are "%s"',
    async (date) => {
      const { comments, faults } = await read(wxr(item(comment({ date, date_gmt: date }) + comment({ id: '12' }))))
      expect(comments.map(({ sourceId }) => sourceId)).toEqual(['12'])
      expect(faults).toMatchObject([{ code: 'DATE_IMPOSSIBLE', line: 16, skipped: 'COMMENT', sourceId: '11' }])
    },
  )
})

describe('what wpDiscuz adds', () => {
  async function withMeta(notes: string, elements = {}) {
    const { comments, faults } = await read(wxr(item(comment(elements, notes))))
    return { comment: comments[0], faults: briefly(faults) }
  }
  const separate = (text: string) => meta('wpdiscuz_votes_seperate', text)

  test('votes for and against are read from the pair, not from the sum', async () => {
    const read = await withMeta(meta('wpdiscuz_votes', '4') + separate('a:2:{s:4:"like";i:5;s:7:"dislike";s:1:"2";}'))
    expect(read.comment?.votes).toEqual({ up: 5, down: 2 })
    expect(read.faults).toEqual([])
  })

  test.each([
    ['7', { up: 7, down: 0 }],
    ['-3', { up: 0, down: 3 }],
    ['0', null],
  ])('a sum of %s alone counts on its side', async (sum, votes) => {
    expect((await withMeta(meta('wpdiscuz_votes', sum))).comment?.votes).toEqual(votes)
  })

  test.each(['a:2:{s:4:"like";i:5;', 'a:2:{s:4:"like";i:-5;s:7:"dislike";i:0;}', 'i:5;', 'O:8:"stdClass":0:{}'])(
    'a damaged pair %s is a fault, and the sum counts',
    async (text) => {
      const read = await withMeta(separate(text) + meta('wpdiscuz_votes', '2'))
      expect(read.comment?.votes).toEqual({ up: 2, down: 0 })
      expect(read.faults).toEqual(['VOTES_UNREADABLE VALUE'])
    },
  )

  test('a sum that is no number is a fault', async () => {
    const read = await withMeta(meta('wpdiscuz_votes', 'many'))
    expect(read.comment?.votes).toBeNull()
    expect(read.faults).toEqual(['VOTES_UNREADABLE VALUE'])
  })

  test('a sticky comment is one by its type, or by its note', async () => {
    expect((await withMeta('', { type: 'wpdiscuz_sticky' })).comment).toMatchObject({ type: 'comment', sticky: true })
    expect((await withMeta(meta('wpdiscuz_sticky', '1'))).comment).toMatchObject({ type: 'comment', sticky: true })
  })

  test('a closed thread and the passage that is answered are noted', async () => {
    const notes = meta('wpdiscuz_closed', '1') + meta('wpdiscuz_feedback_form_id', '42') + meta('akismet_result', 'false')
    expect((await withMeta(notes)).comment).toMatchObject({ closed: true, passageId: '42', sticky: false })
  })
})

test('a file read byte by byte says the same as at once', async () => {
  const notes = meta('wpdiscuz_votes_seperate', 'a:2:{s:4:"like";i:5;s:7:"dislike";i:2;}')
  const file = wxr(
    item(
      comment({ author: 'Ünal &amp; Søn 🙂', content: '<![CDATA[a]] ]]]]><![CDATA[> 東京]]>' }, notes) +
        comment({ id: '12', content: 'R&D < 3' }),
    ),
  )
  const whole = await read(file)
  expect(whole.comments.map(({ authorName }) => authorName)).toEqual(['Ünal & Søn 🙂', 'Maud'])
  for (const size of [1, 2, 3, 7, 64]) expect(await read(file, size)).toEqual(whole)
})

test('comments are handed on while their article is still being read', async () => {
  let pulled = 0
  async function* endless() {
    yield Buffer.from(wxr(item('')).split('</item>')[0] ?? '')
    for (let id = 1; ; id++) {
      pulled++
      yield Buffer.from(comment({ id: String(id) }).padEnd(5_000))
    }
  }
  let seen = 0
  for await (const record of readWordPress(endless(), { now })) {
    if (record.kind === 'comment') seen++
    expect(pulled - seen).toBeLessThan(3)
    if (seen === 200) break
  }
  expect(seen).toBe(200)
})
