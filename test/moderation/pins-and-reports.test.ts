/** Threads before all others, and what readers tell moderators. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act, discussion, read } from '../support/mutations.js'
import { disagreements, eventsOf } from '../support/numbers.js'
import { seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

async function threads(count: number) {
  const site = await seed(program)
  const author = await site.member('An author')
  const url = site.url()
  const posted = []
  for (let n = 0; n < count; n++) posted.push(await site.post(author, url))
  const ids = posted.map(({ comment }) => comment.id as string)
  return { site, author, url, ids, articleId: posted[0]?.article.id as string, moderator: await site.moderator() }
}

describe('a pinned thread', () => {
  test('comes first, and back among the others when it is unpinned', async () => {
    const { site, url, ids, articleId, moderator } = await threads(3)
    const order = async () => (await discussion(program, site, url)).comments.edges.map(({ node }: { node: { id: string } }) => node.id)
    const pinned = await act(program, site, moderator, 'pinComment', { commentId: ids[2] })
    expect(pinned).toMatchObject({ comment: { pinned: true } })
    expect(await order()).toEqual([ids[2], ids[0], ids[1]])
    expect(await act(program, site, moderator, 'pinComment', { commentId: ids[2] })).toMatchObject({ code: 'NOT_DECIDABLE' })
    expect(await act(program, site, moderator, 'unpinComment', { commentId: ids[2] })).toMatchObject({ comment: { pinned: false } })
    expect(await order()).toEqual(ids)
    expect((await eventsOf(program, articleId)).slice(3)).toEqual(['PINNED', 'UNPINNED'])
  })

  test('is unpinned when it is removed, so that another may take its place', async () => {
    const { site, ids, articleId, moderator } = await threads(4)
    for (const commentId of ids.slice(0, 3)) await act(program, site, moderator, 'pinComment', { commentId })
    expect(await act(program, site, moderator, 'pinComment', { commentId: ids[3] })).toMatchObject({ code: 'TOO_MANY_PINNED' })
    expect(await read(program, site, null, ids[3] ?? '')).toMatchObject({ pinned: false })
    await act(program, site, moderator, 'rejectComment', { commentId: ids[0], reason: 'OTHER' })
    expect(await act(program, site, moderator, 'pinComment', { commentId: ids[3] })).toMatchObject({ comment: { pinned: true } })
    await act(program, site, moderator, 'restoreComment', { commentId: ids[0] })
    expect(await read(program, site, null, ids[0] ?? '')).toMatchObject({ pinned: false })
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('is one of three at most, also when four are pinned at the same time', async () => {
    const { site, ids, articleId, moderator } = await threads(4)
    const answers = await Promise.all(ids.map((commentId) => act(program, site, moderator, 'pinComment', { commentId })))
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      'PinCommentPayload',
      'PinCommentPayload',
      'PinCommentPayload',
      'TooManyPinned',
    ])
    expect(await disagreements(program, articleId)).toEqual([])
  })
})

describe('a report', () => {
  const reports = `query($id: ID!) { node(id: $id) { ... on Comment { reports(first: 10) { totalCount edges { node { reason note revision reviewedAt } } } } } }`

  test('reaches moderators, once a person, and ends with their decision', async () => {
    const { site, ids, moderator } = await threads(1)
    const reporter = await site.guest()
    const commentId = ids[0]
    const asked = async () => (await program.ask(reports, { id: commentId }, { token: moderator.token, site: site.site })).node.reports
    const reported = await act(program, site, reporter, 'reportComment', { commentId, reason: 'ABUSE', note: 'He  means me', revision: 1 })
    expect(reported).toMatchObject({ comment: { id: commentId }, held: false })
    await act(program, site, reporter, 'reportComment', { commentId, reason: 'SPAM' })
    await act(program, site, await site.member(), 'reportComment', { commentId, reason: 'OTHER' })
    expect(await asked()).toMatchObject({
      totalCount: 2,
      edges: [{ node: { reason: 'ABUSE', note: 'He means me', revision: 1, reviewedAt: null } }, { node: { reason: 'OTHER', note: null } }],
    })
    await act(program, site, moderator, 'rejectComment', { commentId, reason: 'ABUSE' })
    for (const { node } of (await asked()).edges) expect(node.reviewedAt).toEqual(expect.any(String))
  })

  test('is not for readers to read', async () => {
    const { site, author, ids } = await threads(1)
    const { data, errors } = await program.send(reports, { id: ids[0] }, { token: author.token, site: site.site })
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    expect(data).toEqual({ node: { reports: null } })
  })

  test('of a comment that others cannot see is refused', async () => {
    const { site, ids, moderator, author } = await threads(1)
    await site.reply(author, ids[0] ?? '')
    await act(program, site, moderator, 'rejectComment', { commentId: ids[0], reason: 'OTHER' })
    expect(await act(program, site, await site.member(), 'reportComment', { commentId: ids[0], reason: 'ABUSE' })).toMatchObject({
      code: 'COMMENT_NOT_FOUND',
    })
  })

  test('of words that were edited meanwhile is refused', async () => {
    const { site, ids, author } = await threads(1)
    await act(program, site, author, 'editComment', { commentId: ids[0], text: 'Nothing to see' })
    const report = { commentId: ids[0], reason: 'ABUSE', revision: 1 }
    expect(await act(program, site, await site.member(), 'reportComment', report)).toMatchObject({ code: 'REVISION_CHANGED' })
    expect(await act(program, site, await site.member(), 'reportComment', { ...report, revision: 2 })).toMatchObject({ held: false })
  })
})
