import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { historyCursor } from '../../src/articles/log.js'
import { decodeGlobalId } from '../../src/graphql/global-id.js'
import { followArticle } from '../../src/live/live.js'
import { sql } from '../../src/platform/client.js'
import { databaseMark } from '../../src/sites/sites.js'
import { fold } from '../../src/votes/votes.js'
import { until } from '../platform/until.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect, type Subscription } from './client.js'
import { contextIn } from './door.js'
import { events } from './events.js'

let program: TestApp
let site: Seed
let alice: Person
let moderator: Person
const clients: Client[] = []

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  alice = await site.member('Alice')
  moderator = await site.moderator()
})
afterAll(() => program.stop())
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
})

async function open(by?: Person): Promise<Client> {
  const client = await connect(program.url, { site: site.site, ...(by ? { token: by.token } : {}) })
  clients.push(client)
  return client
}

/** Follows an article, past the event that says so. */
async function follow(variables: object, by?: Person): Promise<Subscription & { start: string }> {
  const subscription = (await open(by)).subscribe(events, variables)
  const ready = await subscription.event()
  expect(ready.__typename).toBe('CommentEventsReady')
  return { ...subscription, start: ready.cursor }
}

const page = `query($url: String!) { article(url: $url) { id cursor comments(first: 50, orderBy: OLDEST) { edges { node { id } } } } }`

