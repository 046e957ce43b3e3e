/** What a GraphQL document may ask for at most: checked before anything runs, over HTTP and on sockets alike. */
import {
  type ASTNode,
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLErrorOptions,
  parse,
  type ValidationContext,
} from 'graphql'
import { documentMeter, type Measure } from './document-meter.js'
import { listSizes } from './list-size.js'

/** The limits of a document, each with what it leaves room for. */
export const documentLimits = {
  /** Words and signs. A page of comments with all that a reader sees takes some 150, the standard introspection query 191. */
  tokens: 1000,
  /** Fields from the root down. Five pages within each other end at 17, the standard introspection query at 15. */
  depth: 25,
  /** Lists within lists: the comments of an article and four levels of replies. Below that, a thread is read flat. */
  levels: 5,
  /** Aliases at the root of an operation: each is a whole question, or a whole mutation, of its own. */
  aliases: 15,
  /** Directives in the document. A client skips or includes a part or two; the executor weighs each on every visit. */
  directives: 20,
  /**
   * Values in the answer, were every list full. 50 threads with 50 replies and 15 fields of each come to 41,000, 20 with 3 to
   * 1,500; putting 50,000 together takes some 0.1 s beside what the database does.
   */
  cost: 50_000,
  /** The same for `__schema` and `__type`, which only read memory: the standard introspection query, but not twice. */
  introspection: 400_000,
} as const

/**
 * A validation rule, to be used beside GraphQL's own, which refuse what this one cannot measure, such as cycles of fragments.
 * Reports BAD_USER_INPUT for every limit that the document is over. It needs no variables, so that a document once found valid
 * stays so whatever is sent with it: a page size in a variable counts as the largest page.
 */
export function limitsRule(context: ValidationContext): ASTVisitor {
  const report = (message: string, node?: ASTNode) => context.reportError(refusal(message, node ? { nodes: node } : {}))
  const measure = documentMeter(context, report)
  let directives = 0
  return {
    OperationDefinition: (operation) => {
      for (const fault of faultsOf(measure(operation))) report(fault, operation)
    },
    Directive: () => {
      directives += 1
    },
    Document: {
      leave: () => {
        const most = documentLimits.directives
        if (directives > most) report(`A document may hold ${most} directives; this one holds ${directives}.`)
      },
    },
  }
}

/** GraphQL's `parse`, giving up at the first token too many. Throws BAD_USER_INPUT for that, and for faults of syntax. */
export function parseLimited(source: string): DocumentNode {
  try {
    return parse(source, { maxLexicalTokens: documentLimits.tokens })
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const { source: text, positions } = error
    const message = tooManyTokens.test(error.message)
      ? `A document may hold ${documentLimits.tokens} tokens; this one holds more: the first too many is marked.`
      : error.message
    throw refusal(message, { ...(text && { source: text }), ...(positions && { positions }) })
  }
}

/** The parser tells this fault from others by its words only. */
const tooManyTokens = /more tha[nt] \d+ tokens/

function faultsOf({ depth, levels, aliases, cost, introspection }: Measure): string[] {
  const most = documentLimits
  return [
    depth > most.depth && `An operation may go ${most.depth} fields deep; this one goes ${written(depth)} deep.`,
    levels > most.levels && `Lists may stand ${most.levels} levels within each other; here they stand ${written(levels)} levels deep.`,
    aliases > most.aliases && `An operation may hold ${most.aliases} aliases at its root; this one holds ${written(aliases)}.`,
    cost > most.cost &&
      `An answer may hold ${written(most.cost)} values; this operation may lead to ${written(cost)}. Ask for smaller pages: ` +
        `a list without a size counts as ${listSizes.usual}, a size in a variable as ${listSizes.largestPage}.`,
    introspection > most.introspection &&
      `Introspection may cost ${written(most.introspection)}, as much as the standard query; this one costs ${written(introspection)}.`,
  ].filter((fault) => fault !== false)
}

/** Fragments can multiply a number beyond all reading. */
function written(value: number): string {
  return value > 1_000_000_000 ? 'over a billion' : value.toLocaleString('en')
}

function refusal(message: string, where: GraphQLErrorOptions = {}): GraphQLError {
  return new GraphQLError(message, { ...where, extensions: { code: 'BAD_USER_INPUT' } })
}
