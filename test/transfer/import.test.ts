import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from '../../src/platform/client.js'
import { hostileTexts } from '../comments/hostile-texts.js'
import { startApp, type TestApp } from '../support/app.js'
import { article, articlesOf, codesOf, comments, drift, everyRow, harbour, imported, importFile, siteOf } from './importing.js'
import { comment, meta, wxr } from './wxr.js'

let program: TestApp
let site: string
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())
beforeEach(async () => {
  site = await harbour(program)
})

describe('An imported article', () => {
  test('comes with its address, title and state, and tells its readers once to page again', async () => {
    const closed = (fields: string) => fields.replace('[open]', '[closed]')
    await importFile(
      program,
      site,
      wxr(article(7, comments({ id: '1' }, { id: '2' }, { id: '3' })) + article(8, comments({ id: '4' }), closed)),
      { batchSize: 2 },
    )
    const about = { title: 'Ferries & fares', pinned: 0, events: 'ARTICLE' }
    expect(await articlesOf(program, site)).toEqual([
      { key: 'wordpress:harbour.example:7', url: 'https://harbour.example/ferries-7/', state: 'OPEN', comments: 3, threads: 3, ...about },
      { key: 'wordpress:harbour.example:8', url: 'https://harbour.example/ferries-8/', state: 'CLOSED', comments: 1, threads: 1, ...about },
    ])
  })

  test('is left out where nobody has commented', async () => {
    const report = await importFile(program, site, wxr(article(7, '') + article(8, comments({ id: '1' }))))
    expect((await articlesOf(program, site)).map(({ key }) => key)).toEqual(['wordpress:harbour.example:8'])
    expect(report.articles).toEqual({ read: 2, withComments: 1, stored: 1 })
  })

  test('of another origin is left out with its comments, by its line, with what to do', async () => {
    const foreign = (fields: string) => fields.replace('https://harbour.example/ferries', 'https://old.example/ferries')
    const report = await importFile(
      program,
      site,
      wxr(article(7, comments({ id: '1' }, { id: '2' }), foreign) + article(8, comments({ id: '3' }))),
    )
    expect([...(await imported(program, site)).keys()]).toEqual(['3'])
    const [fault] = report.faults
    expect(fault).toMatchObject({ code: 'ARTICLE_FOREIGN', count: 1, named: [{ line: 7, skipped: 'ARTICLE', sourceId: null }] })
    expect(fault?.named[0]?.detail).toMatch(/https:\/\/old\.example is none of the site’s origins .* \(comments: 2\)/)
    expect(report.comments).toMatchObject({ read: 3, taken: 1, leftOut: 2 })
  })

  test('that has the address of another is one with it', async () => {
    const same = (fields: string) => fields.replace('ferries-8/', 'ferries-7?utm_source=letter')
    const report = await importFile(
      program,
      site,
      wxr(article(7, comments({ id: '1' })) + article(8, comments({ id: '2', parent: '1' }), same)),
    )
    expect((await imported(program, site)).get('2')).toMatchObject({ article: 'wordpress:harbour.example:7', parent: '1' })
    expect(codesOf(report)).toEqual({ ARTICLE_SHARED: ['line 31'] })
  })

  test('that moved is found by its number, at its old address and the new one', async () => {
    await importFile(program, site, wxr(article(7, comments({ id: '1' }))))
    await importFile(program, site, wxr(article(7, comments({ id: '1' }, { id: '2' }), (fields) => fields.replace('ferries-7', 'boats'))))
    expect(await articlesOf(program, site)).toMatchObject([{ comments: 2, url: 'https://harbour.example/ferries-7/' }])
    const found = await program.ask(
      'query($url: String!) { article(url: $url) { commentCount } }',
      { url: 'https://harbour.example/boats' },
      { site },
    )
    expect(found.article.commentCount).toBe(2)
  })
})