describe('A reader', () => {
  test('gets what happens to a comment as it happens', async () => {
    const url = site.url()
    const reader = await follow({ url })
    const { comment, article } = await site.post(alice, url, 'First')
    expect(await reader.event()).toMatchObject({
      __typename: 'CommentPosted',
      comment: { id: comment.id, status: 'APPROVED', author: { name: 'Alice' } },
    })

    await act(program, site, alice, 'editComment', { commentId: comment.id, text: 'Better' })
    expect(await reader.event()).toMatchObject({ __typename: 'CommentEdited', comment: { id: comment.id, html: '<p>Better</p>' } })
    await act(program, site, moderator, 'pinComment', { commentId: comment.id })
    expect(await reader.event()).toMatchObject({ __typename: 'CommentPinned', comment: { pinned: true } })
    await act(program, site, moderator, 'unpinComment', { commentId: comment.id })
    expect(await reader.event()).toMatchObject({ __typename: 'CommentUnpinned', comment: { pinned: false } })
    await act(program, site, moderator, 'rejectComment', { commentId: comment.id, reason: 'OTHER' })
    expect(await reader.event()).toMatchObject({
      __typename: 'CommentRemoved',
      commentId: comment.id,
      threadId: comment.id,
      parentId: null,
    })
    await act(program, site, moderator, 'restoreComment', { commentId: comment.id, revision: 2 })
    expect(await reader.event()).toMatchObject({ __typename: 'CommentRestored', comment: { html: '<p>Better</p>' } })
    await act(program, site, moderator, 'closeArticle', { articleId: article.id })
    expect(await reader.event()).toMatchObject({ __typename: 'ArticleChanged', article: { state: 'CLOSED', commentCount: 1 } })
  })

  test('misses nothing and gets nothing twice from a page’s cursor on, while 500 comments are posted and the connection is lost', async () => {
    const url = site.url()
    await site.post(alice, url)
    let posted: string[] = []
    const writing = (async () => {
      const write = async () => {
        for (let i = 0; i < 125; i++) posted = [...posted, (await site.post(alice, url)).comment.id]
      }
      await Promise.all([write(), write(), write(), write()])
    })()
    await until('some are posted', () => posted.length > 4)

    const { article } = await program.ask(page, { url }, { site: site.site })
    const onPage: string[] = article.comments.edges.map(({ node }: Data) => node.id)
    expect(onPage.length).toBeLessThan(50)
    let after: string = article.cursor
    const got: string[] = []
    while (got.length + onPage.length < 501) {
      const client = await open()
      const reader = client.subscribe(events, { url, after })
      expect((await reader.event()).cursor).toBe(after)
      for (let i = 0; i < 97 && got.length + onPage.length < 501; i++) {
        const { comment, cursor } = await reader.event()
        // The page's cursor is read before its comments, so a reader drops what the page has already.
        if (!onPage.includes(comment.id)) got.push(comment.id)
        after = cursor
      }
      client.ws.terminate()
    }
    await writing
    expect(new Set([...onPage, ...got]).size).toBe(501)
    expect([...onPage, ...got]).toEqual(expect.arrayContaining(posted))
  })

  test('of one thread gets that thread only', async () => {
    const url = site.url()
    const [one, other] = [await site.post(alice, url), await site.post(alice, url)]
    const reader = await follow({ url, threadId: one.comment.id })
    await site.reply(alice, other.comment.id)
    const reply = await site.reply(alice, one.comment.id)
    expect((await reader.event()).comment.id).toBe(reply.comment.id)
  })

  test('of a thread that is none of this discussion is told so, instead of nothing for ever', async () => {
    const url = site.url()
    const { comment } = await site.post(alice, url)
    const { comment: reply } = await site.reply(alice, comment.id)
    const { comment: elsewhere } = await site.post(alice, site.url())
    const refusals = { [reply.id]: 'BAD_USER_INPUT', [elsewhere.id]: 'NOT_FOUND' }
    for (const [threadId, code] of Object.entries(refusals)) {
      const refused = (await open()).subscribe(events, { url, threadId })
      expect(await refused.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] })
    }
  })

  test('of replies to a comment gets those below it, at any depth, and nothing beside them', async () => {
    const url = site.url()
    const { comment: top } = await site.post(alice, url)
    const { comment: watched } = await site.reply(alice, top.id)
    const replies = (await open()).subscribe(
      'subscription($id: ID!, $after: Cursor) { replyAdded(commentId: $id, after: $after) { cursor comment { id } } }',
      {
        id: watched.id,
        after: (await program.ask(page, { url }, { site: site.site })).article.cursor,
      },
    )
    await site.reply(alice, top.id)
    const { comment: direct } = await site.reply(alice, watched.id)
    await site.reply(alice, top.id)
    const { comment: deeper } = await site.reply(alice, direct.id)
    expect([(await replies.event()).comment.id, (await replies.event()).comment.id]).toEqual([direct.id, deeper.id])
  })

  test('who comes back gets nothing of a comment that was rejected meanwhile but its removal', async () => {
    const url = site.url()
    const { start } = await follow({ url })
    const { comment } = await site.post(alice, url, 'A secret')
    const { comment: answer } = await site.reply(alice, comment.id)
    const { comment: gone } = await site.post(alice, url, 'Another')
    for (const { id } of [comment, gone]) await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'OTHER' })

    const reader = await follow({ url, after: start })
    expect(await reader.event()).toMatchObject({ __typename: 'CommentPosted', comment: { id: answer.id } })
    expect(await reader.event()).toMatchObject({ __typename: 'CommentRemoved', commentId: comment.id })
    expect(await reader.event()).toMatchObject({ __typename: 'CommentRemoved', commentId: gone.id })
  })

  test('who takes their time over a burst gets nothing that was rejected while they took it', async () => {
    const url = site.url()
    const { article } = await site.post(alice, url)
    const [first, second] = [await site.post(alice, url), await site.post(alice, url)]
    const ctx = await contextIn(program, site)
    const followed = await followArticle(ctx, { articleId: idIn(article.id), after: historyCursor(ctx.epoch, idIn(article.id), 1n) })
    const told = followed[Symbol.asyncIterator]()
    const next = async () => (await told.next()).value
    expect((await next()).kind).toBe('READY')
    expect((await next()).comment.id).toBe(idIn(first.comment.id))

    await act(program, site, moderator, 'rejectComment', { commentId: second.comment.id, reason: 'OTHER' })
    const began = performance.now()
    await until('what was read is no longer fresh', () => performance.now() - began > 300)
    expect(await next()).toMatchObject({ kind: 'REMOVED', commentId: idIn(second.comment.id) })
    await told.return?.()
  })

  test('is not told that their own shadowed comment was removed, as others are', async () => {
    const url = site.url()
    const { comment } = await site.post(alice, url)
    const [author, other] = [await follow({ url }, alice), await follow({ url })]
    await act(program, site, moderator, 'rejectComment', { commentId: comment.id, reason: 'OTHER' })
    await sql(program.app.db)`UPDATE comment SET status = 'SHADOWED' WHERE id = ${idIn(comment.id)}::uuid`
    expect((await other.event()).__typename).toBe('CommentRemoved')
    // The author was told at the rejection or not at all; whoever comes back now is not.
    const back = await follow({ url, after: author.start }, alice)
    const next = await site.post(alice, url)
    expect((await back.event()).comment.id).toBe(next.comment.id)
  })

  test('who comes back learns scores once, and who is here learns them as they are counted', async () => {
    const url = site.url()
    const { comment } = await site.post(alice, url)
    const reader = await follow({ url })
    for (const voter of [await site.member(), await site.member()]) {
      await act(program, site, voter, 'vote', { commentId: comment.id, value: 'UP' })
      await fold(program.app.db)
    }
    let score = 0
    while (score < 2) score = (await reader.event()).comments[0].score
    expect(score).toBe(2)

    const back = await follow({ url, after: reader.start })
    expect(await back.event()).toMatchObject({ __typename: 'ScoresChanged', comments: [{ id: comment.id, score: 2 }], pageAgain: false })
    const { comment: next } = await site.post(alice, url)
    expect((await back.event()).comment.id).toBe(next.id)
  })

  test('is told to page again where more than a hundred scores changed', async () => {
    const url = site.url()
    const { article } = await site.post(alice, url)
    for (let i = 0; i < 100; i++) await site.post(alice, url)
    const reader = await follow({ url })
    await sql(program.app.db)`
      INSERT INTO vote_delta ("commentId", up, down) SELECT id, 1, 0 FROM comment
      WHERE "articleId" = ${idIn(article.id)}::uuid`
    await until('they are counted', async () => (await fold(program.app.db)) === 0)
    expect(await reader.event()).toMatchObject({ __typename: 'ScoresChanged', comments: [], pageAgain: true })
  })
})

