import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect, type Subscription } from './client.js'
import { events } from './events.js'

let program: TestApp
let site: Seed
let alice: Person
const clients: Client[] = []

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  alice = await site.member('Alice')
})
afterAll(() => program.stop())
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
})

async function follow(variables: object): Promise<Subscription> {
  const client = await connect(program.url, { site: site.site })
  clients.push(client)
  return client.subscribe(events, variables)
}

const resync = { type: 'error', payload: [{ extensions: { code: 'RESYNC' } }] }

const cursorOf = async (url: string): Promise<string> =>
  (await program.ask('query($url: String!) { article(url: $url) { cursor } }', { url }, { site: site.site })).article.cursor

describe('A cursor of one article', () => {
  test('is refused under another', async () => {
    const [one, other] = [site.url(), site.url()]
    await site.post(alice, one)
    const after = await cursorOf(one)
    await site.post(alice, other)
    expect(await (await follow({ url: other, after })).next()).toMatchObject(resync)
    expect((await (await follow({ url: one, after })).event()).cursor).toBe(after)
  })

  test('is refused under its own URL once that has become another article’s by a merge', async () => {
    const [fromUrl, intoUrl] = [site.url(), site.url()]
    const [from, into] = [await site.post(alice, fromUrl), await site.post(alice, intoUrl)]
    const after = await cursorOf(fromUrl)
    await act(program, site, await site.moderator(), 'mergeArticles', { fromId: from.article.id, intoId: into.article.id })
    expect(await (await follow({ url: fromUrl, after })).next()).toMatchObject(resync)
  })
})

describe('Who follows a URL on which nobody has commented', () => {
  const register = async (articleKey: string, url: string) =>
    act(program, site, await site.admin(), 'registerArticle', { articleKey, url, title: 'An article' })

  test('goes on when it becomes an article of its own', async () => {
    const url = site.url()
    const reader = await follow({ url })
    await reader.event()
    await register(newKey(), url)
    const { comment } = await site.post(alice, url)
    expect((await reader.event()).comment.id).toBe(comment.id)
  })

  test('is told to page again when it becomes a further URL of another article, and so is who comes back', async () => {
    const [known, added, articleKey] = [site.url(), site.url(), newKey()]
    await register(articleKey, known)
    const after = await cursorOf(added)
    const reader = await follow({ url: added })
    await reader.event()
    await register(articleKey, added)
    expect(await reader.next()).toMatchObject(resync)
    expect(await (await follow({ url: added, after })).next()).toMatchObject(resync)

    const again = await follow({ url: added, after: await cursorOf(added) })
    await again.event()
    const { comment } = await site.post(alice, known)
    expect((await again.event()).comment.id).toBe(comment.id)
  })

  test('is told to page again when the site declares it to be the same as another', async () => {
    const other = await seed(program)
    const [known, added] = [other.url(), other.url()]
    const { article } = await other.post(await other.member(), `${known}?ref=1`)
    const client = await connect(program.url, { site: other.site })
    clients.push(client)
    const reader = client.subscribe(events, { url: known })
    await reader.event()
    expect(added).not.toBe(known)
    await act(program, other, await other.admin(), 'updateSite', { settings: { extraTracking: ['ref'] } })
    expect(await reader.next()).toMatchObject(resync)
    const found = await program.ask('query($url: String!) { article(url: $url) { id } }', { url: known }, { site: other.site })
    expect(found.article.id).toBe(article.id)
  })
})
