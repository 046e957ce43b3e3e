/** The saved operations as GraphiQL opens with them: filled in with the demonstration's article, comments and people where it is there. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type DemoAccess, demoSite, demoUrl } from './demo.js'

/** A tab of GraphiQL. */
export interface Example {
  query: string
  variables?: string
  headers?: string
}

/** What the variables of the examples name. */
interface Things {
  url: string
  articleId: string
  /** A comment that has replies. */
  commentId: string
  /** Somebody's comment without any, to be voted on. */
  otherId: string
  otherRevision: number
  /** One that waits for a moderator. */
  pendingId: string
  /** The number of the words of it that wait. */
  pendingRevision: number
}

/** The API without a port. */
interface Api {
  fetch(request: Request): Promise<Response>
}

interface Tab {
  /** The file in schema/operations. */
  file: string
  as?: keyof DemoAccess
  variables: (things: Things) => object
}

const key = randomUUID
const input = (fields: object) => ({ input: { key: key(), ...fields } })
const pending = ({ pendingId, pendingRevision }: Things) => ({ commentId: pendingId, revision: pendingRevision })
const ownComment = 'the id of a comment that you have posted'

const tabs: readonly Tab[] = [
  { file: 'article-page', variables: ({ url }) => ({ url, first: 5 }) },
  { file: 'comment-replies', variables: ({ commentId }) => ({ commentId }) },
  { file: 'permalink', variables: ({ commentId }) => ({ commentId }) },
  { file: 'comment-counts', variables: ({ url }) => ({ urls: [url, new URL('another', url).href] }) },
  { file: 'comment-events', variables: ({ url }) => ({ url }) },
  { file: 'become-guest', variables: () => input({ name: 'A newcomer' }) },
  { file: 'post-comment', as: 'reader', variables: ({ url }) => input({ url, text: 'Hello from **GraphiQL**.' }) },
  { file: 'reply', as: 'reader', variables: ({ commentId }) => input({ parentId: commentId, text: 'I think so, too.' }) },
  { file: 'vote', as: 'reader', variables: ({ otherId }) => input({ commentId: otherId, value: 'UP' }) },
  { file: 'viewer-votes', as: 'reader', variables: ({ commentId, otherId }) => ({ commentIds: [commentId, otherId] }) },
  { file: 'edit-comment', as: 'reader', variables: () => input({ commentId: ownComment, text: 'In other words.' }) },
  { file: 'delete-comment', as: 'reader', variables: () => input({ commentId: ownComment }) },
  {
    file: 'report-comment',
    as: 'reader',
    variables: ({ otherId, otherRevision }) => input({ commentId: otherId, revision: otherRevision, reason: 'OFF_TOPIC' }),
  },
  { file: 'pending-comments', as: 'moderator', variables: () => ({}) },
  { file: 'approve-comment', as: 'moderator', variables: (things) => input(pending(things)) },
  { file: 'reject-comment', as: 'moderator', variables: (things) => input({ ...pending(things), reason: 'SPAM' }) },
  { file: 'restore-comment', as: 'moderator', variables: (things) => input(pending(things)) },
  { file: 'pin-comment', as: 'moderator', variables: ({ commentId }) => input({ commentId }) },
  { file: 'unpin-comment', as: 'moderator', variables: ({ commentId }) => input({ commentId }) },
  { file: 'close-article', as: 'moderator', variables: ({ articleId }) => input({ articleId }) },
  { file: 'reopen-article', as: 'moderator', variables: ({ articleId }) => input({ articleId }) },
]

/** What stands in the variables where nothing is known. */
const unknown: Things = {
  url: 'https://www.example.com/an-article-of-yours',
  articleId: 'the id of an article',
  commentId: 'the id of a comment',
  otherId: 'the id of a comment',
  otherRevision: 1,
  pendingId: 'the id of a comment that waits',
  pendingRevision: 1,
}

/** All examples, ready to run on the demonstration; its tokens stand in the tabs that need them where `withTokens` is set: on a page of this machine only. */
export async function examplesFor(app: Api, demo: DemoAccess | null, withTokens: boolean): Promise<Example[]> {
  const things = demo ? await thingsOf(app, demo) : unknown
  return Promise.all(
    tabs.map(async ({ file, as, variables }) => ({
      query: await readFile(new URL(`../schema/operations/${file}.graphql`, import.meta.url), 'utf8'),
      variables: written(variables(things)),
      ...(as ? { headers: written(headersOf(withTokens ? demo?.[as] : undefined)) } : {}),
    })),
  )
}

/** Small letters, since GraphiQL sends the same object when a socket is opened. */
function headersOf(token: string | undefined): object {
  return token ? { authorization: `Bearer ${token}`, 'x-colloquy-site': demoSite } : { authorization: 'Bearer …' }
}

const search = `query Things($url: String!) {
  article(url: $url) { id comments(orderBy: MOST_REPLIED, first: 10) { edges { node { id revision pinned replyCount } } } }
  pendingComments(first: 1) { edges { node { id revision waitingEdit { revision } } } }
}`

interface Found {
  article: { id: string; comments: { edges: { node: { id: string; revision: number; pinned: boolean; replyCount: number } }[] } } | null
  pendingComments: { edges: { node: { id: string; revision: number; waitingEdit: { revision: number } | null } }[] }
}

/** Asked as every client asks; what somebody has removed meanwhile is as if it were unknown. */
async function thingsOf(app: Api, { moderator }: DemoAccess): Promise<Things> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${moderator}`, 'x-colloquy-site': demoSite }
  const body = JSON.stringify({ query: search, variables: { url: demoUrl } })
  const response = await app.fetch(new Request('http://localhost/graphql', { method: 'POST', headers, body }))
  const { data } = (await response.json()) as { data?: Found | null }
  const threads = (data?.article?.comments.edges ?? []).map(({ node }) => node).filter(({ pinned }) => !pinned)
  const waiting = data?.pendingComments.edges[0]?.node
  return {
    url: demoUrl,
    articleId: data?.article?.id ?? unknown.articleId,
    commentId: threads[0]?.id ?? unknown.commentId,
    otherId: threads.at(-1)?.id ?? unknown.otherId,
    otherRevision: threads.at(-1)?.revision ?? unknown.otherRevision,
    pendingId: waiting?.id ?? unknown.pendingId,
    pendingRevision: waiting?.waitingEdit?.revision ?? waiting?.revision ?? unknown.pendingRevision,
  }
}

function written(value: object): string {
  return JSON.stringify(value, null, 2)
}
