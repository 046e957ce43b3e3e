/** How failures appear in the API: those a person can be told as members of a result union, the rest as top-level errors. */
import { GraphQLError } from 'graphql'
import { Refused, Unavailable, type UserError } from '../platform/errors.js'
import type { Log } from '../platform/log.js'
import { builder } from './builder.js'

const Failure = builder.interfaceRef<UserError>('Error').implement({
  description: 'A reason why something was not done, told in words and by a code that never changes.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'The reason in English, fit to be shown to a person.' }),
    code: t.exposeString('code', { description: 'The reason as a constant, fit to be translated by a program.' }),
  }),
})

/** Gives each class an object type, so that a field may declare it. Classes with more to tell are declared by `declareFailure`. */
export function declareFailures(...classes: (new (...args: never[]) => UserError)[]): void {
  for (const failure of classes) {
    // Pothos reads the class for its name and for instanceof; it never calls it.
    builder.objectType(failure as new () => UserError, {
      name: failure.name,
      access: 'public',
      interfaces: [Failure],
      description: describe(failure),
    })
  }
}

/** A failure that says when to come back. */
export function declareRetryFailure(failure: new (retryAfterMs: number) => UserError & { retryAfterMs: number }): void {
  builder.objectType(failure, {
    name: failure.name,
    access: 'public',
    interfaces: [Failure],
    description: describe(failure),
    fields: (t) => ({ retryAfterMs: t.exposeInt('retryAfterMs', { description: 'In how many milliseconds it may work.' }) }),
  })
}

/** What a client is told of an error that no field declared; what we did not throw on purpose is masked and logged. */
export function tellError(error: unknown, { log, requestId }: { log: Log; requestId: string }): GraphQLError {
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
  const where =
    error instanceof GraphQLError
      ? { nodes: error.nodes ?? null, path: error.path ?? null, source: error.source ?? null, positions: error.positions ?? null }
      : {}
  if (cause instanceof Refused || cause instanceof Unavailable) {
    const after = cause.retryAfterMs === undefined ? {} : { retryAfterMs: cause.retryAfterMs }
    if (cause instanceof Unavailable) log.warn({ requestId, err: cause.cause ?? cause }, 'unavailable')
    return new GraphQLError(cause.message, { ...where, extensions: { code: cause.code, ...after } })
  }
  if (cause instanceof GraphQLError) return told(cause)
  if (cause instanceof Error && cause.name.startsWith('PothosValidation'))
    return new GraphQLError(cause.message, { ...where, extensions: { code: 'BAD_USER_INPUT' } })
  log.error({ requestId, err: cause }, 'unexpected error')
  return new GraphQLError('Something went wrong on our side; the request id finds it in our log.', {
    ...where,
    extensions: { code: 'INTERNAL', requestId },
  })
}

const codes: ReadonlySet<unknown> = new Set<Refused['code'] | Unavailable['code'] | 'INTERNAL'>([
  ...(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'NOT_FOUND', 'RATE_LIMITED', 'RESYNC'] as const),
  ...(['UNAVAILABLE', 'INTERNAL'] as const),
])

/** GraphQL's and the server's own errors are about the request, its document or its variables, whatever the libraries on the way call them. */
function told(error: GraphQLError): GraphQLError {
  const { extensions } = error
  if (!codes.has(extensions['code'])) extensions['code'] = 'BAD_USER_INPUT'
  delete extensions['originalError']
  return error
}

function describe(failure: new (...args: never[]) => UserError): string {
  const { description } = failure as { description?: string }
  if (!description) throw new Error(`${failure.name} does not say what it means: give it a static "description".`)
  return description
}
