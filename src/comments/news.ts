/** What is new to one person: replies to their comments, and what became of those that waited. */
import type { SignedIn } from '../context.js'
import { type Connection, connection, type PageArguments, pageOf } from '../graphql/pagination.js'
import type { Database } from '../platform/database.js'
import * as store from './news.store.js'
import type { CommentRow } from './rules.js'

/** The bus channel that is rung when something happened to this person's comments. */
export function newsChannel(personId: string): string {
  return `person:${personId}`
}

/** Of somebody who has written more than this and was answered, the replies to older comments are not looked for. */
const commentsAnswered = 500

const newestFirst = { name: 'REPLIES', types: ['uuid'] as const }

/** A page of what others replied to the viewer, newest first. */
export async function repliesToViewer({ db, site, viewer }: SignedIn, args: PageArguments): Promise<Connection<CommentRow>> {
  const page = pageOf(args, newestFirst)
  const whose = { siteId: site.id, personId: viewer.id, among: commentsAnswered }
  const rows = await store.repliesTo(db, whose, page)
  return connection(rows, page, { order: newestFirst, keys: ({ id }) => [id], totalCount: () => store.countRepliesTo(db, whose) })
}

/** Comments of a person that are looked at for a ring that was lost. */
const commentsMarked = 100

/** A mark of each of these people that changes with what became of their last comments; none of somebody who has written nothing. */
export async function newsMarks(db: Database, personIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await store.newsMarks(db, personIds, commentsMarked)
  return new Map(rows.map(({ personId, mark }) => [personId, mark]))
}
