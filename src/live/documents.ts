/** The subscriptions that clients send: parsed and checked once for each text. */
import { type DocumentNode, type GraphQLError, type GraphQLSchema, getOperationAST, specifiedRules, validate } from 'graphql'
import { limitsRule, parseLimited } from '../graphql/limits.js'
import { Refused } from '../platform/errors.js'
import { type Sameness, samenessOf } from './sameness.js'

/** A document that may be executed. */
export interface Checked {
  document: DocumentNode
  /** What its execution has in common with others; null where it asks for something personal. */
  sameness: Sameness | null
}

/** Clients send few texts, each many times. */
const keptDocuments = 200

/** A longer text is not kept: together they take a few megabytes at most. Characters. */
const longestKept = 4000

const rules = [...specifiedRules, limitsRule]

/** Makes a reader of documents that remembers the last valid ones. */
export function createDocuments(schema: GraphQLSchema) {
  const kept = new Map<string, Checked>()

  function checked(text: string): Checked | readonly GraphQLError[] {
    const document = parseLimited(text)
    const errors = validate(schema, document, rules)
    return errors.length > 0 ? errors : { document, sameness: samenessOf(schema, document) }
  }

  function keep(text: string, one: Checked) {
    kept.delete(text)
    if (text.length <= longestKept) kept.set(text, one)
    const [oldest] = kept.keys()
    if (kept.size > keptDocuments && oldest !== undefined) kept.delete(oldest)
  }

  /** The document, or what is wrong with it. Throws BAD_USER_INPUT for a fault of syntax and for what is not a subscription. */
  return function read(text: string, operationName: string | null | undefined): Checked | readonly GraphQLError[] {
    const found = kept.get(text) ?? checked(text)
    if (!('document' in found)) return found
    keep(text, found)
    const operation = getOperationAST(found.document, operationName)
    if (!operation) throw new Refused('BAD_USER_INPUT', 'Name the operation that is meant: there is none, or more than one.')
    if (operation.operation !== 'subscription')
      throw new Refused('BAD_USER_INPUT', 'Sockets take subscriptions only: send queries and mutations over HTTP.')
    return found
  }
}
