import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from '../../src/platform/client.js'
import { startApp, type TestApp } from '../support/app.js'
import { newKey, seed } from '../support/seed.js'
import { article, articlesOf, comments, drift, imported, importFile, leaveHarbour, siteOf } from './importing.js'
import { wxr } from './wxr.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

const many = comments(
  ...Array.from({ length: 300 }, (_, i) => ({
    id: String(i + 1),
    approved: i % 7 === 0 ? '0' : '1',
    ...(i % 4 ? { parent: String(i) } : {}),
  })),
)

/** A site at the harbour's address, and people on it. */
async function peopled() {
  await leaveHarbour(program)
  const world = await seed(program, {}, { origins: ['https://harbour.example'] })
  return { ...world, member: await world.member('Reader'), moderator: await world.moderator() }
}

test('A discussion that readers have begun gains what is imported, and keeps what it has', async () => {
  const { site, post, reply, member } = await peopled()
  const begun = await post(member, 'http://harbour.example/ferries-7?fbclid=1', 'I was first here.')
  await reply(member, begun.comment.id)
  await importFile(
    program,
    site,
    wxr(article(7, comments({ id: '1' }, { id: '2', parent: '1' }), (fields) => fields.replace('[open]', '[closed]'))),
  )
  expect(await articlesOf(program, site)).toMatchObject([
    {
      key: 'wordpress:harbour.example:7',
      title: 'Ferries & fares',
      state: 'OPEN',
      comments: 4,
      threads: 2,
      events: 'POSTED POSTED ARTICLE',
    },
  ])
  expect(await drift(program)).toEqual([])
})

test('Readers post and answer, and moderators decide, in the article that is being imported', async () => {
  const { site, post, member, moderator } = await peopled()
  let posted = 0
  const asked: Promise<unknown>[] = []
  const input = async function* () {
    const bytes = Buffer.from(wxr(article(7, many)))
    for (let at = 0; at < bytes.length; at += 9000) {
      yield bytes.subarray(at, at + 9000)
      asked.push(post(member, 'https://harbour.example/ferries-7'), ...(await reactions()))
      posted++
    }
  }
  /** Answers one and rejects another of what is there, most of it imported. */
  async function reactions(): Promise<Promise<unknown>[]> {
    const answer = await program.ask(
      'query($url: String!) { article(url: $url) { comments(orderBy: OLDEST, first: 50) { edges { node { id } } } } }',
      { url: 'https://harbour.example/ferries-7' },
      { site },
    )
    const { edges } = answer.article.comments
    const [answered, rejected] = [edges[posted % edges.length], edges[(posted + 7) % edges.length]]
    if (edges.length < 10) return []
    const send = (field: string, type: string, more: object, token: string) =>
      program.ask(
        `mutation($input: ${type}!) { ${field}(input: $input) { __typename } }`,
        { input: { key: newKey(), ...more } },
        { site, token },
      )
    return [
      send('replyToComment', 'ReplyToCommentInput', { parentId: answered.node.id, text: `So it is. ${newKey()}` }, member.token),
      send('rejectComment', 'ReasonedDecisionInput', { commentId: rejected.node.id, reason: 'OFF_TOPIC' }, moderator.token),
    ]
  }
  const report = await importFile(program, site, input(), { batchSize: 10 })
  await Promise.all(asked)
  expect(report.comments).toMatchObject({ read: 300, taken: 300 })
  expect([...(await imported(program, site)).keys()]).toHaveLength(300)
  const { id } = await siteOf(program, site)
  const [{ own } = { own: 0 }] = await sql(program.app.db)<{ own: number }>`
    SELECT count(*)::int AS own FROM comment WHERE "siteId" = ${id}::uuid AND id NOT IN (SELECT "commentId" FROM comment_source)`
  expect(own).toBeGreaterThan(posted)
  expect(await drift(program)).toEqual([])
})

test('An article that becomes part of another while it is imported brings the rest of its comments there', async () => {
  const { site, post, member, moderator } = await peopled()
  const into = await post(member, 'https://harbour.example/all-boats')
  const from = await post(member, 'https://harbour.example/ferries-7')
  const input = async function* () {
    const bytes = Buffer.from(wxr(article(7, many)))
    yield bytes.subarray(0, 150_000)
    const merging = { key: newKey(), fromId: from.article.id, intoId: into.article.id }
    const merge = 'mutation($input: MergeArticlesInput!) { mergeArticles(input: $input) { __typename } }'
    await program.ask(merge, { input: merging }, { site, token: moderator.token })
    yield bytes.subarray(150_000)
  }
  const report = await importFile(program, site, input(), { batchSize: 10 })
  expect(report.comments).toMatchObject({ read: 300, taken: 300 })
  expect((await articlesOf(program, site)).filter(({ comments }) => comments > 0)).toMatchObject([
    { url: 'https://harbour.example/all-boats' },
  ])
  expect(await drift(program)).toEqual([])
})
