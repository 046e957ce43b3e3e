/** A decision that has to wait for the comment knows the words that it finds there, not those from before. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { replace } from '../../src/comments/revision.store.js'
import { lockChain } from '../../src/comments/store.js'
import { transaction } from '../../src/platform/transaction.js'
import { allSites } from '../../src/sites/sites.js'
import { type Data, startApp, type TestApp } from '../support/app.js'
import { act, inside, read, until, uuidOf } from '../support/mutations.js'
import { seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

test('a rejection that waits for an edit to end is refused, since nobody has read these words', async () => {
  const site = await seed(program)
  const { comment } = await site.post(await site.member(), site.url())
  const moderator = await site.moderator()
  const siteId = (await allSites(program.app.db)).find(({ slug }) => slug === site.site)?.id ?? ''
  const id = uuidOf(comment.id)
  let rejection: Promise<Data> | undefined
  await transaction({ db: program.app.db }, async ({ tx }) => {
    await lockChain(tx, siteId, id)
    rejection = act(program, site, moderator, 'rejectComment', { commentId: comment.id, revision: 1, reason: 'OTHER' })
    await until(async () => (await inside(program)`SELECT FROM pg_locks WHERE NOT granted`).length > 0)
    await replace(tx, { id, source: 'Unread', html: '<p>Unread</p>', editedAt: new Date() })
  })
  expect(await rejection).toMatchObject({ code: 'REVISION_CHANGED' })
  expect(await read(program, site, null, comment.id)).toMatchObject({ status: 'APPROVED', html: '<p>Unread</p>' })
})
