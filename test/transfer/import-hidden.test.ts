import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'
import { article, articlesOf, codesOf, comments, drift, everyRow, imported, importFile, inPieces, leaveHarbour } from './importing.js'
import { wxr } from './wxr.js'

let program: TestApp
let world: Seed
let moderator: Person
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())
beforeEach(settle)

/** A fresh site and its moderator. */
async function settle() {
  await leaveHarbour(program)
  world = await seed(program, {}, { origins: ['https://harbour.example'] })
  moderator = await world.moderator()
}

const address = 'https://harbour.example/ferries-7'
const publish = '<wp:status><![CDATA[publish]]></wp:status>'
const noPassword = '<wp:post_password></wp:post_password>'
const status = (text: string) => (fields: string) => fields.replace('[publish]', `[${text}]`)
const bring = (file: string | AsyncIterable<Uint8Array>, batchSize = 500) => importFile(program, world.site, file, { batchSize })
const two = comments({ id: '1' }, { id: '2', parent: '1' })

/** What this person, or somebody without a name, is told of the article. */
async function seenBy(person?: Person) {
  const query =
    'query($url: String!) { commentCounts(urls: [$url]) { count } article(url: $url) { id title commentCount comments(orderBy: OLDEST, first: 9) { totalCount } } }'
  const { article, commentCounts } = await program.ask(query, { url: address }, { site: world.site, token: person?.token })
  return { article, count: commentCounts[0].count }
}

async function decide(field: 'hideArticle' | 'reopenArticle') {
  const { article } = await seenBy(moderator)
  const type = field === 'hideArticle' ? 'HideArticle' : 'ReopenArticle'
  const data = await program.ask(
    `mutation($input: ArticleStateInput!) { ${field}(input: $input) { __typename } }`,
    { input: { key: newKey(), articleId: article.id } },
    { site: world.site, token: moderator.token },
  )
  expect(data[field].__typename).toBe(`${type}Payload`)
}

async function statesOf() {
  return (await articlesOf(program, world.site)).map(({ state, comments }) => `${state} ${comments}`)
}

describe('The discussion of a post that WordPress does not show to everybody', () => {
  test.each([
    ['that is private', status('private'), 'its status is "private"'],
    ['that is a draft', status('draft'), 'its status is "draft"'],
    ['that waits for review', status('pending'), 'its status is "pending"'],
    ['that is to come', status('future'), 'its status is "future"'],
    ['that was trashed', status('trash'), 'its status is "trash"'],
    ['that belongs to another', status('inherit'), 'another post decides'],
    ['of a status that only a plugin knows', status('wc-completed'), '"wc-completed"'],
    ['whose status is no word', status('pub lish'), 'nothing says that its post is public'],
    ['without a status', (fields: string) => fields.replace(publish, ''), 'nothing says that its post is public'],
    ['of two states', (fields: string) => fields.replace(publish, publish + publish.replace('publish', 'private')), 'nothing says'],
    ['behind a password', (fields: string) => fields.replace(noPassword, noPassword.replace('><', '>open sesame<')), 'has a password'],
    [
      'whose password cannot be read',
      (fields: string) => fields.replace(noPassword, noPassword.replace('><', `>${'x'.repeat(1_100_000)}<`)),
      'has a password',
    ],
  ])('%s is there for moderators only, and named in the report', async (_, change, why) => {
    const report = await bring(wxr(article(7, two, change)))
    expect(report.comments).toMatchObject({ read: 2, taken: 2, leftOut: 0 })
    expect(await seenBy()).toEqual({ article: null, count: 0 })
    expect(await seenBy(await world.member())).toEqual({ article: null, count: 0 })
    expect((await seenBy(moderator)).article).toMatchObject({ title: 'Ferries & fares', commentCount: 2 })
    const hidden = report.faults.find(({ code }) => code === 'ARTICLE_HIDDEN')
    expect(hidden).toMatchObject({ count: 1, named: [{ line: 7, sourceId: null, skipped: 'NOTHING' }] })
    expect(hidden?.named[0]?.detail).toContain(why)
    expect(hidden?.named[0]?.detail).toMatch(/hidden, for moderators only .*\(comments: 2\)$/)
    expect(JSON.stringify(report)).not.toContain('sesame')
  })

  test('is hidden beside public ones, whose comments everybody reads', async () => {
    await bring(wxr(article(7, two, status('private')) + article(8, comments({ id: '3' }))))
    expect(await statesOf()).toEqual(['HIDDEN 2', 'OPEN 1'])
  })
})

