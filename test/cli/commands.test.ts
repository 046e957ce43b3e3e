import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { until } from '../platform/until.js'
import { addressOf, cleanUp, colloquy, dataFolder, emptyFolder, startByCommand, startServer, stop } from './process.js'

afterEach(cleanUp)

const secret = 'a secret of tests, which is long enough'

const viewerBy = (token: string, url: string) => answerBy(token, url, '{ viewer { name role } }')

async function answerBy(token: string, url: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token.trim()}` },
    body: JSON.stringify({ query }),
  })
  return response.json()
}

describe('A command on the data folder', () => {
  test('works while a server runs, in that server, and without one', async () => {
    const DATA_DIR = await dataFolder()
    const create = [
      'site',
      'create',
      'news',
      '--name',
      'The News',
      '--origin',
      'https://news.example',
      '--origin',
      'https://m.news.example',
    ]
    const server = startServer({ DATA_DIR })
    await addressOf(server)
    expect(await colloquy(create, { DATA_DIR })).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Made the site news /) })
    const line = 'news  The News  https://news.example https://m.news.example\n'
    expect(await colloquy(['site', 'list'], { DATA_DIR })).toEqual({ code: 0, out: line, err: '' })
    expect(server.out).toContain('"verb":"site list"')
    expect(await colloquy(create, { DATA_DIR })).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/already/) })
    expect((await stop(server)).code).toBe(0)
    expect(await colloquy(['site', 'list'], { DATA_DIR })).toEqual({ code: 0, out: line, err: '' })
  })

  test('changes a site while a server runs, which knows it at once, and without one', async () => {
    const DATA_DIR = await dataFolder()
    await colloquy(['site', 'create', 'news', '--name', 'The News', '--origin', 'https://news.example'], { DATA_DIR })
    const server = startServer({ DATA_DIR })
    const url = await addressOf(server)
    const changed = await colloquy(
      ['site', 'change', 'news', '--name', 'The Times', '--add-origin', 'https://m.news.example/', '--add-origin', 'http://localhost:3000'],
      { DATA_DIR },
    )
    const origins = ['https://news.example', 'https://m.news.example', 'http://localhost:3000']
    expect(changed).toEqual({ code: 0, err: '', out: `The site news is "The Times" for ${origins.join(', ')}.\n` })
    const admin = await colloquy(['token', '--role', 'admin'], { DATA_DIR })
    const query = '{ site { name origins } auditLog(first: 5) { edges { node { action actorId subjectKind } } } }'
    expect(await answerBy(admin.out, url, query)).toEqual({
      data: {
        site: { name: 'The Times', origins },
        auditLog: { edges: [{ node: { action: 'site.update', actorId: null, subjectKind: 'SITE' } }] },
      },
    })
    expect((await stop(server)).code).toBe(0)
    expect(await colloquy(['site', 'change', 'news', '--remove-origin', 'https://news.example'], { DATA_DIR })).toMatchObject({
      code: 0,
      err: '',
    })
    expect((await colloquy(['site', 'list'], { DATA_DIR })).out).toBe('news  The Times  https://m.news.example http://localhost:3000\n')
  })

  test('changes nothing of a site where a change cannot be', async () => {
    const DATA_DIR = await dataFolder()
    for (const name of ['one', 'two'])
      await colloquy(['site', 'create', name, '--name', name, '--origin', `https://${name}.example`], { DATA_DIR })
    for (const [words, err] of [
      [['nobody', '--name', 'x'], /There is no site "nobody"/],
      [['one', '--name', 'x', '--add-origin', 'http://two.example'], /Another site of this installation has two\.example already/],
      [['one', '--name', 'x', '--add-origin', 'https://*.one.example'], /wildcard/],
      [['one', '--name', 'x', '--remove-origin', 'https://three.example'], /not an origin of this site/],
      [['one', '--name', 'x', '--remove-origin', 'https://one.example'], /has 1 to 100 origins/],
    ] as const)
      expect(await colloquy(['site', 'change', ...words], { DATA_DIR })).toEqual({ code: 1, out: '', err: expect.stringMatching(err) })
    expect((await colloquy(['site', 'list'], { DATA_DIR })).out).toBe('one  one  https://one.example\ntwo  two  https://two.example\n')
  })

  test('given while the server starts waits for it', async () => {
    const DATA_DIR = await dataFolder()
    const server = startServer({ DATA_DIR })
    await until('the server holds the folder', () => existsSync(join(DATA_DIR, 'lock', 'control.sock')))
    const listed = await colloquy(['recount'], { DATA_DIR })
    expect(listed).toMatchObject({ code: 0, out: expect.stringMatching(/^0 articles looked through: 0 counts differ/) })
    await addressOf(server)
    expect((await stop(server)).code).toBe(0)
  })

  test('can be the start of the server itself', async () => {
    const DATA_DIR = await dataFolder()
    const server = startByCommand({ DATA_DIR })
    expect((await fetch(`${await addressOf(server)}/health/ready`)).status).toBe(200)
    expect(await startByCommand({ DATA_DIR }).ended).toMatchObject({ code: 1, err: expect.stringContaining('is in use') })
    expect((await stop(server)).code).toBe(0)
  })

  test('is refused by the feature’s own words', async () => {
    const DATA_DIR = await dataFolder()
    const ended = await colloquy(['site', 'create', 'news', '--name', 'The News', '--origin', 'news'], { DATA_DIR })
    expect(ended).toEqual({ code: 1, out: '', err: '"news" is not an origin such as https://www.example.com.\n' })
  })
})

