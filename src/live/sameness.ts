/** Tells which subscriptions get the same answers, whoever sends them: those that ask for nothing personal, in the same words with the same variables. */
import { createHash } from 'node:crypto'
import { type DocumentNode, type GraphQLSchema, Kind, print, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import type { Context } from '../context.js'
import { asksPersonal } from '../graphql/access.js'

/** What executions of a document have in common, apart from where each begins. */
export interface Sameness {
  /** Stands for its words, however they are laid out. */
  mark: string
  /** The variables on which its answers depend. */
  variables: readonly string[]
}

/** The argument of a subscription's root field that tells where its reader begins; all that comes after is the same for everybody. */
const beginning = 'after'

/** Null where the document asks for something personal anywhere, also behind `@include` and in fragments. */
export function samenessOf(schema: GraphQLSchema, document: DocumentNode): Sameness | null {
  const types = new TypeInfo(schema)
  let personal = false
  const common = visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType()
        personal ||= parent != null && asksPersonal(schema, parent, node)
        if (parent !== schema.getSubscriptionType()) return undefined
        return { ...node, arguments: node.arguments?.filter(({ name }) => name.value !== beginning) ?? [] }
      },
    }),
  )
  if (personal) return null
  return { mark: createHash('sha256').update(print(common)).digest('base64url'), variables: variablesIn(common) }
}

/** The same for two subscriptions that get the same answers: of one article, with one role, on one site. */
export function shareKey(
  { mark, variables: names }: Sameness,
  { epoch, site, viewer }: Pick<Context, 'epoch' | 'site' | 'viewer'>,
  asked: { articleId: string; operationName: string | null | undefined; variables: Record<string, unknown> },
): string {
  const { articleId, operationName, variables } = asked
  // A variable that is absent is not one that is null: the first has its default.
  const given = names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]])
  return JSON.stringify([articleId, mark, operationName ?? null, site.id, viewer?.role ?? null, epoch, given])
}

/** Where they are used, and not where they are declared. */
function variablesIn(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    [Kind.VARIABLE]: ({ name }) => void names.add(name.value),
  })
  return [...names].sort()
}
