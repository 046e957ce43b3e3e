import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { cleanUp, colloquy, startCommand } from '../cli/process.js'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { testDatabase } from '../support/database.js'
import { article, articlesOf, comments, drift, everyRow, harbour, imported, importFile, inPieces } from './importing.js'
import { comment, meta, wxr } from './wxr.js'

/** A file is known by as much of it: before that is read nothing is written. */
const headBytes = 65_536
const padded = (items: string) => wxr(items).replace('<channel>', `<channel><!-- ${'x'.repeat(headBytes)} -->`)

/** Three articles, with something of everything that has to survive. */
const file = padded(
  article(
    7,
    comments(
      { id: '1' },
      { id: '2', parent: '1' },
      { id: '3', parent: '9' },
      { id: '4', approved: 'trash' },
      { id: '5', parent: '4' },
      { id: '6', parent: '99' },
      { id: '7', parent: '8' },
      { id: '8', parent: '7' },
      { id: '9' },
    ),
  ) +
    article(8, ['10', '11', '12', '13'].map((id) => comment({ id }, meta('wpdiscuz_sticky', '1'))).join('')) +
    article(9, comments({ id: '14', user_id: '4' }, { id: '15', parent: '14', author: 'Ann', author_email: 'ann@harbour.example' })),
)

describe('A second run', () => {
  let program: TestApp
  beforeAll(async () => {
    program = await startApp()
  })
  afterAll(() => program.stop())

  test('changes no row and says nothing to readers', async () => {
    const site = await harbour(program)
    const first = await importFile(program, site, file, { batchSize: 3 })
    const rows = await everyRow(program, site)
    const second = await importFile(program, site, file, { batchSize: 2 })
    expect(await everyRow(program, site)).toEqual(rows)
    expect(first.comments).toMatchObject({ read: 15, taken: 15, there: 0 })
    expect(second.comments).toMatchObject({ read: 15, taken: 0, there: 15 })
  })

  test('of a later export brings what is new', async () => {
    const site = await harbour(program)
    await importFile(program, site, wxr(article(7, comments({ id: '1' }))))
    const report = await importFile(
      program,
      site,
      wxr(article(7, comments({ id: '1', content: 'Changed since.' }, { id: '2', parent: '1' }))),
    )
    expect(report.comments).toMatchObject({ taken: 1, there: 1 })
    expect([...(await imported(program, site)).values()].map(({ path, html, replies }) => `${path} ${html} ${replies}`)).toEqual([
      '1 <p>Number 1.</p> 1',
      '1 2 <p>Number 2.</p> 0',
    ])
    expect(await articlesOf(program, site)).toMatchObject([{ comments: 2, threads: 1, events: 'ARTICLE ARTICLE' }])
  })

  test('after a run that broke off, wherever that was, ends like one run', async () => {
    const whole = await harbour(program)
    await importFile(program, whole, file, { batchSize: 2 })
    const expected = {
      comments: [...(await imported(program, whole)).values()],
      articles: await articlesOf(program, whole),
      runs: await runsOf(whole),
    }
    for (let until = headBytes + 1000; until < file.length; until += 1500) {
      const site = await harbour(program)
      await expect(importFile(program, site, inPieces(file, until), { batchSize: 2 })).rejects.toThrow('breaks off here')
      expect(await drift(program)).toEqual([])
      await importFile(program, site, file, { batchSize: 2 })
      expect([...(await imported(program, site)).values()]).toEqual(expected.comments)
      expect(await articlesOf(program, site)).toEqual(expected.articles)
      expect(await runsOf(site)).toEqual(expected.runs)
    }
    expect(await drift(program)).toEqual([])
  })

  test('after one that broke off tells readers of what only that one wrote', async () => {
    const site = await harbour(program)
    const old = comments({ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' })
    await importFile(program, site, padded(article(7, old)))
    // From new to old: what is written last was there before.
    const later = padded(article(7, comments({ id: '7' }, { id: '6' }, { id: '5' }) + old))
    await expect(importFile(program, site, inPieces(later, later.length - 1000), { batchSize: 2 })).rejects.toThrow('breaks off here')
    expect(await articlesOf(program, site)).toMatchObject([{ comments: 7, events: 'ARTICLE' }])
    expect((await importFile(program, site, later, { batchSize: 2 })).comments.taken).toBe(0)
    expect(await articlesOf(program, site)).toMatchObject([{ comments: 7, events: 'ARTICLE ARTICLE' }])
  })

  test('at the same time takes every comment once', async () => {
    const site = await harbour(program)
    const long = wxr(
      article(7, comments(...Array.from({ length: 400 }, (_, i) => ({ id: String(i + 1), ...(i % 3 ? { parent: String(i) } : {}) })))),
    )
    const [one, other] = await Promise.all([1, 2].map(() => importFile(program, site, long, { batchSize: 20 })))
    expect((one?.comments.taken ?? 0) + (other?.comments.taken ?? 0)).toBe(400)
    expect(await articlesOf(program, site)).toMatchObject([{ comments: 400 }])
    expect(await drift(program)).toEqual([])
  })

  async function runsOf(site: string) {
    const rows = (await everyRow(program, site)).filter((row) => row.startsWith('run '))
    return rows
      .map((row) => JSON.parse(row.slice(4)))
      .map(({ progress, endedAt, file: hash }) => ({ progress, hash, ended: endedAt !== null }))
  }
})

describe('The command', () => {
  afterEach(cleanUp)

  test('that is killed in the middle is completed by giving it again', async () => {
    const long = wxr(
      article(7, comments(...Array.from({ length: 2500 }, (_, i) => ({ id: String(i + 1), ...(i % 3 ? { parent: String(i) } : {}) })))),
    )
    const database = await testDatabase()
    const command = ['import', 'wordpress', '-', '--site', 'harbour']
    await colloquy(['site', 'create', 'harbour', '--name', 'Harbour', '--origin', 'https://harbour.example'], database.env)

    const cut = startCommand(command, database.env)
    // What is still on its way when it is killed arrives nowhere.
    cut.child.stdin?.on('error', () => {})
    // The most of it at once, so that there is something to write; then so slowly that it is not over.
    cut.child.stdin?.write(long.slice(0, long.length * 0.8))
    let at = Math.floor(long.length * 0.8)
    await until(
      'some of it is written',
      () => {
        cut.child.stdin?.write(long.slice(at, at + 80))
        at += 80
        return / [1-9][\d,]* taken/.test(cut.err)
      },
      60_000,
    )
    cut.child.kill('SIGKILL')
    await cut.ended

    const again = await colloquy(command, database.env, long)
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Comments: 2,500 read, [1-9][\d,]* taken, [1-9][\d,]* there already, 0 left out\./),
    })
    expect((await colloquy(['recount'], database.env)).out).toMatch(/^1 article looked through: 0 counts differ/)
    const third = await colloquy(command, database.env, long)
    expect(third.out).toContain('2,500 read, 0 taken, 2,500 there already')
    await database.remove()
  })

  test('for a site that is not there says so, and takes no other word for pings', async () => {
    const database = await testDatabase()
    const command = ['import', 'wordpress', '-', '--site', 'nowhere']
    expect(await colloquy(command, database.env, file)).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no site "nowhere"'),
    })
    expect(await colloquy([...command, '--pings', 'some'], database.env)).toMatchObject({
      code: 2,
      err: expect.stringContaining('keep, skip'),
    })
    await database.remove()
  })
})