describe('A token', () => {
  test('is signed without a server and is good on the server that starts later', async () => {
    const DATA_DIR = await dataFolder()
    const signed = await colloquy(['token', '--role', 'moderator', '--name', 'On duty'], { DATA_DIR })
    expect(signed).toMatchObject({ code: 0, err: '' })
    await colloquy(['site', 'create', 'news', '--name', 'The News', '--origin', 'https://news.example'], { DATA_DIR })
    const server = startServer({ DATA_DIR })
    const url = await addressOf(server)
    expect(await viewerBy(signed.out, url)).toEqual({ data: { viewer: { name: 'On duty', role: 'MODERATOR' } } })
    const another = await colloquy(['token', '--role', 'admin', '--site', 'news'], { DATA_DIR })
    expect(await viewerBy(another.out, url)).toEqual({ data: { viewer: { name: 'An admin', role: 'ADMIN' } } })
    const foreign = await colloquy(['token', '--site', 'another'], { DATA_DIR })
    expect(await viewerBy(foreign.out, url)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    expect((await stop(server)).code).toBe(0)
  })

  test('needs no folder where the secret is given, and tells where it had to make a key', async () => {
    const DATA_DIR = `${await emptyFolder()}/new`
    expect(await colloquy(['token'], { DATA_DIR, COLLOQUY_SECRET: secret })).toMatchObject({ code: 0, err: '' })
    expect(await colloquy(['token'], { DATA_DIR })).toMatchObject({
      code: 0,
      err: expect.stringContaining(`A new key is made in ${DATA_DIR}`),
    })
  })
})

describe('A command that cannot be understood', () => {
  test.each([
    [['publish'], /There is no verb "publish"; there is start, token, site create, /],
    [['site', 'remove'], /There is no verb "site remove"; there is site create, site change, site list\./],
    [['token', '--rol', 'admin'], /Unknown option '--rol'\.\n\ncolloquy token \[--role ROLE\]/],
    [['token', '--role', 'king'], /--role is one of reader, moderator, admin, and not "king"\./],
    [['token', '--days', '0'], /--days is a whole number from 1 to 365/],
    [['token', '--days', '1', '--days', '2'], /--days can be given only once\./],
    [['site', 'create', '--name', 'x', '--origin', 'https://x.example'], /SLUG is missing\./],
    [['site', 'create', 'x', '--name', 'x'], /--origin is missing\./],
    [['site', 'change', 'news'], /Say what to change: --name, --add-origin or --remove-origin\./],
    [['site', 'list', 'news'], /"news" is more than "site list" takes\./],
  ])('%j ends with 2 and says how it is written', async (words, message) => {
    const { code, out, err } = await colloquy(words, { DATA_DIR: await emptyFolder() })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(message)
    expect(err).toMatch(/"colloquy help.*" tells more\.\n$/)
  })

  test('a wrong setting ends with 2, too', async () => {
    const { code, err } = await colloquy(['site', 'list'], { PORT: 'x', COLLOQUY_SECRTE: 'x' })
    expect({ code, err }).toEqual({
      code: 2,
      err: 'The configuration cannot be used:\n- COLLOQUY_SECRTE is not known; did you mean COLLOQUY_SECRET?\n- PORT must be a whole number from 0 to 65535, but is "x".\n',
    })
  })

  test('help shows every verb, and all about one', async () => {
    expect(await colloquy([], {})).toMatchObject({
      code: 0,
      out: expect.stringMatching(/start .*token .*site create SLUG .*recount .*help \[VERB\]/s),
    })
    expect(await colloquy(['help', 'site', 'create'], {})).toMatchObject({
      code: 0,
      out: expect.stringMatching(/--origin ORIGIN.*May be repeated\./),
    })
    expect(await colloquy(['token', '--help'], {})).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^colloquy token \[--role ROLE\]/),
    })
  })
})
