/** Answers anonymous requests for trusted pages from bytes, before GraphQL is asked: as new as the article's log. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { articleByUrl } from '../articles/articles.js'
import { seqOf } from '../articles/log.js'
import type { Context } from '../context.js'
import { decodeGlobalId } from '../graphql/global-id.js'
import type { TrustedDocuments } from '../graphql/trusted.js'
import { Refused } from '../platform/errors.js'
import { allSites } from '../sites/sites.js'
import { type Answer, send } from './answer.js'
import { type Asked, askedIn, type Keepable, keepableAmong } from './keepable.js'
import { type Computed, Page } from './page.js'
import { Pages } from './pages.js'

export interface DeliveryOptions {
  schema: GraphQLSchema
  documents: TrustedDocuments
  db: Context['db']
  feeds: Context['feeds']
  /** The mark of this database in cursors. */
  epoch: () => Promise<string>
  /** Bytes of kept answers; 0 keeps none. */
  room: number
  /** The context of somebody unknown who asks for this. */
  contextFor: (asked: Asked) => Promise<Context>
  /** The answer as GraphQL gives it to somebody unknown. */
  execute: (asked: Asked) => Promise<Response>
}

export interface Delivery {
  /** Answers, or resolves to false where GraphQL is to be asked. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  stop(): void
}

/** Begins to keep answers. */
export function startDelivery(options: DeliveryOptions): Delivery {
  const keepables = keepableAmong(options.documents, options.schema)
  const pages = new Pages(options.room)

  /** Null where there is no such article for somebody unknown. */
  async function pageFor(asked: Asked): Promise<Page | null> {
    const known = pages.get(asked.key)
    if (known) return known
    const ctx = await options.contextFor(asked)
    const article = await articleByUrl(ctx, asked.url)
    if (!article) return null
    return pages.get(asked.key) ?? pages.add(asked.key, newPage(options, pages, asked, { siteId: ctx.site.id, articleId: article.id }))
  }

  async function answerTo(asked: Asked): Promise<Answer | null> {
    const page = await pageFor(asked)
    if (!page) return null
    const atLeast = asked.atLeast === null ? 0n : numberIn(asked.atLeast, await options.epoch(), page.articleId)
    return page.answer(atLeast)
  }

  return {
    async answer(request, response) {
      const asked = options.room > 0 ? askedBy(request, keepables) : null
      if (!asked) return false
      // Why it cannot be answered is GraphQL's to tell.
      const answer = await answerTo(asked).catch(() => null)
      if (answer) send(request, response, answer)
      else pages.drop(asked.key)
      return answer !== null
    },
    stop: () => pages.stop(),
  }
}

/** What a request asks for; null where it is not for everybody, or for more than GraphQL's own answer. */
function askedBy({ method, url = '', headers }: IncomingMessage, keepables: ReadonlyMap<string, Keepable>): Asked | null {
  if ((method !== 'GET' && method !== 'HEAD') || headers.authorization !== undefined) return null
  const { accept = '*/*', 'x-colloquy-site': siteName } = headers
  if (!/\bapplication\/(?:graphql-response\+)?json\b|\*\/\*/.test(accept) || accept.includes('text/html')) return null
  return askedIn(url.slice(url.indexOf('?') + 1), typeof siteName === 'string' ? siteName : null, keepables)
}

function newPage(
  { db, feeds, epoch, execute }: DeliveryOptions,
  pages: Pages,
  asked: Asked,
  { siteId, articleId }: { siteId: string; articleId: string },
): Page {
  const page: Page = new Page({
    articleId,
    watch: feeds.watch(articleId),
    generation: async () => (await allSites(db)).find(({ id }) => id === siteId)?.generation ?? null,
    compute: async () => computed(await execute(asked), await epoch(), articleId),
    onSize: () => pages.weigh(asked.key, page),
  })
  return page
}

/** An answer says itself which article it is of and how old it is: by the cursor that its first statement read. */
async function computed(response: Response, epoch: string, articleId: string): Promise<Computed> {
  const text = await response.text()
  if (response.status !== 200) return { text, seq: null }
  const { data, errors } = JSON.parse(text) as { data?: { article?: { id: string; cursor: string } | null }; errors?: unknown }
  const article = data?.article
  if (errors || !article || decodeGlobalId(article.id).id !== articleId) return { text, seq: null }
  return { text, seq: seqOf(article.cursor, epoch, articleId) }
}

/** A cursor of another history is behind every page of this one. */
function numberIn(cursor: string, epoch: string, articleId: string): bigint {
  try {
    return seqOf(cursor, epoch, articleId)
  } catch (error) {
    if (error instanceof Refused) return 0n
    throw error
  }
}
