import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type TestDatabase, testDatabase } from '../support/database.js'
import { article, comments } from '../transfer/importing.js'
import { wxr } from '../transfer/wxr.js'
import { addressOf, cleanUp, colloquy, dataFolder, emptyFolder, startCommand, startServer, stop } from './process.js'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await testDatabase()
  folder = await emptyFolder()
  await colloquy(['site', 'create', 'harbour', '--name', 'Harbour', '--origin', 'https://harbour.example'], database.env)
})
afterAll(async () => {
  await cleanUp()
  await database.remove()
})

const bring = (file: string, input = '') => colloquy(['import', 'wordpress', file, '--site', 'harbour'], database.env, input)

describe('An import of what cannot be read', () => {
  test.each([
    ['a missing file', 'no-such.xml', 'is not there.'],
    ['a file in a folder that is a file', 'empty.xml/export.xml', 'is not there.'],
    ['a folder', 'folder', 'is a folder, and not a file.'],
  ])('ends with 1 and a line that says so: %s', async (_, name, why) => {
    await mkdir(join(folder, 'folder'), { recursive: true })
    await writeFile(join(folder, 'empty.xml'), '')
    const file = join(folder, name)
    expect(await bring(file)).toEqual({ code: 1, out: '', err: `${file} ${why}\n` })
  })

  test.each([
    ['an empty file', '', 'the file is empty'],
    ['a file of white space', ' \n', 'the file is empty'],
    ['some other file', '{"version": 1}', 'the file holds no <item>'],
  ])('ends with 1 and a line that says so: %s', async (_, text, why) => {
    expect(await bring('-', text)).toEqual({ code: 1, out: '', err: `Nothing was imported: ${why}: it is no export of WordPress.\n` })
  })

  test('a feed that is no export of WordPress ends with 1', async () => {
    const feed = '<rss><channel><item><title>A</title><link>https://harbour.example/a</link></item></channel></rss>'
    expect(await bring('-', feed)).toMatchObject({ code: 1, err: expect.stringContaining('the file holds no element <wp:…>') })
  })

  test('says the same while a server runs', async () => {
    const DATA_DIR = await dataFolder()
    await colloquy(['site', 'create', 'harbour', '--name', 'Harbour', '--origin', 'https://harbour.example'], { DATA_DIR })
    const server = startServer({ DATA_DIR })
    await addressOf(server)
    const command = (file: string) => colloquy(['import', 'wordpress', file, '--site', 'harbour'], { DATA_DIR })
    expect(await command(folder)).toEqual({ code: 1, out: '', err: `${folder} is a folder, and not a file.\n` })
    expect(await command('-')).toMatchObject({ code: 1, err: expect.stringContaining('the file is empty') })
    expect((await stop(server)).code).toBe(0)
  })
})

describe('The report of an import', () => {
  test('accounts for every comment, also for those that cannot be read, and a second run says again what it leaves out', async () => {
    const told = comments(
      { id: '1' },
      { id: '1' },
      { id: '0' },
      { id: '3', type: 'pingback' },
      { id: '4', date: 'never', date_gmt: 'never' },
      { id: '5', content: `${'long '.repeat(250_000)}</wp:comment_content><wp:comment_content>` },
    )
    const file = wxr(
      article(7, told) +
        article(8, comments({ id: '6' }), (fields) => fields.replaceAll('harbour.example', 'old.example')) +
        `<item><title>Lost</title>${comments({ id: '7' })}</item>`,
    )
    const first = await bring('-', file)
    expect(first.code).toBe(0)
    expect(first.out).toContain('Comments: 8 read, 1 taken, 0 there already, 7 left out.\n')
    expect(first.out).not.toContain('not compared')
    const second = await bring('-', file)
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining('Comments: 8 read, 0 taken, 1 there already, 7 left out.\n') })
    expect(second.out).toContain('What was there already is not compared with the file again')
    const reasons = ({ out }: { out: string }) => out.slice(out.indexOf('What is not as it was'))
    expect(reasons(second)).toBe(reasons(first))
    expect(first.out).toContain(
      'https://old.example is none of the site’s origins (https://harbour.example): add it with “colloquy site change harbour --add-origin https://old.example” and import again (comments: 1) (left out)',
    )
  })

  test('of a file of whose comments none was taken ends with 1 and why', async () => {
    const left = comments({ id: '90', type: 'pingback' }, { id: '91', type: 'order_note' })
    expect(await bring('-', wxr(article(9, left)))).toMatchObject({
      code: 1,
      out: expect.stringContaining('Comments: 2 read, 0 taken, 0 there already, 2 left out.'),
      err: 'Nothing was imported: all 2 comments were left out (PING_LEFT_OUT, TYPE_LEFT_OUT).\n',
    })
    expect((await bring('-', wxr(article(9, comments({ id: '90', type: 'pingback' }))))).err).toBe(
      'Nothing was imported: the only comment was left out (PING_LEFT_OUT).\n',
    )
    expect(await bring('-', wxr(article(9, '')))).toMatchObject({ code: 0, err: '' })
  })

  test('names the articles that were hidden', async () => {
    const secret = article(10, comments({ id: '100' }), (fields) => fields.replace('[publish]', '[private]'))
    const { code, out } = await bring('-', wxr(secret))
    expect(code).toBe(0)
    expect(out).toContain(
      'ARTICLE_HIDDEN: 1\n  line 7: its status is "private": hidden, for moderators only until one of them opens it (comments: 1)\n',
    )
  })

  test('comes whole, whatever addresses the comments hold', async () => {
    const odd = comments(
      { id: '110', content: 'See https://example.org/%00 and &lt;a href="https://example.org/%00%ED%A0%80"&gt;this&lt;/a&gt;.' },
      { id: '111', author_url: 'https://example.org/%00', author: 'A%00b' },
      { id: '112' },
    )
    expect(await bring('-', wxr(article(11, odd, (fields) => fields.replace('ferries-11/', 'ferries-11/%00'))))).toMatchObject({
      code: 0,
      out: expect.stringContaining('Comments: 3 read, 3 taken'),
    })
  })
})

describe('Whoever reads what a command writes', () => {
  test.each([
    ['the answer', ['help']],
    ['the answer of the database', ['site', 'list']],
    ['what is to be said', ['no-such-verb']],
  ])('may leave before it comes, and nothing more is said: %s', async (_, words) => {
    const running = startCommand(words, database.env)
    running.child.stdout?.destroy()
    if (words[0] === 'no-such-verb') running.child.stderr?.destroy()
    const { code, err } = await running.ended
    expect({ code, err }).toEqual({ code: words[0] === 'no-such-verb' ? 2 : 0, err: '' })
  })

  test('ends an import by leaving, which goes on when it is given again', async () => {
    const some = article(12, comments(...Array.from({ length: 700 }, (_, i) => ({ id: String(i + 1000) }))))
    const running = startCommand(['import', 'wordpress', '-', '--site', 'harbour'], database.env)
    running.child.stdin?.on('error', () => {})
    running.child.stderr?.destroy()
    running.child.stdin?.write(wxr(some).split('</item>')[0])
    // It says once a second how far it is, and would read for ever.
    let id = 2000
    const writing = setInterval(() => running.child.stdin?.write(comments({ id: String(id++) })), 50)
    const { code, out } = await running.ended
    clearInterval(writing)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(await bring('-', wxr(some))).toMatchObject({ code: 0, out: expect.stringMatching(/700 read, .* 0 left out/) })
  })
})
