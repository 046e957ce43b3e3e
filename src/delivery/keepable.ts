/** Which trusted documents get the same answer from everybody, and which requests ask for one. */
import { type DocumentNode, type FieldNode, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { asksPersonal } from '../graphql/access.js'
import { type TrustedDocument, type TrustedDocuments, trustedParameter } from '../graphql/trusted.js'

/** A page of one article, by its URL, that says which article it is of and how old it is. */
export interface Keepable {
  trusted: TrustedDocument
  /** The names of its variables, in the order of their declaration. */
  variables: readonly string[]
}

/** A request for a page that may be kept. */
export interface Asked {
  /** The same for all requests that get the same answer from the same state of the article. */
  key: string
  keepable: Keepable
  url: string
  variables: Record<string, unknown>
  /** The header X-Colloquy-Site. */
  siteName: string | null
  /** The cursor than which the answer must not be older. */
  atLeast: string | null
}

/** The variables of `Query.article` that such a document has. */
const [urlVariable, atLeastVariable] = ['url', 'atLeast']

/** Larger variables than a page's are not worth keeping. Characters. */
const longestSearch = 4000

/** Those whose only root field is `article(url: $url, …)` with `id` and `cursor`, and that ask for nothing personal. */
export function keepableAmong(documents: TrustedDocuments, schema: GraphQLSchema): ReadonlyMap<string, Keepable> {
  const found = [...documents.values()].flatMap((trusted) => {
    const variables = pageVariables(trusted.document)
    return variables && !isPersonal(trusted.document, schema) ? [[trusted.id, { trusted, variables }] as const] : []
  })
  return new Map(found)
}

/** What a request's URL asks for; null where that is no page that may be kept. */
export function askedIn(search: string, siteName: string | null, keepables: ReadonlyMap<string, Keepable>): Asked | null {
  if (search.length > longestSearch) return null
  const parameters = new URLSearchParams(search)
  const keepable = keepables.get(parameters.get(trustedParameter) ?? '')
  if (!keepable || parameters.has('query') || parameters.has('operationName')) return null
  const given = objectIn(parameters.get('variables'))
  const url = given?.[urlVariable]
  const atLeast = given?.[atLeastVariable] ?? null
  if (!given || typeof url !== 'string' || (atLeast !== null && typeof atLeast !== 'string')) return null
  const names = keepable.variables.filter((name) => name !== atLeastVariable && given[name] !== undefined)
  const variables = Object.fromEntries(names.map((name) => [name, given[name]]))
  const key = JSON.stringify([keepable.trusted.id, siteName, variables])
  return { key, keepable, url, variables, siteName, atLeast }
}

function objectIn(json: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json ?? '')
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown> | null) : null
  } catch {
    return null
  }
}

/** The names of the variables of a document that is a page's; null where it is none. */
function pageVariables({ definitions }: DocumentNode): string[] | null {
  const operations = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION)
  const [operation] = operations
  if (!operation || operations.length > 1 || operation.operation !== 'query') return null
  const [field, ...more] = operation.selectionSet.selections
  if (field?.kind !== Kind.FIELD || more.length > 0 || field.name.value !== 'article' || field.alias) return null
  const byUrl = field.arguments?.some(
    ({ name, value }) => name.value === 'url' && value.kind === Kind.VARIABLE && value.name.value === urlVariable,
  )
  if (!byUrl || !['id', 'cursor'].every((name) => selects(field, name))) return null
  return (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
}

function selects({ selectionSet }: FieldNode, name: string): boolean {
  return (
    selectionSet?.selections.some(
      (each) => each.kind === Kind.FIELD && each.name.value === name && !each.alias && !each.directives?.length,
    ) ?? false
  )
}

function isPersonal(document: DocumentNode, schema: GraphQLSchema): boolean {
  const types = new TypeInfo(schema)
  let personal = false
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType()
        personal ||= parent != null && asksPersonal(schema, parent, node)
      },
    }),
  )
  return personal
}
