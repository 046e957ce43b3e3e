import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { decodeGlobalId } from '../../src/graphql/global-id.js'
import { followArticle } from '../../src/live/live.js'
import { sql } from '../../src/platform/client.js'
import { fold } from '../../src/votes/votes.js'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'
import { type Client, connect, type Message, type Subscription } from './client.js'
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

/** Follows an article from its head, together with those who are there. */
async function follow(
  variables: object,
  { by, query = events }: { by?: Person; query?: string } = {},
): Promise<Subscription & { start: string }> {
  const subscription = (await open(by)).subscribe(query, variables)
  const { cursor: start } = await subscription.event()
  return { ...subscription, start }
}

/** So many statements read what became of a comment since they were last counted: one for each execution of an event. */
function executions(): number {
  return program.statements.splice(0).filter((text) => /c\.id = ANY/.test(text) && /comment_text t/.test(text)).length
}

const times = <T>(count: number, make: (i: number) => Promise<T>) => Promise.all(Array.from({ length: count }, (_, i) => make(i)))

const next = (readers: Subscription[]): Promise<Message[]> => Promise.all(readers.map((reader) => reader.next()))

describe('Readers at the head who ask the same', () => {
  test('get one and the same text, from one execution, whoever they are and wherever they began', async () => {
    const url = site.url()
    await site.post(alice, url)
    const { start } = await follow({ url })
    const readers = await times(10, async (i) =>
      i % 2 === 0 ? follow({ url }) : follow({ url, after: start }, { query: events.replaceAll(' ', '\n  ') }),
    )
    await site.post(alice, url)
    await next(readers)
    executions()
    const { comment } = await site.post(alice, url, 'Für alle: доброе утро 🙂')
    const messages = await next(readers)
    expect(messages[0]?.payload.data.commentEvents.comment.id).toBe(comment.id)
    expect(new Set(messages.map(({ text }) => text)).size).toBe(1)
    expect(messages.map(({ id }) => id)).toEqual(readers.map(({ id }) => id))
    // One of the mutation that answers its author, one for the ten.
    expect(executions()).toBe(2)
  })

  test('get the same bytes as whoever reads it alone', async () => {
    const url = site.url()
    const { article, comment } = await site.post(alice, url)
    const together = await times(2, () => follow({ url }))
    await site.reply(alice, comment.id, 'Ein „Zitat“ <b>und</b> \\"Zeichen" \u2028')
    await act(program, site, alice, 'editComment', { commentId: comment.id, text: 'Anders' })
    await act(program, site, moderator, 'pinComment', { commentId: comment.id })
    await act(program, site, await site.member(), 'vote', { commentId: comment.id, value: 'UP' })
    await fold(program.app.db)
    await act(program, site, moderator, 'closeArticle', { articleId: article.id })
    // Behind the head everybody pulls alone.
    const alone = await follow({ url, after: together[0]?.start })
    for (let i = 0; i < 5; i++) {
      const [one, other, pulled] = await next([...together, alone])
      expect([one?.text, other?.text]).toEqual([pulled?.text, pulled?.text])
    }
  })

  test('each get everything once and in order, while they come and go and comments are written', async () => {
    const url = site.url()
    const { cursor } = await site.post(alice, url)
    const posted: string[] = []
    const writing = (async () => {
      for (let i = 0; i < 150; i++) posted.push((await site.post(alice, url)).comment.id)
    })()
    const read = async (i: number) => {
      await until('the writer is so far', () => posted.length >= i * 10)
      const got: string[] = []
      let after = cursor
      while (got.length < 150) {
        const client = await open()
        const reader = client.subscribe(events, { url, after })
        await reader.event()
        for (let n = 0; n < 40 && got.length < 150; n++) {
          const event = await reader.event()
          got.push(event.comment.id)
          after = event.cursor
        }
        client.ws.terminate()
      }
      return got
    }
    const all = await times(8, read)
    await writing
    for (const got of all) expect(got).toEqual(posted)
  })

  test('leave the others undisturbed when they stop reading, and on the same socket miss nothing when they go on', async () => {
    const url = site.url()
    const { comment, article, cursor } = await site.post(alice, url)
    const wide = `subscription($id: ID, $after: Cursor) { commentEvents(articleId: $id, after: $after) { ... on LiveEvent { cursor } ... on CommentEdited { comment { ${copies} } } ... on CommentPosted { comment { id } } } }`
    const [slow, quick] = [await open(), await open()]
    const readers = [slow, quick].map((client) => client.subscribe(wide, { id: article.id, after: cursor })) as [Subscription, Subscription]
    await next(readers)
    slow.ws.pause()
    const late = countLateSends()
    for (let i = 0; i < 60; i++) {
      await act(program, site, alice, 'editComment', { commentId: comment.id, text: `${i} ${'wide '.repeat(900)}` })
      expect((await readers[1].event()).comment.c0).toContain(`<p>${i} wide`)
    }
    const { comment: last } = await site.post(alice, url)
    expect((await readers[1].event()).comment.id).toBe(last.id)
    // One answer that it pulls by itself may wait behind what the socket holds, and none of the group's.
    expect(late()).toBe(1)
    slow.ws.resume()
    const cursors: bigint[] = []
    for (;;) {
      const event = await readers[0].event()
      cursors.push(seqIn(event.cursor))
      if (event.comment.id === last.id) break
    }
    expect(cursors).toEqual(Array.from({ length: 61 }, (_, i) => seqIn(cursor) + BigInt(i + 1)))
  })

  test('who begin in the middle of a burst learn the scores that were counted after', async () => {
    const url = site.url()
    const comments = [await site.post(alice, url), await site.post(alice, url)]
    const voter = await site.member()
    for (const { comment } of comments) {
      await act(program, site, voter, 'vote', { commentId: comment.id, value: 'UP' })
      await until('it is counted', async () => (await scoreOf(comment.id)) === 1)
    }
    const ctx = await contextIn(program, site)
    const followed = await followArticle(ctx, { articleId: uuidIn(comments[0]?.article.id) })
    const folds = async (everyFold: boolean) => {
      const told = []
      for await (const step of followed.tell(ctx, { after: 2n, everyFold, signal: new AbortController().signal })) {
        if (step.kind === 'REACHED') return told
        if (step.kind === 'VOTED') told.push(step.comments.map(({ id }) => id))
      }
      return told
    }
    const [first, second] = comments.map(({ comment }) => uuidIn(comment.id))
    expect(await folds(false)).toEqual([[first, second]])
    expect(await folds(true)).toEqual([[first, second], [second]])
  })

  test('get the settings that the site has by then', async () => {
    const url = site.url()
    await site.post(alice, url)
    const query =
      'subscription($url: String) { commentEvents(url: $url) { ... on LiveEvent { cursor } ... on CommentPosted { comment { createdAt editableUntil } } } }'
    const reader = await follow({ url }, { query })
    const windowOf = async () => {
      await site.post(alice, url)
      const { createdAt, editableUntil } = (await reader.event()).comment
      return (Date.parse(editableUntil) - Date.parse(createdAt)) / 1000
    }
    expect(await windowOf()).toBe(300)
    await act(program, site, await site.admin(), 'updateSite', { settings: { editWindowSeconds: 60 } })
    expect(await windowOf()).toBe(60)
    await act(program, site, await site.admin(), 'updateSite', { settings: { editWindowSeconds: 300 } })
  })
})