describe('A discussion', () => {
  test('that is hidden ends for readers, goes on for moderators, and is not found by new ones', async () => {
    const url = site.url()
    const { article } = await site.post(alice, url)
    const [reader, staff] = [await follow({ url }), await follow({ url }, moderator)]
    await act(program, site, moderator, 'hideArticle', { articleId: article.id })
    expect(await reader.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'NOT_FOUND' } }] })
    expect(await staff.event()).toMatchObject({ __typename: 'ArticleChanged', article: { state: 'HIDDEN' } })

    for (const variables of [{ url }, { articleId: article.id }]) {
      const late = (await open()).subscribe(events, variables)
      expect(await late.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'NOT_FOUND' } }] })
    }
  })

  test('that is joined with another sends its readers to the page', async () => {
    const [fromUrl, intoUrl] = [site.url(), site.url()]
    const [from, into] = [await site.post(alice, fromUrl), await site.post(alice, intoUrl)]
    const reader = await follow({ articleId: from.article.id })
    await act(program, site, moderator, 'mergeArticles', { fromId: from.article.id, intoId: into.article.id })
    expect(await reader.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RESYNC' } }] })
    const back = (await open()).subscribe(events, { articleId: from.article.id, after: reader.start })
    expect(await back.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RESYNC' } }] })
  })

  test('refuses a cursor of another database, of a future, and of a past that is not kept', async () => {
    const url = site.url()
    const { article } = await site.post(alice, url)
    await site.post(alice, url)
    await sql(program.app.db)`UPDATE article_head SET "firstSeq" = 2 WHERE "articleId" = ${idIn(article.id)}::uuid`
    const mark = await databaseMark(program.app.db)
    const cursor = (of: string, seq: number) => historyCursor(of, idIn(article.id), BigInt(seq))

    const client = await open()
    for (const after of [cursor('other', 1), cursor(mark, 3), cursor(mark, 0), 'no cursor']) {
      expect(await client.subscribe(events, { url, after }).next()).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'RESYNC' } }],
      })
    }
    expect((await follow({ url, after: cursor(mark, 1) })).start).toBe(cursor(mark, 1))
  })

  test('that is named twice, not at all, of another site, or unknown is refused', async () => {
    const url = site.url()
    const { article } = await site.post(alice, url)
    const client = await open()
    const codeOf = async (variables: object) => (await client.subscribe(events, variables).next()).payload[0].extensions.code
    expect(await codeOf({})).toBe('BAD_USER_INPUT')
    expect(await codeOf({ url, articleId: article.id })).toBe('BAD_USER_INPUT')
    expect(await codeOf({ articleId: 'nonsense' })).toBe('BAD_USER_INPUT')
    expect(await codeOf({ url: 'https://elsewhere.example/page' })).toBe('BAD_USER_INPUT')
    const other = await seed(program)
    const foreign = await other.post(await other.member(), other.url())
    expect(await codeOf({ articleId: foreign.article.id })).toBe('NOT_FOUND')
  })
})

/** The row's own id in a global id. */
function idIn(globalId: string): string {
  return decodeGlobalId(globalId).id
}