describe('Where the status stands behind the comments', () => {
  const many = comments(...Array.from({ length: 9 }, (_, i) => ({ id: String(i + 1), ...(i % 2 ? { parent: String(i) } : {}) })))
  const late = (...elements: string[]) =>
    wxr(article(7, many + elements.join(''), (fields) => fields.replace(publish, '').replace(noPassword, '')))

  test.each([
    ['a public article is as if it stood before them', late(publish, noPassword), 'OPEN 9'],
    ['a public article needs no word of a password', late(publish), 'OPEN 9'],
    ['a private one is hidden', late(publish.replace('publish', 'private'), noPassword), 'HIDDEN 9'],
    ['one behind a password is hidden', late(publish, noPassword.replace('><', '>x<')), 'HIDDEN 9'],
    ['one that says nothing is hidden', late(), 'HIDDEN 9'],
    ['one of which the file ends before it says so is hidden', late(publish).replace(/<\/item>[\s\S]*/, ''), 'HIDDEN 9'],
  ])('%s', async (_, file, state) => {
    const report = await bring(file, 2)
    expect(await statesOf()).toEqual([state])
    expect([...(await imported(program, world.site)).values()].map(({ parent }) => parent)).toEqual(
      Array.from({ length: 9 }, (_, i) => (i % 2 ? String(i) : null)),
    )
    expect(Object.keys(codesOf(report)).filter((code) => code !== 'TRUNCATED')).toEqual(state === 'OPEN 9' ? [] : ['ARTICLE_HIDDEN'])
    expect(await drift(program)).toEqual([])
  })

  test('nobody sees any of them before it has been read, and an import that breaks off there goes on', async () => {
    const file = late(publish, noPassword)
    const padded = file.replace('<channel>', `<channel><!-- ${'x'.repeat(66_000)} -->`)
    await expect(bring(inPieces(padded, padded.indexOf(publish)), 2)).rejects.toThrow('breaks off here')
    expect(await statesOf()).toEqual([])
    await bring(padded, 2)
    expect(await statesOf()).toEqual(['OPEN 9'])
    expect((await everyRow(program, world.site)).filter((row) => row.startsWith('run'))).toHaveLength(1)
  })
})

describe('A discussion that is here already', () => {
  const hidden = wxr(article(7, two, status('private')))

  test('and open gains nothing of a private post, neither comments nor title, until it is hidden', async () => {
    await world.post(await world.member(), address)
    const report = await bring(hidden)
    expect(report.comments).toMatchObject({ read: 2, taken: 0, there: 0, leftOut: 2 })
    expect(codesOf(report)).toEqual({ ARTICLE_NOT_HIDDEN: ['1', '2'] })
    expect((await seenBy()).article).toMatchObject({ title: null, commentCount: 1 })
    expect(await articlesOf(program, world.site)).toMatchObject([{ state: 'OPEN', key: null, events: 'POSTED' }])

    await decide('hideArticle')
    expect((await bring(hidden)).comments).toMatchObject({ taken: 2, leftOut: 0 })
    expect(await statesOf()).toEqual(['HIDDEN 3'])
  })

  test('stays open where a moderator has opened it, and a second run takes nothing more into it', async () => {
    await bring(hidden)
    await decide('reopenArticle')
    const rows = await everyRow(program, world.site)
    expect(codesOf(await bring(hidden))).toEqual({})
    expect(await everyRow(program, world.site)).toEqual(rows)
    const report = await bring(wxr(article(7, two + comments({ id: '3' }), status('private'))))
    expect(report.comments).toMatchObject({ read: 3, taken: 0, there: 2, leftOut: 1 })
    expect(await statesOf()).toEqual(['OPEN 2'])
  })

  test('stays hidden where a moderator has hidden it, or the post has become public since', async () => {
    await bring(wxr(article(7, two)))
    await decide('hideArticle')
    await bring(wxr(article(7, two + comments({ id: '3' }))))
    expect(await statesOf()).toEqual(['HIDDEN 3'])

    await settle()
    expect(Object.keys(codesOf(await bring(hidden)))).toEqual(['ARTICLE_HIDDEN'])
    expect(Object.keys(codesOf(await bring(hidden)))).toEqual(['ARTICLE_HIDDEN'])
    await bring(wxr(article(7, two)))
    expect(await statesOf()).toEqual(['HIDDEN 2'])
  })

  test('because a private post has the same address hides the comments of a public one, which the report says', async () => {
    const same = (fields: string) => fields.replace('ferries-8/', 'ferries-7/')
    const file = wxr(article(7, two, status('private')) + article(8, comments({ id: '3' }), same))
    for (const taken of [3, 0]) {
      const report = await bring(file)
      expect(report.comments).toMatchObject({ read: 3, taken, leftOut: 0 })
      expect(await statesOf()).toEqual(['HIDDEN 3'])
      const { named } = report.faults.find(({ code }) => code === 'ARTICLE_HIDDEN') ?? { named: [] }
      expect(named.map(({ line }) => line)).toEqual([7, expect.any(Number)])
      expect(named[1]?.detail).toMatch(/hidden already: hidden, for moderators only .*\(comments: 1\)$/)
    }
    await decide('reopenArticle')
    expect((await bring(file)).faults.map(({ code }) => code)).not.toContain('ARTICLE_HIDDEN')
  })

  test('because a public post has the same address is not opened to the comments of a private one', async () => {
    const same = (fields: string) => status('private')(fields).replace('ferries-8/', 'ferries-7/')
    const report = await bring(wxr(article(7, two) + article(8, comments({ id: '3' }), same)))
    expect(codesOf(report)).toMatchObject({ ARTICLE_NOT_HIDDEN: ['3'] })
    expect(report.comments).toMatchObject({ read: 3, taken: 2, leftOut: 1 })
    expect(await statesOf()).toEqual(['OPEN 2'])
  })
})
