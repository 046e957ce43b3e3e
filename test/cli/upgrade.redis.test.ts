/** A rolling upgrade: processes of two releases side by side on one database and one Redis, with migrations between them. */
import { randomUUID } from 'node:crypto'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { connect } from '../live/client.js'
import { events } from '../live/events.js'
import { until } from '../platform/until.js'
import { type TestDatabase, testDatabase } from '../support/database.js'
import { addressOf, cleanUp, colloquy, emptyFolder, startServer, stop } from './process.js'

const origin = 'https://news.example'
const url = `${origin}/a-page`

/** What a later release could bring: columns and a table in one migration, an index that is built beside the writers in another. */
const next = {
  '99990101000000_next': `-- release 9.9.9
    ALTER TABLE comment ADD language text, ADD weight integer NOT NULL DEFAULT 1; ALTER TABLE article_head ADD mood text;
    ALTER TABLE site ADD note text; ALTER TABLE person ADD note text; CREATE TABLE keepsake (id uuid PRIMARY KEY);`,
  '99990101000001_index': '-- outside a transaction\n-- release 9.9.9\nCREATE INDEX CONCURRENTLY comment_language ON comment (language)',
}

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(async () => {
  await cleanUp()
  await database.remove()
})

/** This program with two migrations more. */
async function nextRelease(): Promise<string> {
  const folder = await emptyFolder()
  await Promise.all(['src', 'prisma', 'schema'].map((name) => cp(name, join(folder, name), { recursive: true })))
  await Promise.all(['package.json', 'tsconfig.json'].map((name) => cp(name, join(folder, name))))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
  for (const [name, text] of Object.entries(next)) {
    await mkdir(join(folder, 'prisma', 'migrations', name))
    await writeFile(join(folder, 'prisma', 'migrations', name, 'migration.sql'), text)
  }
  return folder
}

/** Somebody with a token who talks to whatever process. */
class Reader {
  private readonly token: string
  constructor(token: string) {
    this.token = token.trim()
  }

  async ask(server: string, query: string, variables: object) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.token}` }
    const response = await fetch(`${server}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
    const { data, errors } = (await response.json()) as { data: never; errors?: unknown }
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }

  /** Posts a comment by way of `server`; its id. */
  async post(server: string): Promise<string> {
    const query = `mutation($input: PostCommentInput!) { postComment(input: $input) { ... on PostCommentPayload { comment { id } } ... on Error { code message } } }`
    const { postComment } = (await this.ask(server, query, {
      input: { key: randomUUID(), url, text: `Said at ${server}: ${randomUUID()}` },
    })) as {
      postComment: { comment?: { id: string } }
    }
    if (!postComment.comment) throw new Error(`A comment was refused: ${JSON.stringify(postComment)}`)
    return postComment.comment.id
  }

  /** The ids of all comments as `server` gives them, oldest first. */
  async page(server: string): Promise<string[]> {
    const query = `query($url: String!) { article(url: $url) { commentCount comments(orderBy: OLDEST, first: 50) { edges { node { id } } } } }`
    const { article } = (await this.ask(server, query, { url })) as {
      article: { commentCount: number; comments: { edges: { node: { id: string } }[] } }
    }
    const ids = article.comments.edges.map(({ node }) => node.id)
    expect(article.commentCount).toBe(ids.length)
    return ids
  }
}

test('the old release serves, follows, writes and starts while the next one takes over', async () => {
  const env = {
    ...database.env,
    REDIS_URL: process.env.TEST_REDIS_URL ?? '',
    DATA_DIR: await emptyFolder(),
    COLLOQUY_RATE_LIMITS: 'off',
  }
  const old = startServer(env)
  const oldUrl = await addressOf(old)
  expect(await colloquy(['site', 'create', 'news', '--name', 'The News', '--origin', origin], env)).toMatchObject({ code: 0 })
  const reader = new Reader((await colloquy(['token'], env)).out)
  const said = [await reader.post(oldUrl)]
  const socket = await connect(oldUrl)
  const followed = socket.subscribe(events, { url })
  await followed.event()

  const upgraded = startServer(env, await nextRelease())
  let ready = false
  const nextUrl = addressOf(upgraded).finally(() => {
    ready = true
  })
  while (!ready && said.length < 30) said.push(await reader.post(oldUrl))
  const newUrl = await nextUrl
  expect(upgraded.out).toContain('99990101000001_index')
  for (const server of [oldUrl, newUrl, oldUrl, newUrl]) said.push(await reader.post(server))

  const arrived: string[] = []
  await until('the reader at the old release has everything', async () => {
    const { __typename, comment } = await followed.event()
    if (__typename === 'CommentPosted') arrived.push(comment.id)
    return arrived.length === said.length - 1
  })
  expect(arrived).toEqual(said.slice(1))
  expect(await reader.page(oldUrl)).toEqual(said)
  expect(await reader.page(newUrl)).toEqual(said)

  await socket.close()
  expect((await stop(old)).code).toBe(0)
  const again = startServer(env)
  said.push(await reader.post(await addressOf(again)))
  expect(again.out).toContain('one release newer than this program')
  expect(await reader.page(newUrl)).toEqual(said)
  for (const server of [again, upgraded]) expect((await stop(server)).code).toBe(0)
})
