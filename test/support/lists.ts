/** Every list of the SDL that has pages, and how to ask for one: a list that is added to the schema is found here by itself. */
import { getNamedType, isObjectType } from 'graphql'
import { schema } from '../../src/schema.js'
import type { Asked, Data, TestApp } from './app.js'

/** Relay's arguments. */
export interface PageOf {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
}

/** The fields that answer with a page, as `Type.field`. */
export const listFields: string[] = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .map((field) => `${type.name}.${field.name}`),
  )

/** How to come to an object of each type that has lists; a new type fails every test of lists until it is told here. */
const owners: Record<string, (inner: string) => string> = {
  Query: (inner) => inner,
  Article: (inner) => `article(id: $id) { ${inner} }`,
  Comment: (inner) => `comment(id: $id) { ${inner} }`,
  Person: (inner) => `node(id: $id) { ... on Person { ${inner} } }`,
  Viewer: (inner) => `viewer { ${inner} }`,
}

const pageArguments = 'first: $first, last: $last, after: $after, before: $before'

/** Asks for one page of a list, given as `Type.field`; `more` are further arguments, `node` what is read of each member. */
export async function pageOf(
  program: TestApp,
  { list, id, more = '', node = '__typename' }: { list: string; id?: string | undefined; more?: string; node?: string },
  page: PageOf,
  asked: Asked,
) {
  const [type = '', field = ''] = list.split('.')
  const connection = getNamedType(fieldOf(type, field).type)
  const total = isObjectType(connection) && connection.getFields()['totalCount'] ? 'totalCount' : ''
  const body = `${field}(${more} ${pageArguments}) {
    edges { cursor node { ${node} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } ${total} }`
  const owner = owners[type]
  if (!owner) throw new Error(`Say in test/support/lists.ts how to come to a ${type}.`)
  const query = owner(`list: ${body}`)
  const variables = `${query.includes('$id') ? '$id: ID!, ' : ''}$first: Int, $last: Int, $after: String, $before: String`
  const answer = await program.send(`query(${variables}) { ${query} }`, { ...(query.includes('$id') ? { id } : {}), ...page }, asked)
  return { errors: answer.errors, list: answer.data ? within(answer.data) : null }
}

/** One member after the other, walking from page to page of `size` until there is no next. */
export async function walk(ask: (page: PageOf) => Promise<Data>, size: number, direction: 'forwards' | 'backwards' = 'forwards') {
  const found: Data[] = []
  for (let cursor: string | null = null, pages = 0; ; pages++) {
    if (pages > 200) throw new Error('This list does not come to its end.')
    const page: Data = await ask(direction === 'forwards' ? { first: size, after: cursor } : { last: size, before: cursor })
    const nodes = page.edges.map(({ node }: Data) => node)
    if (direction === 'forwards') found.push(...nodes)
    else found.unshift(...nodes)
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo
    if (direction === 'forwards' ? !hasNextPage : !hasPreviousPage) return found
    cursor = direction === 'forwards' ? endCursor : startCursor
  }
}

function fieldOf(type: string, field: string) {
  const found = schema.getType(type)
  const config = isObjectType(found) ? found.getFields()[field] : undefined
  if (!config) throw new Error(`The SDL has no ${type}.${field}.`)
  return config
}

/** What stands under the alias `list`, at whatever depth. */
function within(data: Data): Data {
  if (data === null || typeof data !== 'object') return null
  return 'list' in data ? data.list : within(Object.values(data)[0])
}
