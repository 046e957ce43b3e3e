/** The URLs that an operation names, before it is executed. */
import { type ArgumentNode, type DocumentNode, getOperationAST, Kind, type SelectionSetNode, valueFromASTUntyped } from 'graphql'

/** What is about to be executed. The document is valid. */
export interface Operation {
  document: DocumentNode
  operationName?: string | null | undefined
  variables?: Record<string, unknown> | null | undefined
}

/** What the arguments `url`, `urls` and `input.url` of its root fields hold, in the document itself or in variables of any name. */
export function askedUrls({ document, operationName, variables }: Operation): string[] {
  const operation = getOperationAST(document, operationName)
  if (!operation) return []
  const usual = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
  )
  const values = { ...Object.fromEntries(usual), ...variables }
  return rootArguments(document, operation.selectionSet, new Set()).flatMap(({ name, value }) => {
    const given: unknown = valueFromASTUntyped(value, values)
    if (name.value === 'input') return textsIn((given as { url?: unknown } | null | undefined)?.url)
    return name.value === 'url' || name.value === 'urls' ? textsIn(given) : []
  })
}

/** Whether it asks for nothing but the schema, which is the same for everybody on every site. */
export function asksForSchema({ document, operationName }: Operation): boolean {
  const operation = getOperationAST(document, operationName)
  return operation?.selectionSet.selections.every((each) => each.kind === Kind.FIELD && each.name.value.startsWith('__')) ?? false
}

/** The arguments of the fields of a selection and of the fragments in it, each of which is looked through once. */
function rootArguments(document: DocumentNode, { selections }: SelectionSetNode, seen: Set<string>): readonly ArgumentNode[] {
  return selections.flatMap((selection): readonly ArgumentNode[] => {
    if (selection.kind === Kind.FIELD) return selection.arguments ?? []
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootArguments(document, selection.selectionSet, seen)
    const { value: name } = selection.name
    const fragment = document.definitions.find((each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name)
    if (seen.has(name) || fragment?.kind !== Kind.FRAGMENT_DEFINITION) return []
    seen.add(name)
    return rootArguments(document, fragment.selectionSet, seen)
  })
}

/** A variable can be anything until the operation is executed. */
function textsIn(given: unknown): string[] {
  return [given].flat().filter((each) => typeof each === 'string')
}
