/** Two articles become one, and nothing that was said under either is lost. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { countDrift } from '../../src/comments/recount.js'
import { commentsAStep, moveOn } from '../../src/moderation/moderation.js'
import { startApp, type TestApp } from '../support/app.js'
import { act, discussion, inside, read, until, uuidOf } from '../support/mutations.js'
import { disagreements, eventsOf } from '../support/numbers.js'
import { plantBeside } from '../support/plant.js'
import { type Seed, seed } from '../support/seed.js'

let program: TestApp
beforeAll(async () => {
  program = await startApp()
})
afterAll(() => program.stop())

async function twoArticles() {
  const site = await seed(program)
  const author = await site.member('An author')
  const [fromUrl, intoUrl] = [site.url(), site.url()]
  const from = await site.post(author, fromUrl)
  const into = await site.post(author, intoUrl)
  return {
    site,
    author,
    fromUrl,
    intoUrl,
    from,
    into,
    moderator: await site.moderator(),
    fromId: from.article.id as string,
    intoId: into.article.id as string,
  }
}

describe('a merge', () => {
  test('brings comments, replies, votes and URLs to the article that stays; the other’s id leads there', async () => {
    const { site, author, fromUrl, intoUrl, from, moderator, fromId, intoId } = await twoArticles()
    const reply = await site.reply(author, from.comment.id)
    await act(program, site, await site.member(), 'vote', { commentId: from.comment.id, value: 'UP' })
    const merged = await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    expect(merged.article).toMatchObject({ id: intoId, commentCount: 3, threadCount: 2 })

    for (const url of [fromUrl, intoUrl]) {
      const { id, commentCount, comments } = await discussion(program, site, url)
      expect([id, commentCount, comments.totalCount]).toEqual([intoId, 3, 2])
    }
    expect(
      (await program.ask('query($id: ID!) { article(id: $id) { id commentCount } }', { id: fromId }, { site: site.site })).article,
    ).toEqual({
      id: intoId,
      commentCount: 3,
    })
    await until(async () => (await read(program, site, null, from.comment.id)).score === 1)
    expect(await read(program, site, null, from.comment.id)).toMatchObject({ replyCount: 1, upvotes: 1 })
    expect(await read(program, site, null, reply.comment.id)).toMatchObject({ parent: { id: from.comment.id } })
    expect((await eventsOf(program, intoId)).filter((kind) => kind !== 'VOTED')).toEqual(['POSTED', 'ARTICLE'])
    for (const id of [fromId, intoId]) expect(await disagreements(program, id)).toEqual([])
  })

  test('lets the discussion go on, by either URL and by the old id', async () => {
    const { site, author, fromUrl, from, moderator, fromId, intoId } = await twoArticles()
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    for (const where of [{ url: fromUrl }, { articleId: fromId }])
      expect(await act(program, site, author, 'postComment', { ...where, text: randomUUID() })).toMatchObject({ article: { id: intoId } })
    expect(await act(program, site, author, 'replyToComment', { parentId: from.comment.id, text: 'Still' })).toMatchObject({
      article: { id: intoId, commentCount: 5 },
    })
    expect(await act(program, site, moderator, 'closeArticle', { articleId: fromId })).toMatchObject({
      article: { id: intoId, state: 'CLOSED' },
    })
    expect(await disagreements(program, intoId)).toEqual([])
  })

  test('leaves pins behind and what is rejected, held or deleted as it was', async () => {
    const { site, author, fromUrl, intoUrl, from, moderator, fromId, intoId } = await twoArticles()
    await act(program, site, moderator, 'pinComment', { commentId: from.comment.id })
    const gone = await site.post(author, fromUrl)
    await act(program, site, moderator, 'rejectComment', { commentId: gone.comment.id, reason: 'OTHER' })
    expect((await act(program, site, moderator, 'mergeArticles', { fromId, intoId })).article).toMatchObject({
      commentCount: 2,
      threadCount: 2,
    })
    expect(await read(program, site, null, gone.comment.id)).toBeNull()
    expect((await discussion(program, site, intoUrl)).comments.edges.map(({ node }: { node: { pinned: boolean } }) => node.pinned)).toEqual(
      [false, false],
    )
    expect(await act(program, site, moderator, 'restoreComment', { commentId: gone.comment.id })).toMatchObject({
      article: { id: intoId, commentCount: 3 },
    })
    for (const id of [fromId, intoId]) expect(await disagreements(program, id)).toEqual([])
  })

  test('into a hidden article hides what it brings', async () => {
    const { site, author, fromUrl, from, moderator, fromId, intoId } = await twoArticles()
    await act(program, site, moderator, 'hideArticle', { articleId: intoId })
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    expect(await read(program, site, author, from.comment.id)).toBeNull()
    expect(await discussion(program, site, fromUrl)).toBeNull()
    expect(await discussion(program, site, fromUrl, moderator)).toMatchObject({ id: intoId, state: 'HIDDEN', commentCount: 2 })
  })

  test('happens once: an article that was merged is not found again, and chains lead to their end', async () => {
    const { site, author, fromUrl, moderator, fromId, intoId } = await twoArticles()
    const { article: last } = await site.post(author, site.url())
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    expect(await act(program, site, moderator, 'mergeArticles', { fromId, intoId })).toMatchObject({ code: 'ARTICLE_NOT_FOUND' })
    await act(program, site, moderator, 'mergeArticles', { fromId: intoId, intoId: last.id })
    expect(await discussion(program, site, fromUrl)).toMatchObject({ id: last.id, commentCount: 3 })
  })

  test('of articles of another site is refused', async () => {
    const { site, moderator, fromId } = await twoArticles()
    const other = await twoArticles()
    expect(await act(program, site, moderator, 'mergeArticles', { fromId, intoId: other.intoId })).toMatchObject({
      code: 'ARTICLE_NOT_FOUND',
    })
    expect(await act(program, site, moderator, 'mergeArticles', { fromId: other.fromId, intoId: fromId })).toMatchObject({
      code: 'ARTICLE_NOT_FOUND',
    })
  })
})

describe('what a merge has not moved yet', () => {
  /** Puts a thread back under the article that it came from, as between two steps of a large merge. */
  async function unmoved(commentId: string, fromId: string, intoId: string) {
    const db = inside(program)
    await db`UPDATE comment SET "articleId" = ${uuidOf(fromId)}::uuid, "listId" = ${uuidOf(fromId)}::uuid WHERE id = ${uuidOf(commentId)}::uuid`
    await db`
      UPDATE article_head SET "commentCount" = "commentCount" + CASE "articleId" WHEN ${uuidOf(fromId)}::uuid THEN 1 ELSE -1 END,
        "threadCount" = "threadCount" + CASE "articleId" WHEN ${uuidOf(fromId)}::uuid THEN 1 ELSE -1 END
      WHERE "articleId" IN (${uuidOf(fromId)}::uuid, ${uuidOf(intoId)}::uuid)`
  }

  /** The next step of the merge of this article. */
  async function goOn(fromId: string) {
    const [row] = await inside(program)<{ siteId: string }>`SELECT "siteId" FROM article WHERE id = ${uuidOf(fromId)}::uuid`
    await moveOn({ db: program.app.db }, row?.siteId ?? '', { fromId: uuidOf(fromId) })
  }

  /** Whether anybody may read this comment, by its id and in the list of its author. */
  async function shown(site: Seed, { id, author }: { id: string; author: { id: string } }) {
    const query = 'query($id: ID!) { node(id: $id) { ... on Person { comments(first: 50) { edges { node { ... on Comment { id } } } } } } }'
    const { node } = await program.ask(query, { id: author.id }, { site: site.site })
    const listed = node.comments.edges.some((edge: { node: { id: string } }) => edge.node.id === id)
    expect((await read(program, site, null, id)) !== null).toBe(listed)
    return listed
  }

  test('is hidden and opened again with the article that it goes to', async () => {
    const { site, from, moderator, fromId, intoId } = await twoArticles()
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    await unmoved(from.comment.id, fromId, intoId)
    expect(await shown(site, from.comment)).toBe(true)
    await act(program, site, moderator, 'hideArticle', { articleId: intoId })
    expect(await shown(site, from.comment)).toBe(false)
    expect(await read(program, site, moderator, from.comment.id)).toMatchObject({ id: from.comment.id })
    for (const [decision, isShown] of [
      ['reopenArticle', true],
      ['hideArticle', false],
      ['closeArticle', true],
      ['hideArticle', false],
    ] as const) {
      await act(program, site, moderator, decision, { articleId: fromId })
      expect(await shown(site, from.comment)).toBe(isShown)
    }
    await goOn(fromId)
    expect(await shown(site, from.comment)).toBe(false)
    await act(program, site, moderator, 'reopenArticle', { articleId: intoId })
    expect(await shown(site, from.comment)).toBe(true)
    for (const id of [fromId, intoId]) expect(await disagreements(program, id)).toEqual([])
  })

  test('is hidden when the article that it goes to becomes part of a hidden one', async () => {
    const { site, author, from, moderator, fromId, intoId } = await twoArticles()
    const { article: last } = await site.post(author, site.url())
    await act(program, site, moderator, 'hideArticle', { articleId: last.id })
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    await unmoved(from.comment.id, fromId, intoId)
    await act(program, site, moderator, 'mergeArticles', { fromId: intoId, intoId: last.id })
    expect(await shown(site, from.comment)).toBe(false)
    await goOn(fromId)
    expect(await shown(site, from.comment)).toBe(false)
  })

  test('stays hidden until it arrives where a hidden article becomes part of an open one', async () => {
    const { site, from, moderator, fromId, intoId } = await twoArticles()
    await act(program, site, moderator, 'hideArticle', { articleId: fromId })
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    expect(await shown(site, from.comment)).toBe(true)
    await unmoved(from.comment.id, fromId, intoId)
    expect(await shown(site, from.comment)).toBe(false)
    await goOn(fromId)
    expect(await shown(site, from.comment)).toBe(true)
  })
})

