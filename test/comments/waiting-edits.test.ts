/** Edits that wait beside a comment because a moderator has decided on it, and edits that are none. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, read, revisionsOf } from '../support/mutations.js'
import { disagreements, eventsOf } from '../support/numbers.js'
import { type Person, type Seed, seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

/** A comment that a moderator has taken away and given back. */
async function decided() {
  const all = await written()
  await act(program, all.site, all.moderator, 'rejectComment', { commentId: all.id, reason: 'ABUSE' })
  await act(program, all.site, all.moderator, 'restoreComment', { commentId: all.id })
  return all
}

async function written() {
  const site = await seed(program)
  const author = await site.member('An author')
  const { comment, article } = await site.post(author, site.url(), 'Old words')
  return { site, author, id: comment.id as string, articleId: article.id as string, moderator: await site.moderator() }
}

const edit = (site: Seed, by: Person, commentId: string, text: string): Promise<Data> =>
  act(program, site, by, 'editComment', { commentId, text })

async function waitingFor(site: Seed, by: Person | null, id: string): Promise<Data> {
  const query = 'query($id: ID!) { node(id: $id) { ... on Comment { html waitingEdit { revision state source html } } } }'
  return (await program.ask(query, { id }, { token: by?.token, site: site.site })).node
}

describe('an edit of a comment that a moderator has decided on', () => {
  test('waits: its author and moderators read it beside the old words, which everybody else still reads', async () => {
    const { site, author, id, moderator, articleId } = await decided()
    expect(await edit(site, author, id, 'New words')).toMatchObject({ held: true, comment: { source: 'Old words', status: 'APPROVED' } })
    const waitingEdit = { revision: 2, state: 'PENDING', source: 'New words', html: '<p>New words</p>' }
    for (const by of [author, moderator]) expect(await waitingFor(site, by, id)).toEqual({ html: '<p>Old words</p>', waitingEdit })
    for (const by of [null, await site.member()])
      expect(await waitingFor(site, by, id)).toEqual({ html: '<p>Old words</p>', waitingEdit: null })
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'REMOVED', 'RESTORED'])
  })

  test('waits again after one was approved', async () => {
    const { site, author, id, moderator } = await decided()
    await edit(site, author, id, 'Harmless')
    expect(await act(program, site, moderator, 'approveComment', { commentId: id, revision: 2 })).toMatchObject({ held: false })
    expect(await edit(site, author, id, 'Harmful')).toMatchObject({ held: true, comment: { html: '<p>Harmless</p>' } })
  })

  test('stands in the queue once, until it is decided on or its comment is gone', async () => {
    const { site, author, id, moderator } = await decided()
    const queue = async () => {
      const query = '{ pendingComments(first: 10) { totalCount edges { node { id waitingEdit { source } } } } }'
      return (await program.ask(query, {}, { token: moderator.token, site: site.site })).pendingComments
    }
    for (const text of ['New', 'Newer']) await edit(site, author, id, text)
    expect(await queue()).toEqual({ totalCount: 1, edges: [{ node: { id, waitingEdit: { source: 'Newer' } } }] })
    await act(program, site, moderator, 'rejectEdit', { commentId: id, reason: 'OTHER' })
    expect(await queue()).toEqual({ totalCount: 0, edges: [] })
    await edit(site, author, id, 'Newest')
    expect((await queue()).totalCount).toBe(1)
    await act(program, site, author, 'deleteComment', { commentId: id })
    expect((await queue()).totalCount).toBe(0)
  })

  test('does not wait where its author moderates', async () => {
    const { site, moderator } = await written()
    const { comment } = await site.post(moderator, site.url(), 'From the desk')
    await act(program, site, await site.admin(), 'rejectComment', { commentId: comment.id, reason: 'OTHER' })
    await act(program, site, moderator, 'restoreComment', { commentId: comment.id })
    expect(await edit(site, moderator, comment.id, 'Corrected')).toMatchObject({ held: false, comment: { source: 'Corrected' } })
  })
})

