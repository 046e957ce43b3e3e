/** Another database takes the place of the one that was read: a restore, a failover. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from '../../src/platform/client.js'
import { until } from '../platform/until.js'
import { startApp, type TestApp } from '../support/app.js'
import { type Seed, seed } from '../support/seed.js'
import { connect } from './client.js'
import { events } from './events.js'

let program: TestApp
let site: Seed
beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
})
afterAll(() => program.stop())

test('who follows is told to page again, and cursors from before are refused, though the numbers go on', async () => {
  const url = site.url()
  const alice = await site.member()
  const { cursor: before } = await site.post(alice, url)
  const client = await connect(program.url, { site: site.site })
  const reader = client.subscribe(events, { url, after: before })
  await reader.event()
  // What makes the mark of a copy another.
  await sql(program.app.db)`UPDATE installation SET id = gen_random_uuid()`
  expect(await reader.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RESYNC' } }] })
  await until('pages have other cursors', async () => {
    const { article } = await program.ask('query($url: String!) { article(url: $url) { cursor } }', { url }, { site: site.site })
    return article.cursor !== before
  })
  expect(await client.subscribe(events, { url, after: before }).next()).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'RESYNC' } }],
  })
  await client.close()
})