test('comments that are written while an article is merged are all there afterwards', async () => {
  const { site, author, fromUrl, from, moderator, fromId, intoId } = await twoArticles()
  const write = (n: number) =>
    n % 3 === 0
      ? act(program, site, author, 'replyToComment', { parentId: from.comment.id, text: `Reply ${n}` })
      : act(program, site, author, 'postComment', { url: fromUrl, text: `Thread ${n}` })
  const answers = Promise.all(Array.from({ length: 30 }, (_, n) => write(n)))
  const merged = await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
  expect(merged.__typename).toBe('MergeArticlesPayload')
  for (const answer of await answers) expect(answer.comment).toBeTruthy()
  expect(await discussion(program, site, fromUrl)).toMatchObject({ id: intoId, commentCount: 32 })
  expect(await inside(program)`SELECT id FROM comment WHERE "articleId" = ${uuidOf(fromId)}::uuid`).toEqual([])
  for (const id of [fromId, intoId]) expect(await disagreements(program, id)).toEqual([])
})

test('two merges at once, of one article into two others, are one merge', async () => {
  const { site, author, moderator, fromId, intoId } = await twoArticles()
  const { article: third } = await site.post(author, site.url())
  const answers = await Promise.all(
    [intoId, third.id].map((into) => act(program, site, moderator, 'mergeArticles', { fromId, intoId: into })),
  )
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['ArticleNotFound', 'MergeArticlesPayload'])
  for (const id of [fromId, intoId, third.id]) expect(await disagreements(program, id)).toEqual([])
})

