/** A small schema in the shape of ours, and documents that ask it. */
import { buildSchema, type GraphQLError, specifiedRules, validate } from 'graphql'
import { limitsRule, parseLimited } from '../../src/graphql/limits.js'

const schema = buildSchema(`
  interface Node { id: ID! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Person implements Node { id: ID! name: String! avatarUrl: String comments(first: Int, last: Int): CommentConnection! }
  type Article implements Node {
    id: ID! title: String url: String! cursor: String! commentCount: Int!
    comments(first: Int, last: Int, after: String): CommentConnection!
  }
  type Comment implements Node {
    id: ID! html: String createdAt: String! editedAt: String status: String! pinned: Boolean! depth: Int! replyCount: Int!
    score: Int! upVotes: Int! viewerVote: Int author: Person article: Article parent: Comment
    replies(first: Int, last: Int, after: String): CommentConnection!
    thread(first: Int, last: Int, after: String): CommentConnection!
    mentioned: [Person!]!
  }
  type CommentEdge { cursor: String! node: Comment! }
  type CommentConnection { edges: [CommentEdge!]! pageInfo: PageInfo! totalCount: Int! }
  type CommentCount { url: String! count: Int! }
  type TooFast { message: String! retryAfterMs: Int! }
  type PostPayload { comment: Comment edge: CommentEdge article: Article cursor: String held: Boolean! }
  union PostResult = PostPayload | TooFast
  type Query {
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    article(url: String, id: ID): Article
    comment(id: ID!): Comment
    commentCounts(urls: [String!]!): [CommentCount!]!
  }
  type Mutation { post(text: String!, key: String!): PostResult! vote(id: ID!, value: Int!): PostPayload! }
  type Subscription { articleChanged(id: ID!, after: String): PostPayload! }
`)

/** All that is said against a document, by GraphQL's own rules and ours. */
export function refusalsOf(source: string): readonly GraphQLError[] {
  return validate(schema, parseLimited(source), [...specifiedRules, limitsRule])
}

/** The same in words only. */
export function reasonsFor(source: string): string[] {
  return refusalsOf(source).map(({ message }) => message)
}

/** What `each` writes, so many times. */
export const repeated = (count: number, each: (i: number) => string) => Array.from({ length: count }, (_, i) => each(i)).join(' ')
/** A question about one article. */
export const article = (selection: string) => `{ article(url: "https://example.com/a") { ${selection} } }`
/** Pages of comments within each other, of these sizes, with these fields of each comment. */
export const pages = (sizes: readonly (string | number)[], fields: string) =>
  sizes.reduceRight<string>(
    (below, size, i) => `${i ? 'replies' : 'comments'}(first: ${size}) { edges { node { ${fields} ${below} } } }`,
    '',
  )
/** The same, of one article. */
export const tree = (sizes: readonly (string | number)[], fields: string) => article(pages(sizes, fields))