describe('An imported comment', () => {
  test('has its words, its time and its votes, and a private author', async () => {
    await importFile(
      program,
      site,
      wxr(
        article(
          7,
          comment({ author_url: 'https://maud.example' }, meta('wpdiscuz_votes_seperate', 'a:2:{s:4:"like";i:5;s:7:"dislike";i:2;}')),
        ),
      ),
    )
    expect((await imported(program, site)).get('11')).toMatchObject({
      ...{ html: '<p>The <strong>early</strong> boat is full.</p>', status: 'APPROVED', listed: true, score: 3 },
      author: 'GUEST Maud maud@harbour.example',
    })
    const { id: siteId } = await siteOf(program, site)
    const [row] = await sql(program.app.db)<{
      id: string
      createdAt: Date
      authorId: string
    }>`SELECT id, "createdAt", "authorId" FROM comment WHERE "siteId" = ${siteId}::uuid`
    expect(row?.createdAt).toEqual(new Date('2019-05-06T08:00:00Z'))
    expect(Number.parseInt(row?.id.replace('-', '').slice(0, 12) ?? '', 16)).toBe(row?.createdAt.getTime())
    const all = (await everyRow(program, site)).join('\n')
    expect(all).not.toContain('192.0.2.9')
    expect(all).not.toContain('maud.example/')
    expect(all.match(/maud@harbour\.example/g)).toHaveLength(1)
  })

  test('of a member belongs to that member, whatever name they gave', async () => {
    const said = (id: string, author: string, user_id: string) => ({ id, author, user_id, author_email: `${id}@harbour.example` })
    await importFile(
      program,
      site,
      wxr(article(7, comments(said('1', 'Captain', '4'), said('2', 'The captain', '4'), said('3', 'Captain', '5')))),
    )
    expect([...(await imported(program, site)).values()].map(({ author }) => author)).toEqual([
      'MEMBER Captain 1@harbour.example',
      'MEMBER Captain 1@harbour.example',
      'MEMBER Captain 3@harbour.example',
    ])
  })

  test('of a guest belongs to one guest for each address, or name where there is none', async () => {
    const by = (id: string, author: string, author_email: string) => ({ id, author, author_email })
    await importFile(
      program,
      site,
      wxr(
        article(
          7,
          comments(
            by('1', 'Maud', 'Maud@Harbour.example'),
            by('2', 'M.', 'maud@harbour.example'),
            by('3', 'Maud', ''),
            by('4', 'Maud', ''),
            by('5', '', ''),
          ),
        ),
      ),
    )
    expect([...(await imported(program, site)).values()].map(({ author }) => author)).toEqual([
      'GUEST Maud maud@harbour.example',
      'GUEST Maud maud@harbour.example',
      'GUEST Maud',
      'GUEST Maud',
      'GUEST Anonymous',
    ])
    const { id } = await siteOf(program, site)
    expect(await sql(program.app.db)`SELECT id FROM person WHERE "siteId" = ${id}::uuid`).toHaveLength(3)
  })

  test('with a name that no name may be keeps what may be', async () => {
    const report = await importFile(
      program,
      site,
      wxr(article(7, comments({ id: '1', author: `<![CDATA[A\u202eb ${'c'.repeat(80)}]]>`, author_email: '' }))),
    )
    expect((await imported(program, site)).get('1')?.author).toBe(`GUEST Ab ${'c'.repeat(47)}`)
    expect(codesOf(report)).toEqual({ NAME_CHANGED: ['1'] })
  })

  test('has the status that it had', async () => {
    await importFile(
      program,
      site,
      wxr(article(7, comments({ id: '1' }, { id: '2', approved: '0' }, { id: '3', approved: 'spam' }, { id: '4', approved: 'trash' }))),
    )
    const all = [...(await imported(program, site)).values()]
    expect(all.map(({ status, listed }) => `${status} ${listed}`)).toEqual([
      'APPROVED true',
      'PENDING false',
      'SPAM false',
      'REJECTED false',
    ])
    expect(await articlesOf(program, site)).toMatchObject([{ comments: 1, threads: 1 }])
  })

  test('that other sites or plugins left is taken only where that is safe and wanted', async () => {
    const file = wxr(
      article(
        7,
        comments(
          { id: '1', type: 'pingback' },
          { id: '2', type: 'order_note' },
          { id: '3', type: 'review' },
          { id: '4', type: '' },
          { id: '5', parent: '1' },
        ),
      ),
    )
    const report = await importFile(program, site, file)
    expect([...(await imported(program, site)).keys()]).toEqual(['3', '4', '5'])
    expect(codesOf(report)).toEqual({ PARENT_MISSING: ['5'], PING_LEFT_OUT: ['1'], TYPE_LEFT_OUT: ['2'] })

    const keeping = await harbour(program)
    await importFile(program, keeping, file, { pings: 'keep' })
    expect([...(await imported(program, keeping)).keys()]).toEqual(['1', '3', '4', '5'])
  })

  test('is sanitized, whatever it holds', async () => {
    const texts = Object.values(hostileTexts).flat()
    const cdata = (text: string) => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>').replace(/[^\P{Control}\n]/gu, '')}]]>`
    await importFile(program, site, wxr(article(7, comments(...texts.map((text, i) => ({ id: String(i + 1), content: cdata(text) }))))))
    const all = [...(await imported(program, site)).values()]
    expect(all).toHaveLength(texts.length)
    for (const { html } of all) {
      expect(
        html.replace(
          /<(?:\/?(?:p|strong|em|s|code|pre|blockquote|ul|ol|li|a)|br \/|ol start="\d+"|a href="(?:https?:|mailto:)[^"<>]*" rel="nofollow ugc noopener")>/g,
          '',
        ),
      ).not.toMatch(/[<>]/)
    }
  })

  test('that is longer than one may be here is kept whole', async () => {
    const text = `${'<b>Long</b> words here.\nAnd\n\n<script>bad()</script>'.repeat(900)}The end.`
    const report = await importFile(program, site, wxr(article(7, comments({ id: '1', content: `<![CDATA[${text}]]>` }))))
    const html = (await imported(program, site)).get('1')?.html ?? ''
    expect(html.match(/<strong>Long<\/strong> words here\.<br \/>And/g)).toHaveLength(900)
    expect(html).toMatch(/The end\.<\/p>$/)
    expect(html).not.toContain('script')
    expect(codesOf(report)).toEqual({ TEXT_KEPT_WHOLE: ['1'] })
  })

  test('without words keeps its place', async () => {
    const report = await importFile(program, site, wxr(article(7, comments({ id: '1', content: '&#8203;' }, { id: '2', parent: '1' }))))
    expect((await imported(program, site)).get('2')?.parent).toBe('1')
    expect(codesOf(report)).toEqual({ TEXT_EMPTY: ['1'] })
  })

  test('of a number that another blog’s had is named and not mixed in', async () => {
    await importFile(program, site, wxr(article(7, comments({ id: '1' }, { id: '2' }))))
    const report = await importFile(program, site, wxr(article(9, comments({ id: '2' }, { id: '3' }))))
    expect((await imported(program, site)).get('2')?.article).toBe('wordpress:harbour.example:7')
    expect(codesOf(report)).toEqual({ ID_TAKEN: ['2'] })
    expect(report.comments).toMatchObject({ read: 2, taken: 1, there: 0, leftOut: 1 })
  })
})

