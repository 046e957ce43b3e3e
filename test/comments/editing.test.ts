/** Giving a comment other words, and taking it back. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApp, type TestApp } from '../support/app.js'
import { act, discussion, inside, read, revisionsOf, until, uuidOf } from '../support/mutations.js'
import { disagreements, eventsOf } from '../support/numbers.js'
import { seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

async function written(settings: object = {}) {
  const site = await seed(program, settings)
  const author = await site.member('An author')
  const url = site.url()
  const { comment, article } = await site.post(author, url, 'Old words')
  return { site, author, url, id: comment.id as string, articleId: article.id as string, moderator: await site.moderator() }
}

describe('an edit', () => {
  test('is there for everybody at once, is told, and keeps what was said before', async () => {
    const { site, author, id, articleId } = await written()
    const edited = await act(program, site, author, 'editComment', { commentId: id, text: 'New *words*' })
    expect(edited).toMatchObject({ held: false, comment: { html: '<p>New <em>words</em></p>', editedAt: expect.any(String) } })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>New <em>words</em></p>' })
    expect(await revisionsOf(program, site, author, id)).toEqual([{ revision: 1, state: 'PAST', source: 'Old words' }])
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'EDITED'])
  })

  test('leaves past words to its author and moderators, and to others all the rest of the comment', async () => {
    const { site, author, id } = await written()
    await act(program, site, author, 'editComment', { commentId: id, text: 'New words' })
    const query = 'query($id: ID!) { comment(id: $id) { html revision revisions(first: 5) { totalCount } } }'
    for (const token of [undefined, (await site.member()).token]) {
      const { data, errors } = await program.send(query, { id }, { token, site: site.site })
      expect(data).toEqual({ comment: { html: '<p>New words</p>', revision: 2, revisions: null } })
      expect(errors).toMatchObject([{ path: ['comment', 'revisions'], extensions: { code: 'FORBIDDEN' } }])
    }
  })

  test('is taken until the very end of the window, by the server’s clock, and refused from then on', async () => {
    const { site, author, id } = await written({ editWindowSeconds: 60 })
    const age = (seconds: number) =>
      inside(program)`UPDATE comment SET "createdAt" = now() - make_interval(secs => ${seconds}::int) WHERE id = ${uuidOf(id)}::uuid`
    await age(50)
    expect(await act(program, site, author, 'editComment', { commentId: id, text: 'In time' })).toMatchObject({ held: false })
    await age(61)
    expect(await act(program, site, author, 'editComment', { commentId: id, text: 'Late' })).toMatchObject({ code: 'EDIT_WINDOW_OVER' })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>In time</p>' })
  })

  test('is refused a moment after posting where the site allows none', async () => {
    const { site, author, id } = await written({ editWindowSeconds: 0 })
    const late = await until(async () => {
      const answer = await act(program, site, author, 'editComment', { commentId: id, text: `Late ${Math.random()}` })
      return answer.code ? answer : null
    })
    expect(late.code).toBe('EDIT_WINDOW_OVER')
  })

  test('of somebody else’s comment is refused, whoever asks', async () => {
    const { site, id, moderator } = await written()
    for (const by of [await site.member(), await site.guest(), moderator, await site.admin()])
      expect(await act(program, site, by, 'editComment', { commentId: id, text: 'Mine' })).toMatchObject({ code: 'COMMENT_NOT_FOUND' })
  })

  test('of a comment that still waits replaces its words and is told to nobody', async () => {
    const { site, author, id, moderator, articleId } = await written({ premoderation: true })
    const edited = await act(program, site, author, 'editComment', { commentId: id, text: 'Better' })
    expect(edited).toMatchObject({ held: true, comment: { source: 'Better', status: 'PENDING' } })
    const approved = await act(program, site, moderator, 'approveComment', { commentId: id, revision: 1 })
    expect(approved).toMatchObject({ code: 'REVISION_CHANGED' })
    expect(await act(program, site, moderator, 'approveComment', { commentId: id, revision: 2 })).toMatchObject({
      comment: { html: '<p>Better</p>' },
    })
    expect(await eventsOf(program, articleId)).toEqual(['POSTED'])
  })
})

describe('on a site where every text waits, an edit of an approved comment', () => {
  async function approved() {
    const all = await written({ premoderation: true })
    await act(program, all.site, all.moderator, 'approveComment', { commentId: all.id })
    return all
  }

  test('waits beside the old words, which stay until a moderator lets it stand', async () => {
    const { site, author, id, moderator, articleId } = await approved()
    const edited = await act(program, site, author, 'editComment', { commentId: id, text: 'New words' })
    expect(edited).toMatchObject({ held: true, comment: { source: 'Old words', status: 'APPROVED' } })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>Old words</p>', editedAt: null })
    expect(await revisionsOf(program, site, moderator, id)).toEqual([{ revision: 2, state: 'PENDING', source: 'New words' }])
    expect(await eventsOf(program, articleId)).toEqual(['POSTED'])

    const decided = await act(program, site, moderator, 'approveComment', { commentId: id, revision: 2 })
    expect(decided).toMatchObject({ held: false, comment: { html: '<p>New words</p>' } })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>New words</p>', editedAt: expect.any(String) })
    expect(await revisionsOf(program, site, author, id)).toEqual([{ revision: 1, state: 'PAST', source: 'Old words' }])
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'EDITED'])
    expect(await act(program, site, moderator, 'approveComment', { commentId: id })).toMatchObject({ code: 'NOT_DECIDABLE' })
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('that was edited again is not approved by who has read the first only', async () => {
    const { site, author, id, moderator } = await approved()
    await act(program, site, author, 'editComment', { commentId: id, text: 'Harmless' })
    await act(program, site, author, 'editComment', { commentId: id, text: 'Harmful' })
    expect(await revisionsOf(program, site, moderator, id)).toEqual([{ revision: 3, state: 'PENDING', source: 'Harmful' }])
    expect(await act(program, site, moderator, 'approveComment', { commentId: id, revision: 2 })).toMatchObject({
      code: 'REVISION_CHANGED',
    })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>Old words</p>' })
    await act(program, site, moderator, 'approveComment', { commentId: id, revision: 3 })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>Harmful</p>' })
  })

  test('is overtaken by one that takes effect at once', async () => {
    const { site, author, id, moderator } = await written()
    const premoderate = async (premoderation: boolean) => {
      await act(program, site, await site.admin(), 'updateSite', { settings: { premoderation } })
      await until(
        async () => (await program.ask('{ site { premoderation } }', {}, { site: site.site })).site.premoderation === premoderation,
      )
    }
    await premoderate(true)
    expect(await act(program, site, author, 'editComment', { commentId: id, text: 'Waiting' })).toMatchObject({ held: true })
    await premoderate(false)
    for (const text of ['At once', 'And again'])
      expect(await act(program, site, author, 'editComment', { commentId: id, text })).toMatchObject({ held: false })
    expect(await read(program, site, null, id)).toMatchObject({ html: '<p>And again</p>' })
    expect(await act(program, site, moderator, 'approveComment', { commentId: id })).toMatchObject({ code: 'NOT_DECIDABLE' })
    expect((await revisionsOf(program, site, author, id)).map(({ source, state }) => [source, state])).toEqual([
      ['At once', 'PAST'],
      ['Old words', 'PAST'],
    ])
  })
})

describe('a comment that its author takes back', () => {
  test('is gone where nobody has answered', async () => {
    const { site, author, id, articleId, url } = await written()
    const deleted = await act(program, site, author, 'deleteComment', { commentId: id })
    expect(deleted).toMatchObject({ comment: { id, status: 'DELETED' }, article: { commentCount: 0, threadCount: 0 } })
    expect(await read(program, site, null, id)).toBeNull()
    expect(await discussion(program, site, url)).toMatchObject({ comments: { totalCount: 0, edges: [] } })
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'REMOVED'])
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('leaves a tombstone without words and author above its replies, and both go with the last of them', async () => {
    const { site, author, id, articleId, url } = await written()
    const other = await site.member()
    const { comment: reply } = await site.reply(other, id)
    await act(program, site, author, 'deleteComment', { commentId: id })
    expect(await read(program, site, null, id)).toMatchObject({ status: 'DELETED', html: null, source: null, author: null, replyCount: 1 })
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 1, threadCount: 1 })
    expect(await disagreements(program, articleId)).toEqual([])

    await act(program, site, other, 'deleteComment', { commentId: reply.id })
    expect(await discussion(program, site, url)).toMatchObject({ commentCount: 0, threadCount: 0, comments: { edges: [] } })
    expect(await disagreements(program, articleId)).toEqual([])
  })

  test('cannot be brought back, by its author or a moderator', async () => {
    const { site, author, id, moderator } = await written()
    await act(program, site, author, 'deleteComment', { commentId: id })
    expect(await act(program, site, author, 'editComment', { commentId: id, text: 'Back' })).toMatchObject({ code: 'NOT_DECIDABLE' })
    for (const mutation of ['approveComment', 'restoreComment'])
      expect(await act(program, site, moderator, mutation, { commentId: id })).toMatchObject({ code: 'NOT_DECIDABLE' })
  })

  test('can be taken back in a closed article, and while it waits', async () => {
    const { site, author, id, articleId, moderator } = await written({ premoderation: true })
    await act(program, site, moderator, 'closeArticle', { articleId })
    expect(await act(program, site, author, 'deleteComment', { commentId: id })).toMatchObject({ comment: { status: 'DELETED' } })
    expect(await disagreements(program, articleId)).toEqual([])
  })
})
