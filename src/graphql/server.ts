/** GraphQL over HTTP: Yoga with our errors, our limits and our own page for trying things. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql'
import { type CORSOptions, createYoga, type GraphiQLOptions, type Plugin, type YogaInitialContext } from 'graphql-yoga'
import type { Context } from '../context.js'
import type { Log } from '../platform/log.js'
import { asksForSchema, type Operation } from './asked-urls.js'
import { tellError } from './errors.js'
import { limitsRule, parseLimited } from './limits.js'
import { acceptTrusted, type TrustedDocuments, trustedParameter } from './trusted.js'

/** What Yoga is given with each request. */
export interface ServerContext {
  requestId: string
  /** The client's address, as far as proxies are trusted. */
  address: string
}

/** What the server needs from the composition root. */
export interface ServerOptions {
  schema: GraphQLSchema
  log: Log
  contextFor: (request: Request, server: ServerContext, operation: Operation) => Promise<Context>
  /** Whether pages of this origin may send tokens. */
  originAllowed: (origin: string) => Promise<boolean>
  /** Operations that the page for trying things opens with; null where there is no such page. */
  examples: { query: string; variables?: string; headers?: string }[] | null
  /** What may be asked for by the hash of its text. */
  documents: TrustedDocuments
  /** Answers subscriptions. */
  subscriptions: Plugin<object, object>
}

/** A request for one page of comments is a hundredth of this; a long comment in every script fits. Bytes. */
const largestBody = 100_000

/** Makes the handler of `/graphql`. */
export function createGraphqlServer({ schema, log, contextFor, originAllowed, examples, documents, subscriptions }: ServerOptions) {
  return createYoga<ServerContext, Context>({
    schema,
    logging: false,
    landingPage: false,
    graphqlEndpoint: '/graphql',
    batching: false,
    multipart: false,
    maskedErrors: false,
    maxRequestBodySize: largestBody,
    extraParamNames: [trustedParameter],
    cors: (request) => corsFor(request, originAllowed),
    graphiql: examples ? () => pageWith(examples) : false,
    renderGraphiQL,
    context: ({ request, requestId, address, ...rest }) => {
      const operation = operationOf(rest)
      return asksForSchema(operation) ? nobodys : contextFor(request, { requestId, address }, operation)
    },
    plugins: [
      onlyJson,
      readableUrl,
      acceptTrusted(documents),
      variesByOrigin,
      documentLimits,
      documentForContext,
      tellErrors(log),
      subscriptions,
    ],
  })
}

/** GraphQL answers for the schema itself, and asks no resolver: neither a site nor a token is needed. */
const nobodys = {} as Context

/** The page for trying things: the first tab's variables are named apart, because the page opens its first tab without them. */
function pageWith(examples: NonNullable<ServerOptions['examples']>): GraphiQLOptions {
  const [{ variables, headers } = {}] = examples
  return {
    title: 'Colloquy',
    subscriptionsProtocol: 'WS',
    defaultTabs: examples,
    ...(variables ? { variables } : {}),
    ...(headers ? { headers } : {}),
  }
}

/** A body of another type is sent by a browser without asking first: it could be a foreign page's form. */
const onlyJson: Plugin = {
  onRequest({ request, fetchAPI, endResponse }) {
    if (request.method !== 'POST' || /^application\/json\b/i.test(request.headers.get('content-type') ?? '')) return
    endResponse(new fetchAPI.Response('Send a body of the type application/json.\n', { status: 415 }))
  },
}

/** What a GET carries in its URL; the server would take a fault there for its own. */
const readableUrl: Plugin = {
  onRequest({ request, url, fetchAPI, endResponse }) {
    if (request.method !== 'GET') return
    const broken = ['variables', 'extensions'].find((name) => !isObjectOrAbsent(url.searchParams.get(name)))
    if (!broken) return
    const error = { message: `The parameter "${broken}" is not an object in JSON.`, extensions: { code: 'BAD_USER_INPUT' } }
    endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 400 }))
  },
}

function isObjectOrAbsent(json: string | null): boolean {
  if (!json) return true
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && !Array.isArray(value)
  } catch {
    return false
  }
}

/** What an answer lets a page do depends on whose page asked: no cache may keep it for another. */
const variesByOrigin: Plugin = {
  onResponse({ response }) {
    response.headers.append('vary', 'Origin')
  },
}

const documentLimits: Plugin = {
  onParse: ({ setParseFn }) => setParseFn((source) => parseLimited(typeof source === 'string' ? source : source.body)),
  onValidate: ({ addValidationRule }) => addValidationRule(limitsRule),
}

/** The context is made when the document has been read and found valid, and from it: the URLs that it names tell the site. */
const documentForContext: Plugin<{ document: DocumentNode }> = {
  onValidate: ({ params: { documentAST: document }, extendContext }) => extendContext({ document }),
}

function operationOf({ document, params }: Pick<YogaInitialContext, 'params'> & { document?: DocumentNode }): Operation {
  if (!document) throw new Error('A context was made before the document was read.')
  const { operationName, variables } = params
  return { document, operationName, variables }
}

/** Every error on its way out, wherever it was thrown, passes here. */
function tellErrors(log: Log): Plugin<object, ServerContext> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || !('errors' in result) || !result.errors) return
      const errors = result.errors.map((error) => tellError(error, { log, requestId: serverContext.requestId }))
      setResult({ ...result, errors: errors.map(withStatus) })
    },
  }
}

/** Refusals of the whole request that a proxy or a client library understands by their status. */
const statuses: Record<string, number> = { RATE_LIMITED: 429, UNAVAILABLE: 503 }

function withStatus(error: GraphQLError): GraphQLError {
  const status = statuses[String(error.extensions['code'])]
  if (status === undefined) return error
  const after = Number(error.extensions['retryAfterMs'] ?? 1000)
  error.extensions['http'] = { status, headers: { 'retry-after': String(Math.ceil(after / 1000)) } }
  return error
}

/** A page of the site's origins may send tokens in a header; there are no cookies, so never credentials. */
async function corsFor(request: Request, originAllowed: ServerOptions['originAllowed']): Promise<CORSOptions> {
  const origin = request.headers.get('origin')
  if (!origin || !(await originAllowed(origin))) return false
  return {
    origin: [origin],
    credentials: false,
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type', 'x-colloquy-site'],
    exposedHeaders: ['x-request-id', 'retry-after'],
    maxAge: 86_400,
  }
}
