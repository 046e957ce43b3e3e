/** A Relay compiler accepts the SDL, with pages that grow, members that are added and objects that are fetched again. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { printSchema } from 'graphql'
import { schema } from '../src/schema.js'

const compiler = createRequire(import.meta.url)('relay-compiler') as string
const run = promisify(execFile)

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'colloquy-relay-'))
  await mkdir(join(folder, 'src', 'made'), { recursive: true })
  await writeFile(join(folder, 'schema.graphql'), printSchema(schema))
})
afterAll(() => rm(folder, { recursive: true }))

/** A client's module `Page`: Relay wants every name in it to begin with the module's. */
const documents = [
  `fragment Page_comment on Comment { id html status score viewerVote createdAt replyCount depth author { id name role } }`,
  `fragment Page_replies on Comment
   @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" })
   @refetchable(queryName: "PageRepliesQuery") {
     replies(first: $count, after: $cursor) @connection(key: "Page_replies") { edges { node { ...Page_comment } } } }`,
  `fragment Page_comments on Article
   @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }, orderBy: { type: "CommentOrder", defaultValue: MOST_VOTED })
   @refetchable(queryName: "PageCommentsQuery") {
     commentCount cursor
     comments(first: $count, after: $cursor, orderBy: $orderBy) @connection(key: "Page_comments", filters: ["orderBy"]) {
       totalCount edges { node { ...Page_comment ...Page_replies } } } }`,
  `fragment Page_thread on Comment
   @argumentDefinitions(first: { type: "Int" }, after: { type: "String" }, last: { type: "Int" }, before: { type: "String" })
   @refetchable(queryName: "PageThreadQuery") {
     thread(first: $first, after: $after, last: $last, before: $before) @connection(key: "Page_thread") { edges { node { ...Page_comment parent { id } } } } }`,
  `fragment Page_muted on Viewer { muted(first: 10) @connection(key: "Page_muted") { edges { node { id name } } } }`,
  `fragment Page_said on Person @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
   @refetchable(queryName: "PageSaidQuery") {
     comments(first: $count, after: $cursor) @connection(key: "Page_comments") { edges { node { ...Page_comment } } } }`,
  `query PageQuery($url: String!) { article(url: $url) { ...Page_comments } viewer { ...Page_muted } }`,
  `query PageQueueQuery { pendingComments(first: 20) @connection(key: "Page_pendingComments") { edges { node { ...Page_comment } } }
     auditLog(first: 20) @connection(key: "Page_auditLog") { edges { node { action at } } } }`,
  `query PagePermalinkQuery($id: ID!) { comment(id: $id) { ...Page_comment ...Page_thread ancestors(first: 50) { edges { node { id } } } } }`,
  `query PageNodeQuery($id: ID!) { node(id: $id) { __typename id ...Page_said @alias(as: "said") ...Page_comment @alias(as: "comment") } }`,
  `mutation PagePostMutation($input: PostCommentInput!, $connections: [ID!]!) { postComment(input: $input) { __typename
     ... on PostCommentPayload { held cursor edge(orderBy: NEWEST) @prependEdge(connections: $connections) { cursor node { ...Page_comment } } article { id commentCount } }
     ... on Error { code message } } }`,
  `mutation PageReplyMutation($input: ReplyToCommentInput!, $connections: [ID!]!) { replyToComment(input: $input) {
     ... on ReplyToCommentPayload { edge @appendEdge(connections: $connections) { cursor node { ...Page_comment parent { replyCount } } } } ... on Error { code } } }`,
  `mutation PageMuteMutation($input: MutePersonInput!, $connections: [ID!]!) { mutePerson(input: $input) {
     ... on MutePersonPayload { person @appendNode(connections: $connections, edgeTypeName: "PersonEdge") { id name } } ... on Error { code } } }`,
  `subscription PageEventsSubscription($url: String!, $after: Cursor) { commentEvents(url: $url, after: $after) { __typename
     ... on LiveEvent { cursor } ... on CommentPosted { comment { ...Page_comment } } ... on CommentRemoved { commentId } } }`,
]

/** Runs the compiler on a module with these documents; what it wrote, or its complaint. */
async function compile(texts: readonly string[]): Promise<{ made: string[]; complaint: string }> {
  const tagged = texts.map((text, i) => `export const part${i} = graphql\`${text}\``)
  await writeFile(join(folder, 'src', 'Page.js'), `import { graphql } from 'relay-runtime'\n${tagged.join('\n')}\n`)
  const config = { src: './src', schema: './schema.graphql', language: 'javascript', artifactDirectory: './src/made', eagerEsModules: true }
  await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config))
  const complaint = await run(compiler, ['relay.config.json'], { cwd: folder }).then(
    () => '',
    (error: { stdout?: string; stderr?: string }) => `${error.stdout ?? ''}${error.stderr ?? ''}` || String(error),
  )
  return { made: await readdir(join(folder, 'src', 'made')), complaint }
}

test('a client’s pages, changes and events compile', async () => {
  const { made, complaint } = await compile(documents)
  expect(complaint).toBe('')
  const names = documents.flatMap((text) => /(?:fragment|query|mutation|subscription) (\w+)/.exec(text)?.[1] ?? [])
  expect(made).toEqual(expect.arrayContaining(names.map((name) => `${name}.graphql.js`)))
  expect(made).toEqual(
    expect.arrayContaining(
      ['PageCommentsQuery', 'PageRepliesQuery', 'PageThreadQuery', 'PageSaidQuery'].map((name) => `${name}.graphql.js`),
    ),
  )
})

test('the compiler does refuse what the SDL does not have', async () => {
  const { complaint } = await compile([
    'query PageQuery { articles(first: 1) @connection(key: "Page_articles") { edges { node { id } } } }',
  ])
  expect(complaint).toContain('articles')
})