describe('What stands out', () => {
  test('sticky threads are pinned, three of an article, and closed threads are locked', async () => {
    const sticky = meta('wpdiscuz_sticky', '1')
    const closed = meta('wpdiscuz_closed', '1')
    const all =
      ['1', '2', '3', '4'].map((id) => comment({ id }, sticky)).join('') +
      comment({ id: '5', parent: '1' }, closed) +
      comment({ id: '6' }, closed) +
      comment({ id: '7', approved: '0' }, sticky)
    const report = await importFile(program, site, wxr(article(7, all)), { batchSize: 2 })
    const rows = [...(await imported(program, site)).values()]
    expect(rows.filter(({ pinned }) => pinned).map(({ sourceId }) => sourceId)).toEqual(['1', '2', '3'])
    expect(rows.filter(({ locked }) => locked).map(({ sourceId }) => sourceId)).toEqual(['6'])
    expect(codesOf(report)).toEqual({ CLOSED_NOT_KEPT: ['5'], STICKY_NOT_KEPT: ['4', '7'] })
    expect(await articlesOf(program, site)).toMatchObject([{ pinned: 3 }])
    expect(await drift(program)).toEqual([])
  })

  test('a comment that nobody sees is listed while an approved one stands below it', async () => {
    const hidden = { approved: 'trash' }
    await importFile(
      program,
      site,
      wxr(
        article(
          7,
          comments({ id: '1', ...hidden }, { id: '2', parent: '1', approved: '0' }, { id: '3', parent: '2' }, { id: '4', ...hidden }),
        ),
      ),
      { batchSize: 1 },
    )
    const rows = [...(await imported(program, site)).values()]
    expect(rows.map(({ listed, replies, lists }) => `${listed} ${replies} ${lists}`)).toEqual([
      'true 0 1',
      'true 1 1',
      'true 0 0',
      'false 0 0',
    ])
    expect(await articlesOf(program, site)).toMatchObject([{ comments: 1, threads: 1 }])
    expect(await drift(program)).toEqual([])
  })
})