test('a merge and the merge of its target at once leave nothing behind in an article that is gone', async () => {
  for (let round = 0; round < 8; round++) {
    const { site, author, fromUrl, moderator, fromId, intoId } = await twoArticles()
    const { article: third } = await site.post(author, site.url())
    const merge = (from: string, into: string) => act(program, site, moderator, 'mergeArticles', { fromId: from, intoId: into })
    const [first, last] = await Promise.all([merge(fromId, intoId), merge(intoId, third.id)])
    expect(last.__typename).toBe('MergeArticlesPayload')
    expect(['MergeArticlesPayload', 'ArticleNotFound']).toContain(first.__typename)
    const lost = await inside(program)`
      SELECT a.id FROM article a JOIN article gone ON gone.id = coalesce(a."mergedInto", a.id) AND gone."mergedInto" IS NOT NULL
      WHERE a.id <> gone.id OR EXISTS (SELECT 1 FROM comment c WHERE c."articleId" = a.id)`
    expect(lost).toEqual([])
    expect(await discussion(program, site, fromUrl)).toMatchObject({ commentCount: first.code ? 1 : 3 })
  }
}, 60_000)

describe('a merge of more comments than one step moves', () => {
  /** Two articles, the first with some hundred comments more than one step takes. */
  async function large() {
    const all = await twoArticles()
    const beside = Array.from({ length: commentsAStep + 300 }, (_, n) => ({ at: Date.parse('2026-01-01') + n }))
    await plantBeside(program, all.from.comment.id, beside)
    return { ...all, everything: commentsAStep + 302 }
  }

  const leftIn = async (articleId: string) =>
    (await inside(program)<{ count: number }>`SELECT count(*)::int AS count FROM comment WHERE "articleId" = ${uuidOf(articleId)}::uuid`)[0]
      ?.count

  /** What of these articles is not counted as it is there. */
  async function drift(...articleIds: string[]) {
    const found = []
    for await (const { articleId, differences } of countDrift(program.app.db))
      if (articleIds.map(uuidOf).includes(articleId)) found.push(...differences)
    return found
  }

  test('moves the first at once and the rest soon after; the counts agree at every moment, and readers are told at the end', async () => {
    const { site, fromUrl, moderator, fromId, intoId, everything } = await large()
    const merged = await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    expect(merged.article.commentCount).toBeGreaterThan(commentsAStep)
    await until(async () => {
      expect(await drift(fromId, intoId)).toEqual([])
      return (await leftIn(fromId)) === 0
    })
    expect(await discussion(program, site, fromUrl)).toMatchObject({ id: intoId, commentCount: everything, threadCount: everything })
    expect(await eventsOf(program, fromId)).toEqual(['POSTED', 'ARTICLE'])
    const told = await eventsOf(program, intoId)
    expect([told.length, told[0], told.at(-1)]).toEqual([3, 'POSTED', 'ARTICLE'])
    expect(await drift(fromId, intoId)).toEqual([])
  }, 60_000)

  test('that was interrupted between two steps is finished by whoever takes the job up, and again is nothing', async () => {
    const { site, fromUrl, intoUrl, author, moderator, fromId, intoId, everything } = await large()
    const [{ siteId } = { siteId: '' }] = await inside(program)<{ siteId: string }>`
      SELECT "siteId" FROM article WHERE id = ${uuidOf(fromId)}::uuid`
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    // What stands now in the database is what a process that died here would leave.
    const again = () => moveOn({ db: program.app.db }, siteId, { fromId: uuidOf(fromId) })
    await Promise.all([again(), again(), act(program, site, author, 'postComment', { url: fromUrl, text: 'Meanwhile' })])
    await again()
    expect(await leftIn(fromId)).toBe(0)
    for (const url of [fromUrl, intoUrl]) expect(await discussion(program, site, url)).toMatchObject({ commentCount: everything + 1 })
    expect(await drift(fromId, intoId)).toEqual([])
  }, 60_000)

  test('goes on to where its target was merged meanwhile', async () => {
    const { site, author, fromUrl, moderator, fromId, intoId, everything } = await large()
    const { article: third } = await site.post(author, site.url())
    await act(program, site, moderator, 'mergeArticles', { fromId, intoId })
    expect((await act(program, site, moderator, 'mergeArticles', { fromId: intoId, intoId: third.id })).code).toBeUndefined()
    await until(async () => (await leftIn(fromId)) === 0 && (await leftIn(intoId)) === 0)
    expect(await discussion(program, site, fromUrl)).toMatchObject({ id: third.id, commentCount: everything + 1 })
    expect(await drift(fromId, intoId, third.id)).toEqual([])
  }, 60_000)
})
