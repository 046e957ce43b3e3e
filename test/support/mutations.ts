/** Mutations over the wire: what is sent, and what each payload is asked for, follow from the schema. */
import { type GraphQLObjectType, getNamedType, isInputObjectType, isNonNullType, isObjectType } from 'graphql'
import { sql } from '../../src/platform/client.js'
import { schema } from '../../src/schema.js'
import type { Data, TestApp } from './app.js'
import { newKey, type Person, type Seed } from './seed.js'

const fields = schema.getMutationType()?.getFields() ?? {}

/** What payloads are asked for, by the names of their fields. */
const selections: Record<string, string> = {
  comment: `comment { id html source status score upvotes downvotes viewerVote pinned depth replyCount editedAt author { id name kind role } parent { id } }`,
  article: 'article { id key url title publishedAt state commentCount threadCount }',
  person: 'person { id name kind role }',
  viewer: 'viewer { name kind role muted(first: 20) { totalCount edges { node { id } } } }',
  site: 'site { id name origins premoderation editWindowSeconds locale whoMayComment maxDepth }',
  cursor: 'cursor',
  held: 'held',
  token: 'token',
}

/** The names of all mutations. */
export const mutationNames = Object.keys(fields)

/** The members of a mutation's result union, its payload first. */
export function membersOf(mutation: string): string[] {
  const type = fields[mutation] && getNamedType(fields[mutation].type)
  const names = type && !isObjectType(type) ? schema.getPossibleTypes(type as never).map(({ name }) => name) : [String(type)]
  return [...names].sort((a, b) => Number(b.endsWith('Payload')) - Number(a.endsWith('Payload')))
}

/** The text of a mutation that asks for everything its payload has. */
export function documentOf(mutation: string): string {
  const payload = membersOf(mutation)[0] ?? ''
  const asked = Object.keys((schema.getType(payload) as GraphQLObjectType).getFields()).map((name) => selections[name] ?? '')
  const input = String(fields[mutation]?.args[0]?.type)
  const retry = membersOf(mutation).includes('TooFast') ? '... on TooFast { retryAfterMs }' : ''
  return `mutation($input: ${input}) { ${mutation}(input: $input) {
    __typename ... on ${payload} { ${asked.join(' ')} } ... on Error { code message } ${retry} } }`
}

/** Decisions that have to name the words that were read are on the first ones, unless the input says otherwise. */
function firstWords(mutation: string): object {
  const input = fields[mutation] && getNamedType(fields[mutation].args[0]?.type)
  const revision = isInputObjectType(input) ? input.getFields()['revision'] : undefined
  return isNonNullType(revision?.type) ? { revision: 1 } : {}
}

/** Does one thing and answers with what became of it: a payload or a declared failure. Throws on any other error. */
export async function act(program: TestApp, site: Seed, by: Person | null, mutation: string, input: object): Promise<Data> {
  const data = await program.ask(
    documentOf(mutation),
    { input: { key: newKey(), ...firstWords(mutation), ...input } },
    { token: by?.token, site: site.site },
  )
  return data[mutation]
}

/** The comment as somebody (null: anybody) reads it; null where it is out of their reach. */
export async function read(program: TestApp, site: Seed, by: Person | null, id: string): Promise<Data> {
  const query = `query($id: ID!) { node(id: $id) { ... on Comment ${selections['comment']?.slice('comment '.length)} } }`
  return (await program.ask(query, { id }, { token: by?.token, site: site.site })).node
}

/** What a comment said before and what is to replace it, newest first, as its author or a moderator reads it. */
export async function revisionsOf(program: TestApp, site: Seed, by: Person, id: string): Promise<Data[]> {
  const query = 'query($id: ID!) { node(id: $id) { ... on Comment { revisions(first: 50) { edges { node { revision state source } } } } } }'
  const { node } = await program.ask(query, { id }, { token: by.token, site: site.site })
  return node.revisions.edges.map((edge: Data) => edge.node)
}

/** The discussion under a URL as somebody (null: anybody) reads it: its numbers, and the words of its threads. */
export async function discussion(program: TestApp, site: Seed, url: string, by: Person | null = null): Promise<Data> {
  const query = `query($url: String!) { article(url: $url) { id key url title state commentCount threadCount
    comments(first: 50, orderBy: OLDEST) { totalCount edges { node { id html status score pinned replyCount } } } } }`
  return (await program.ask(query, { url }, { token: by?.token, site: site.site })).article
}

/** Statements on the program's own database, for what the API does not tell. */
export const inside = (program: TestApp) => sql(program.app.db)

/** The UUID in a global id. */
export const uuidOf = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1] ?? ''

/** Waits until this process, too, knows a site that another has made. */
export const meet = (program: TestApp, { site }: Seed) =>
  until(async () => (await program.send('{ site { slug } }', {}, { site })).data?.site)

/** Waits until `look` sees something true, at most ten seconds; what it saw. */
export async function until<T>(look: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > deadline) throw new Error('This did not come about within ten seconds.')
    await new Promise((resume) => setTimeout(resume, 50))
  }
}
