/** Writes comments from a second process of the program on the same database and Redis, so that the server under measurement only delivers. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { buildApp } from '../src/app.js'
import { append } from '../src/articles/log.js'
import { readConfig } from '../src/config.js'
import { signToken } from '../src/identity/identity.js'
import { createLog } from '../src/platform/log.js'
import { transaction } from '../src/platform/transaction.js'
import { createSite } from '../src/sites/sites.js'

/** The only site's origin; articles have URLs below it. */
export const origin = 'https://bench.example'

export interface Writer {
  /** Starts a thread; resolves with the moment at which its commit was known, in milliseconds since 1970. */
  post(url: string, text: string): Promise<number>
  /** Tells the log of this article so many times that one of its comments was edited. */
  tellOfEdits(url: string, events: number): Promise<void>
  stop(): Promise<void>
}

const mutation = 'mutation($input: PostCommentInput!) { postComment(input: $input) { __typename } }'

/** Milliseconds since 1970, in fractions: comparable between the processes of one machine. */
export function moment(): number {
  return performance.timeOrigin + performance.now()
}

export async function startWriting(env: Record<string, string>, client: pg.Client): Promise<Writer> {
  const app = await buildApp(readConfig(env), { log: createLog({ level: 'error' }) })
  const settings = { memberSecondsBetweenComments: 0, guestSecondsBetweenComments: 0 }
  await createSite(app.db, { slug: 'bench', name: 'Bench', origins: [origin], settings })
  const token = await signToken(app.secret, {
    subject: 'writer',
    kind: 'MEMBER',
    role: 'MODERATOR',
    name: 'Somebody who writes',
    lifeSeconds: 3600,
  })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return {
    async post(url, text) {
      const body = JSON.stringify({ query: mutation, variables: { input: { key: randomUUID(), url, text } } })
      const response = await app.fetch(
        new Request('http://localhost/graphql', { method: 'POST', headers: { ...headers, 'x-colloquy-site': 'bench' }, body }),
      )
      const committed = moment()
      const answer = await response.text()
      if (!answer.includes('"PostCommentPayload"')) throw new Error(`A comment could not be posted: ${answer}`)
      return committed
    },
    async tellOfEdits(url, events) {
      const { rows } = await client.query<{ id: string; siteId: string; articleId: string }>(
        'SELECT c.id, c."siteId", c."articleId" FROM comment c JOIN article a ON a.id = c."articleId" WHERE a.url = $1 ORDER BY c.id LIMIT 1',
        [url],
      )
      const [comment] = rows
      if (!comment) throw new Error(`There is no comment under ${url}`)
      const { id, siteId, articleId } = comment
      const edited = { kind: 'EDITED', commentId: id, threadId: id, parentId: null } as const
      await transaction({ db: app.db }, ({ tx }) => append(tx, siteId, articleId, { events: Array.from({ length: events }, () => edited) }))
    },
    stop: () => app.stop(),
  }
}
