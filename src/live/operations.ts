/** One subscription: begun with a context of its own, then executed for each event, alone or together with all who ask the same. */
import { randomUUID } from 'node:crypto'
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import type { Context } from '../context.js'
import { tellError } from '../graphql/errors.js'
import { type TrustedDocuments, textOf, trustedParameter } from '../graphql/trusted.js'
import { everybodyWith } from '../identity/viewer.js'
import type { Log } from '../platform/log.js'
import { answer, type Freshen, freshContext } from './answers.js'
import { createDocuments } from './documents.js'
import { Followed } from './followed.js'
import { readAlong } from './reading.js'
import { type Sameness, shareKey } from './sameness.js'
import { Groups, type Seat } from './sharing.js'

/** What a context is made of, and where the answers go. */
export interface Asking {
  contextFor: (requestId: string, document: DocumentNode) => Promise<Context>
  /** Absent: its answers are pulled, and never shared. */
  seat?: Seat
}

export interface OperationOptions {
  schema: GraphQLSchema
  log: Log
  /** What may be asked for by `extensions.documentId`, with an empty query. */
  trusted?: TrustedDocuments
  /** What an event's context is made of, from the one that the subscription began with. */
  freshen?: Freshen
}

/** A subscription that has begun: what it answers, and whose it is. */
export interface Begun {
  args: ExecutionArgs
  answers: AsyncIterableIterator<ExecutionResult>
  context: Context
}

export type Begin = (payload: SubscribePayload, asking: Asking) => Promise<Begun | readonly GraphQLError[]>

/** Makes what begins subscriptions; it never rejects: what is wrong comes back as errors that a client may be told. */
export function createOperations({ schema, log, trusted = new Map(), freshen = freshContext }: OperationOptions): Begin {
  const documents = createDocuments(schema)
  const groups = new Groups()
  return async (payload, { contextFor, seat }) => {
    const requestId = randomUUID()
    const told = (errors: readonly unknown[]) => errors.map((error) => tellError(error, { log, requestId }))
    try {
      const documentId = payload.extensions?.[trustedParameter]
      const text = documentId == null ? payload.query : textOf(trusted, documentId, payload.query)
      const checked = documents(text, payload.operationName)
      if (!('document' in checked)) return told(checked)
      const context = await contextFor(requestId, checked.document)
      const args = argumentsOf(schema, checked.document, payload, context)
      const events = await createSourceEventStream(args)
      if (!(Symbol.asyncIterator in events)) return told(events.errors ?? [])
      const answers =
        events instanceof Followed
          ? follow(events, { args, context, freshen, groups, seat, sameness: checked.sameness })
          : answering(events[Symbol.asyncIterator](), args, freshen)
      return { args, context, answers }
    } catch (error) {
      return told([error])
    }
  }
}

function argumentsOf(
  schema: GraphQLSchema,
  document: ExecutionArgs['document'],
  { variables, operationName }: SubscribePayload,
  contextValue: Context,
) {
  return { schema, document, contextValue, variableValues: variables ?? {}, operationName: operationName ?? null }
}

interface Following {
  args: ReturnType<typeof argumentsOf>
  context: Context
  freshen: Freshen
  groups: Groups
  seat: Seat | undefined
  sameness: Sameness | null
}

/** Where nothing personal is asked for, nobody in person is answered: so a reader gets the same whether or not others ask it too. */
function follow(followed: Followed, { args, context, freshen, groups, seat, sameness }: Following): AsyncIterableIterator<ExecutionResult> {
  const acting = sameness ? { ...context, viewer: context.viewer && everybodyWith(context.viewer.role) } : context
  const source = {
    steps: (after: bigint, signal: AbortSignal) => followed.tell(acting, { after, signal, everyFold: true }),
    answer: (event: unknown) => answer(event, { ...args, contextValue: acting }, freshen),
  }
  const { articleId } = followed
  const asked = { articleId, operationName: args.operationName, variables: args.variableValues }
  const together = sameness && seat ? { groups, seat, key: shareKey(sameness, context, asked), source } : null
  return readAlong(followed, { context, acting, answer: source.answer, together })
}

/** What other events come to for this subscription. Not a generator: `return` of one would wait for the next event. */
function answering(
  events: AsyncIterator<unknown>,
  args: ReturnType<typeof argumentsOf>,
  freshen: Freshen,
): AsyncIterableIterator<ExecutionResult> {
  const leave = async () => {
    await events.return?.()
    return { value: undefined, done: true } as const
  }
  return {
    async next() {
      try {
        const { value, done } = await events.next()
        return done ? { value: undefined, done } : { value: await answer(value, args, freshen), done: false }
      } catch (error) {
        await leave()
        throw tellError(error, args.contextValue)
      }
    },
    return: leave,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
