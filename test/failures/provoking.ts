/** What the tables of failures are made of: how a mutation is brought to give one certain answer. */
import { randomUUID } from 'node:crypto'
import { encodeGlobalId } from '../../src/graphql/global-id.js'
import type { TestApp } from '../support/app.js'
import { act, inside, uuidOf } from '../support/mutations.js'
import { type Person, type Seed, seed } from '../support/seed.js'

/** A mutation about to be sent, where everything is in place for its answer. */
export interface Ready {
  site: Seed
  by: Person | null
  input: object
}

/** For each mutation: `done`, and each failure by the name of its type. `KeyReused` is made of `done`. */
export type Provocations = Record<string, Record<string, (program: TestApp) => Promise<Ready>>>

/** An id of the right kind that names nothing. */
export const nowhere = (type: string) => encodeGlobalId(type, randomUUID())

export const tooLong = 'x'.repeat(5001)
export const notAllowed = 'Turned \u202e around'

/** A site with a thread, by a member who is not the one who asks next. */
export async function withThread(program: TestApp, settings: object = {}) {
  const site = await seed(program, settings)
  const author = await site.member('An author')
  const url = site.url()
  const { comment, article } = await site.post(author, url)
  return { site, author, url, commentId: comment.id as string, articleId: article.id as string, moderator: await site.moderator() }
}

/** Somebody who has written before and may not any more. */
export async function banned(program: TestApp, site: Seed): Promise<Person> {
  const person = await site.member('Somebody banned')
  const { comment } = await site.post(person, site.url())
  await inside(program)`UPDATE person SET standing = 'BANNED' WHERE id = ${uuidOf(comment.author.id)}::uuid`
  return person
}

/** A moderator does this first. */
export async function first(program: TestApp, site: Seed, mutation: string, input: object): Promise<void> {
  const done = await act(program, site, await site.moderator(), mutation, input)
  if (done.code) throw new Error(`${mutation} was refused: ${done.code}`)
}
