import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { addressOf, cleanUp, colloquy, dataFolder, emptyFolder, startServer, stop } from './process.js'

afterEach(cleanUp)

const create = (slug: string) => ['site', 'create', slug, '--name', slug, '--origin', `https://${slug}.example`]
const slugs = async (DATA_DIR: string) => (await colloquy(['site', 'list'], { DATA_DIR })).out.match(/^\w+/gm)

test('a backup of a running server is a data folder that opens by itself, key included', async () => {
  const DATA_DIR = await dataFolder()
  const copy = join(await emptyFolder(), 'copy')
  const server = startServer({ DATA_DIR })
  await addressOf(server)
  await colloquy(create('before'), { DATA_DIR })
  expect(await colloquy(['backup', copy], { DATA_DIR })).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining(`DATA_DIR=${copy}`),
  })
  await colloquy(create('after'), { DATA_DIR })
  expect(await slugs(DATA_DIR)).toEqual(['before', 'after'])
  expect((await stop(server)).code).toBe(0)
  expect(await slugs(copy)).toEqual(['before'])
  expect(await readFile(join(copy, 'secret.key'), 'utf8')).toBe(await readFile(join(DATA_DIR, 'secret.key'), 'utf8'))
})

test('a backup works without a server, and never over another', async () => {
  const DATA_DIR = await dataFolder()
  const copy = join(await emptyFolder(), 'copy')
  await colloquy(create('before'), { DATA_DIR })
  expect((await colloquy(['backup', copy], { DATA_DIR })).code).toBe(0)
  expect(await slugs(copy)).toEqual(['before'])
  expect(await colloquy(['backup', copy], { DATA_DIR })).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') })
})

test('a copy tells its own history: its cursors are not the original’s, and both keep theirs over a restart', async () => {
  const DATA_DIR = await dataFolder()
  const copy = join(await emptyFolder(), 'copy')
  await colloquy(create('news'), { DATA_DIR })
  const cursorIn = async (folder: string): Promise<string> => {
    const server = startServer({ DATA_DIR: folder })
    const query = '{ article(url: "https://news.example/page") { cursor } }'
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${await addressOf(server)}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
    const { data } = (await answer.json()) as { data: { article: { cursor: string } } }
    await stop(server)
    return data.article.cursor
  }
  const original = await cursorIn(DATA_DIR)
  expect((await colloquy(['backup', copy], { DATA_DIR })).code).toBe(0)
  const copied = await cursorIn(copy)
  expect(copied).not.toBe(original)
  expect([await cursorIn(DATA_DIR), await cursorIn(copy)]).toEqual([original, copied])
  await cp(join(copy, 'database'), join(DATA_DIR, 'database'), { recursive: true, force: true })
  expect([original, copied]).not.toContain(await cursorIn(DATA_DIR))
})