describe('an edit that is refused', () => {
  test('leaves the comment as it was, is kept as refused, and is told to nobody', async () => {
    const { site, author, id, moderator, articleId } = await decided()
    await edit(site, author, id, 'New words')
    const before = await eventsOf(program, articleId)
    const refused = await act(program, site, moderator, 'rejectEdit', { commentId: id, reason: 'OFF_TOPIC', revision: 2, note: 'No' })
    expect(refused).toMatchObject({ held: false, comment: { html: '<p>Old words</p>', status: 'APPROVED', editedAt: null } })
    expect(await waitingFor(site, author, id)).toEqual({ html: '<p>Old words</p>', waitingEdit: null })
    expect(await revisionsOf(program, site, author, id)).toEqual([{ revision: 2, state: 'REFUSED', source: 'New words' }])
    expect(await eventsOf(program, articleId)).toEqual(before)
    expect(await disagreements(program, articleId)).toEqual([])
    const log = '{ auditLog(first: 1) { edges { node { action reason note revision } } } }'
    const { auditLog } = await program.ask(log, {}, { token: moderator.token, site: site.site })
    expect(auditLog.edges[0].node).toEqual({ action: 'comment.rejectEdit', reason: 'OFF_TOPIC', note: 'No', revision: 2 })
  })

  test('is not approved any more, and the next has a number of its own', async () => {
    const { site, author, id, moderator } = await decided()
    await edit(site, author, id, 'Refused')
    await act(program, site, moderator, 'rejectEdit', { commentId: id, reason: 'OTHER' })
    for (const mutation of ['approveComment', 'rejectEdit'])
      expect(await act(program, site, moderator, mutation, { commentId: id, ...reasonFor(mutation) })).toMatchObject({
        code: 'NOT_DECIDABLE',
      })
    await edit(site, author, id, 'Next')
    expect(await act(program, site, moderator, 'approveComment', { commentId: id, revision: 2 })).toMatchObject({
      code: 'REVISION_CHANGED',
    })
    await act(program, site, moderator, 'approveComment', { commentId: id, revision: 3 })
    expect(await revisionsOf(program, site, author, id)).toEqual([
      { revision: 2, state: 'REFUSED', source: 'Refused' },
      { revision: 1, state: 'PAST', source: 'Old words' },
    ])
  })

  test('leaves reports of the words that stand open', async () => {
    const { site, author, id, moderator } = await decided()
    await act(program, site, await site.member(), 'reportComment', { commentId: id, reason: 'SPAM' })
    await edit(site, author, id, 'New words')
    await act(program, site, moderator, 'rejectEdit', { commentId: id, reason: 'OTHER' })
    const query = 'query($id: ID!) { node(id: $id) { ... on Comment { reports(first: 5) { edges { node { reviewedAt } } } } } }'
    const { node } = await program.ask(query, { id }, { token: moderator.token, site: site.site })
    expect(node.reports.edges).toEqual([{ node: { reviewedAt: null } }])
  })
})

describe('the same words again', () => {
  test('are no edit: nothing is added, nothing is told', async () => {
    const { site, author, id, articleId } = await written()
    expect(await edit(site, author, id, ' Old words\n')).toMatchObject({ held: false, comment: { source: 'Old words', editedAt: null } })
    expect(await revisionsOf(program, site, author, id)).toEqual([])
    expect(await eventsOf(program, articleId)).toEqual(['POSTED'])
  })

  test('that wait already go on waiting under their number', async () => {
    const { site, author, id } = await decided()
    for (let n = 0; n < 2; n++) expect(await edit(site, author, id, 'New words')).toMatchObject({ held: true })
    expect(await revisionsOf(program, site, author, id)).toEqual([{ revision: 2, state: 'PENDING', source: 'New words' }])
  })

  test('as those that stand take back those that wait, whose number nothing else gets; readers are told of the new one', async () => {
    const { site, author, id, moderator, articleId } = await decided()
    await edit(site, author, id, 'New words')
    expect(await edit(site, author, id, 'Old words')).toMatchObject({ held: false, comment: { source: 'Old words', editedAt: null } })
    expect(await revisionsOf(program, site, author, id)).toEqual([])
    expect(await eventsOf(program, articleId)).toEqual(['POSTED', 'REMOVED', 'RESTORED', 'EDITED'])
    await edit(site, author, id, 'Other words')
    const late = await act(program, site, moderator, 'approveComment', { commentId: id, revision: 2 })
    expect(late).toMatchObject({ code: 'REVISION_CHANGED' })
    const read2 = await act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'OTHER', revision: 2 })
    expect(read2).toMatchObject({ code: 'REVISION_CHANGED' })
    expect(await read(program, site, null, id)).toMatchObject({ source: null, html: '<p>Old words</p>' })
  })
})

const reasonFor = (mutation: string) => (mutation === 'rejectEdit' ? { reason: 'OTHER' } : {})
