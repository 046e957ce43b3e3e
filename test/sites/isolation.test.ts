/** Sites know nothing of each other: whose objects a request may name, and which site it is for. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, read } from '../support/mutations.js'
import { newKey, type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
let here: Seed
let there: Seed
let admin: Person
let stranger: { article: string; comment: string; reply: string; person: string; url: string; key: string }

beforeAll(async () => {
  program = await startApp()
  here = await seed(program)
  there = await seed(program)
  admin = await here.admin()
  const [owner, url, key] = [await there.admin(), there.url(), newKey()]
  await act(program, there, owner, 'registerArticle', { articleKey: key, url, title: 'Theirs' })
  const { comment, article } = await there.post(owner, url)
  const reply = await there.reply(owner, comment.id)
  await act(program, there, owner, 'reportComment', { commentId: comment.id, reason: 'OTHER' })
  for (const mutation of ['closeArticle', 'reopenArticle']) await act(program, there, owner, mutation, { articleId: article.id })
  await here.post(admin, here.url())
  stranger = { article: article.id, comment: comment.id, reply: reply.comment.id, person: comment.author.id, url, key }
})
afterAll(() => program.stop())

const asAdmin = () => ({ site: here.site, token: admin.token })

describe('another site’s', () => {
  test('comment, article, person and site are not there, not even for an admin', async () => {
    const site = (await program.ask('{ site { id } }', {}, { site: there.site })).site.id
    const query = `query($article: ID!, $comment: ID!, $person: ID!, $key: String!, $ids: [ID!]!) {
      article(id: $article) { id } byKey: article(key: $key) { id } comment(id: $comment) { id } person: node(id: $person) { id }
      byNode: node(id: $comment) { id } nodes(ids: $ids) { id } }`
    const { article, comment, person, key, reply } = stranger
    const answer = await program.ask(query, { article, comment, person, key, ids: [article, comment, reply, person, site] }, asAdmin())
    expect(answer).toEqual({ article: null, byKey: null, comment: null, person: null, byNode: null, nodes: Array(5).fill(null) })
  })

  test('URLs are refused, and count nothing', async () => {
    const { errors } = await program.send('query($url: String!) { article(url: $url) { id } }', { url: stranger.url }, asAdmin())
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    const { commentCounts } = await program.ask(
      'query($urls: [String!]!) { commentCounts(urls: $urls) { count } }',
      { urls: [stranger.url] },
      asAdmin(),
    )
    expect(commentCounts).toEqual([{ count: 0 }])
  })

  test('queues and log are not this site’s', async () => {
    const held = await seed(program, { premoderation: true })
    const { comment } = await held.post(await held.member(), held.url())
    const query = '{ pendingComments(first: 50) { totalCount edges { node { id } } } auditLog(first: 50) { totalCount } }'
    const mine = await program.ask(query, {}, asAdmin())
    expect(mine).toEqual({ pendingComments: { totalCount: 0, edges: [] }, auditLog: { totalCount: 0 } })
    const theirs = await program.ask(query, {}, { site: held.site, token: (await held.moderator()).token })
    expect(theirs.pendingComments).toEqual({ totalCount: 1, edges: [{ node: { id: comment.id } }] })
  })

  test('cursors open nothing', async () => {
    const { comment } = await here.post(admin, here.url())
    const cursorOf = (id: string) =>
      Buffer.from(JSON.stringify(['THREAD', Buffer.from(id, 'base64url').toString().split(':')[1]])).toString('base64url')
    const query = 'query($id: ID!, $after: String) { comment(id: $id) { thread(first: 50, after: $after) { edges { node { id } } } } }'
    const answer = await program.ask(query, { id: comment.id, after: cursorOf(stranger.comment) }, asAdmin())
    expect(answer.comment.thread.edges).toEqual([])
  })

  test('tokens are not good here', async () => {
    for (const token of [(await there.member()).token, (await there.admin()).token]) {
      const { errors } = await program.send('{ viewer { name } }', {}, { site: here.site, token })
      expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    }
  })

  test('comments cannot be answered, voted on, reported or decided on, and stay as they are', async () => {
    const before = await read(program, there, null, stranger.comment)
    const inputs: Record<string, object> = {
      replyToComment: { parentId: stranger.comment, text: 'Hello' },
      vote: { commentId: stranger.comment, value: 'UP' },
      reportComment: { commentId: stranger.comment, reason: 'OTHER' },
      rejectComment: { commentId: stranger.comment, reason: 'OTHER' },
      rejectEdit: { commentId: stranger.comment, reason: 'OTHER' },
      pinComment: { commentId: stranger.comment },
      editComment: { commentId: stranger.comment, text: 'Changed' },
      deleteComment: { commentId: stranger.comment },
    }
    const codes: Data = {}
    for (const [mutation, input] of Object.entries(inputs)) codes[mutation] = (await act(program, here, admin, mutation, input)).code
    expect(codes).toEqual(Object.fromEntries(Object.keys(inputs).map((mutation) => [mutation, 'COMMENT_NOT_FOUND'])))
    for (const mutation of ['closeArticle', 'hideArticle'])
      expect((await act(program, here, admin, mutation, { articleId: stranger.article })).code).toBe('ARTICLE_NOT_FOUND')
    expect(await read(program, there, null, stranger.comment)).toEqual(before)
  })

  test('people cannot be muted', async () => {
    expect((await act(program, here, admin, 'mutePerson', { personId: stranger.person })).code).toBe('PERSON_NOT_FOUND')
  })
})

describe('the site of a request', () => {
  const site = '{ site { slug } }'

  test('is the one that the header names, by slug or id', async () => {
    const { id } = (await program.ask('{ site { id } }', {}, { site: there.site })).site
    const uuid = Buffer.from(id, 'base64url').toString().split(':')[1] ?? ''
    for (const name of [there.site, uuid]) expect((await program.ask(site, {}, { site: name })).site.slug).toBe(there.site)
  })

  test('is else that of the article’s URL, then that of the page that asks', async () => {
    const byUrl = 'query($url: String!) { site { slug } article(url: $url) { id } }'
    expect((await program.ask(byUrl, { url: stranger.url })).site.slug).toBe(there.site)
    const byUrls = 'query($urls: [String!]!) { site { slug } commentCounts(urls: $urls) { count } }'
    expect(await program.ask(byUrls, { urls: [stranger.url] })).toEqual({ site: { slug: there.site }, commentCounts: [{ count: 2 }] })
    expect((await program.ask(site, {}, { headers: { origin: here.origin } })).site.slug).toBe(here.site)
    expect((await program.ask(byUrl, { url: here.url() }, { headers: { origin: there.origin } })).site.slug).toBe(here.site)
  })

  test('has to be told where there are several, and has to be there', async () => {
    expect((await program.send(site)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect((await program.send(site, {}, { site: 'nobody' })).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
  })

  test('is needed by nobody who asks for the schema alone', async () => {
    const asked = await program.ask('query Schema { __typename __schema { queryType { name } } }')
    expect(asked).toEqual({ __typename: 'Query', __schema: { queryType: { name: 'Query' } } })
    expect((await program.send('{ __typename site { slug } }')).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  test('is told with what a client needs, and with nothing that is secret', async () => {
    const query = `{ site { slug name origins locale whoMayComment maxDepth maxTextLength editWindowSeconds memberSecondsBetweenComments
      guestSecondsBetweenComments premoderation guestsMayVote publicHistory } }`
    const told = (await program.ask(query, {}, { site: here.site })).site
    expect(told).toMatchObject({
      slug: here.site,
      origins: [here.origin],
      locale: 'en',
      maxDepth: 8,
      maxTextLength: 5000,
      editWindowSeconds: 300,
    })
    const { errors } = await program.send('{ site { ssoSecret } }', {}, { site: here.site })
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})
