import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { article, articlesOf, codesOf, comments, drift, everyRow, harbour, imported, importFile } from './importing.js'
import { wxr } from './wxr.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

/** Each comment's path, by number. */
async function pathsOf(site: string): Promise<string[]> {
  return [...(await imported(program, site)).values()].map(({ path }) => path)
}

/** A fresh site with this article 7, written two comments at a time. */
async function importOne(inner: string, settings: object = {}, batchSize = 2) {
  const site = await harbour(program, settings)
  const report = await importFile(program, site, wxr(article(7, inner)), { batchSize })
  expect(await drift(program)).toEqual([])
  return { site, report, paths: await pathsOf(site) }
}

test('A reply finds its parent in its own batch, in an earlier and in a later one', async () => {
  const { paths, report } = await importOne(
    comments(
      { id: '1', parent: '6' },
      { id: '2' },
      { id: '3', parent: '2' },
      { id: '4', parent: '3' },
      { id: '5', parent: '4' },
      { id: '6', parent: '5' },
    ),
  )
  expect(paths).toEqual(['2 3 4 5 6 1', '2', '2 3', '2 3 4', '2 3 4 5', '2 3 4 5 6'])
  expect(report.faults).toEqual([])
})

test('A comment whose parent is missing starts a thread, and what answers it stays below it', async () => {
  const { paths, report } = await importOne(
    comments({ id: '1', parent: '2' }, { id: '2', parent: '99' }, { id: '3' }, { id: '4', parent: '1' }),
  )
  expect(paths).toEqual(['2 1', '2', '3', '2 1 4'])
  expect(codesOf(report)).toEqual({ PARENT_MISSING: ['2'] })
})

test('A comment whose parent belongs to another article starts a thread of its own article', async () => {
  const site = await harbour(program)
  const file = wxr(
    article(7, comments({ id: '1' }, { id: '2', parent: '4' })) + article(8, comments({ id: '3', parent: '1' }, { id: '4' })),
  )
  const report = await importFile(program, site, file, { batchSize: 3 })
  expect(await pathsOf(site)).toEqual(['1', '2', '3', '4'])
  expect(await articlesOf(program, site)).toMatchObject([
    { comments: 2, threads: 2 },
    { comments: 2, threads: 2 },
  ])
  expect(codesOf(report)).toEqual({ PARENT_ELSEWHERE: ['3'], PARENT_MISSING: ['2'] })
})

test('A circle is broken at its oldest comment', async () => {
  const { paths, report } = await importOne(
    comments(
      { id: '1', parent: '5' },
      { id: '2', parent: '4' },
      { id: '3', parent: '2' },
      { id: '4', parent: '3' },
      { id: '5', parent: '3' },
      { id: '6', parent: '6' },
    ),
  )
  expect(paths).toEqual(['2 3 5 1', '2', '2 3', '2 3 4', '2 3 5', '6'])
  expect(codesOf(report)).toEqual({ PARENT_CYCLE: ['2', '6'] })
})

test('Of a number that comes twice the first is taken, however far apart they are', async () => {
  const { site, paths, report } = await importOne(
    comments({ id: '1' }, { id: '1', content: 'Again.' }, { id: '2' }, { id: '3' }, { id: '4' }, { id: '1', content: 'And again.' }),
  )
  expect(paths).toEqual(['1', '2', '3', '4'])
  expect((await imported(program, site)).get('1')?.html).toBe('<p>Number 1.</p>')
  expect(codesOf(report)).toEqual({ DUPLICATE_ID: ['1', '1'] })
})

test('A reply deeper than the site allows stands beside its parent', async () => {
  const chain = comments(
    { id: '1' },
    { id: '2', parent: '1' },
    { id: '3', parent: '2' },
    { id: '4', parent: '3' },
    { id: '5', parent: '4' },
  )
  const deep = await importOne(chain, { maxDepth: 2 })
  expect(deep.paths).toEqual(['1', '1 2', '1 2 3', '1 2 4', '1 2 5'])
  expect(codesOf(deep.report)).toEqual({ TOO_DEEP: ['4', '5'] })
  expect((await importOne(chain, { maxDepth: 0 })).paths).toEqual(['1', '2', '3', '4', '5'])
})

test('A reply dated before its parent keeps its date and stands below it', async () => {
  const { paths, report } = await importOne(comments({ id: '5' }, { id: '6', parent: '5', date_gmt: '2019-01-01 00:00:00' }))
  expect(paths).toEqual(['5', '5 6'])
  expect(report.faults).toEqual([])
})

test('Comments of the same second keep the order of their numbers', async () => {
  const site = await harbour(program)
  const at = { date_gmt: '2019-05-06 08:00:00' }
  await importFile(program, site, wxr(article(7, comments(...['9', '10', '8', '11'].map((id) => ({ id, ...at }))))))
  const { article: found } = await program.ask(
    'query($url: String!) { article(url: $url) { comments(orderBy: OLDEST, first: 9) { edges { node { html } } } } }',
    { url: 'https://harbour.example/ferries-7' },
    { site },
  )
  expect(found.comments.edges.map(({ node }: { node: { html: string } }) => node.html)).toEqual(
    ['8', '9', '10', '11'].map((id) => `<p>Number ${id}.</p>`),
  )
})

/** Two hundred comments whose parents were drawn, a few of them missing and two in a circle. */
function drawn(): { id: string; parent?: string }[] {
  let state = 5
  const draw = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const all = Array.from({ length: 200 }, (_, i) => ({
    id: String(i + 1),
    ...(i > 0 && draw(3) > 0 ? { parent: String(draw(i) + 1) } : {}),
  }))
  return [...all, { id: '201', parent: '999' }, { id: '202', parent: '203' }, { id: '203', parent: '202' }, { id: '204', parent: '203' }]
}

test.each(['from new to old', 'in no order'])(
  'An article written %s, with more waiting than memory is to hold, comes out as one in order',
  async (order) => {
    const inOrder = drawn()
    const other =
      order === 'in no order'
        ? inOrder
            .map((each, i) => ({ each, at: (i * 7919) % 211 }))
            .sort((a, b) => a.at - b.at)
            .map(({ each }) => each)
        : inOrder.toReversed()
    const [expected, found] = [await importOne(comments(...inOrder), {}, 500), await importOne(comments(...other), {}, 8)]
    expect([...(await imported(program, found.site)).values()]).toEqual([...(await imported(program, expected.site)).values()])
    expect(codesOf(found.report)).toEqual(codesOf(expected.report))
    expect(await articlesOf(program, found.site)).toEqual(await articlesOf(program, expected.site))
    expect((await everyRow(program, found.site)).filter((row) => row.startsWith('run'))).toHaveLength(1)
  },
)