describe('Apart are', () => {
  test('those who ask for something of their own, wherever it stands in the document', async () => {
    const url = site.url()
    const { comment } = await site.post(alice, url)
    const bob = await site.member('Bob')
    await act(program, site, bob, 'vote', { commentId: comment.id, value: 'UP' })
    const query = `subscription($url: String) { commentEvents(url: $url) { ... on LiveEvent { cursor } ... on CommentEdited { ...Said } } }
      fragment Said on CommentEdited { comment { id viewerVote source } }`
    const readers = [
      await follow({ url }, { query, by: bob }),
      await follow({ url }, { query, by: alice }),
      await follow({ url }, { query }),
    ]
    executions()
    await act(program, site, alice, 'editComment', { commentId: comment.id, text: 'Other' })
    const said = await Promise.all(readers.map(async (reader) => (await reader.event()).comment))
    expect(said.map(({ viewerVote, source }) => [viewerVote, source])).toEqual([
      ['UP', null],
      ['NONE', 'Other'],
      ['NONE', null],
    ])
    expect(executions()).toBeGreaterThanOrEqual(3)
  })

  test('readers and moderators: what a moderator sees of another comment never reaches a reader', async () => {
    const url = site.url()
    const { comment: top } = await site.post(alice, url)
    const { comment: middle } = await site.reply(alice, top.id)
    await site.reply(alice, middle.id)
    await act(program, site, moderator, 'rejectComment', { commentId: middle.id, reason: 'OTHER' })
    const query = `subscription($url: String) { commentEvents(url: $url) {
      ... on LiveEvent { cursor } ... on CommentEdited { comment { replies(first: 5) { edges { node { status html } } } } } } }`
    const readers = [
      await follow({ url }, { query, by: moderator }),
      await follow({ url }, { query, by: alice }),
      await follow({ url }, { query }),
    ]
    await act(program, site, alice, 'editComment', { commentId: top.id, text: 'Other' })
    const nodes = await Promise.all(readers.map(async (reader) => (await reader.event()).comment.replies.edges[0].node))
    // The author of the rejected one is here a reader like all others: their own comments come by viewerEvents.
    expect(nodes.map(({ html }) => html === null)).toEqual([false, true, true])
  })

  test('an author and the others, where a removal must not be told', async () => {
    const url = site.url()
    const { comment } = await site.post(alice, url)
    const [author, other] = [await follow({ url }, { by: alice }), await follow({ url }, { by: await site.member() })]
    await sql(program.app.db)`UPDATE comment SET status = 'SHADOWED' WHERE id = ${uuidIn(comment.id)}::uuid`
    await sql(program.app.db)`
      WITH head AS (UPDATE article_head SET "lastSeq" = "lastSeq" + 1 WHERE "articleId" = (SELECT "articleId" FROM comment WHERE id = ${uuidIn(comment.id)}::uuid) RETURNING *)
      INSERT INTO event ("articleId", "siteId", seq, kind, "commentId", "threadId")
      SELECT "articleId", "siteId", "lastSeq", 'REMOVED', ${uuidIn(comment.id)}::uuid, ${uuidIn(comment.id)}::uuid FROM head`
    const { comment: after } = await site.post(alice, url)
    expect((await other.event()).__typename).toBe('CommentRemoved')
    for (const reader of [author, other]) expect((await reader.event()).comment.id).toBe(after.id)
  })
})

async function scoreOf(id: string): Promise<number> {
  return (await program.ask('query($id: ID!) { comment(id: $id) { score } }', { id }, { site: site.site })).comment.score
}

/** Counts what is sent from now on to sockets of the service that have not taken everything from before. */
function countLateSends(): () => number {
  let late = 0
  const send = jest.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, ...args: unknown[]) {
    if ((this as unknown as { _isServer: boolean })._isServer && this.bufferedAmount > 0) late += 1
    return original.apply(this, args as never)
  })
  return () => {
    send.mockRestore()
    return late
  }
}

const original = WebSocket.prototype.send

/** A comment's words many times over, so that few events fill every buffer on the way. */
const copies = Array.from({ length: 60 }, (_, i) => `c${i}: html`).join(' ')

function uuidIn(globalId: string): string {
  return decodeGlobalId(globalId).id
}

/** The number in a cursor, which is nobody's business but this test's. */
function seqIn(cursor: string): bigint {
  return BigInt(Buffer.from(cursor, 'base64url').toString().split('.')[2] ?? '')
}
