/** How many members a list in an answer may have, as far as the document tells. */
import { type ArgumentNode, type FieldNode, type GraphQLField, getNullableType, isListType, Kind } from 'graphql'

/** What is assumed of lists whose size the document does not tell. */
export const listSizes = {
  /** Connections give this many where they are asked for no number; a list of another kind is taken to be as long. */
  usual: 20,
  /** What a connection gives at most, and so what a number in a variable counts as. */
  largestPage: 50,
  /** What a field with a list of questions takes at most, such as `nodes(ids:)`, and so what such a list in a variable counts as. */
  mostQuestions: 100,
} as const

/** Is told of a number that no list takes: written into the document, it can be refused before anything runs. */
export type RefuseSize = (message: string, node: ArgumentNode) => void

/** The size of a list field or connection: by `first` or `last`, else by its longest list of questions, else the usual. */
export function listSize(node: FieldNode, field: GraphQLField<unknown, unknown>, refuse: RefuseSize): number {
  const given = (node.arguments ?? []).filter(({ value }) => value.kind !== Kind.NULL)
  const pages = given.filter(({ name }) => name.value === 'first' || name.value === 'last')
  if (pages.length > 0) return Math.max(...pages.map((page) => pageSize(page, refuse)))
  const questions = given.filter(({ name }) => {
    const argument = field.args.find((each) => each.name === name.value)
    return argument && isListType(getNullableType(argument.type))
  })
  return questions.length > 0 ? Math.max(...questions.map(countQuestions)) : listSizes.usual
}

function pageSize(argument: ArgumentNode, refuse: RefuseSize): number {
  const { name, value } = argument
  if (value.kind !== Kind.INT) return listSizes.largestPage
  const size = Number(value.value)
  if (size >= 1 && size <= listSizes.largestPage) return size
  refuse(`"${name.value}" takes 1 to ${listSizes.largestPage}, not ${value.value.slice(0, 20)}.`, argument)
  return listSizes.largestPage
}

function countQuestions({ value }: ArgumentNode): number {
  if (value.kind === Kind.VARIABLE) return listSizes.mostQuestions
  return value.kind === Kind.LIST ? Math.max(1, value.values.length) : 1
}
