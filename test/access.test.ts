/** Who may ask for what: every root field and every type of the SDL, with every role. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { encodeGlobalId } from '../src/graphql/global-id.js'
import { schema } from '../src/schema.js'
import { startApp, type TestApp } from './support/app.js'
import { newKey, type Seed, seed } from './support/seed.js'

type Access = 'public' | 'person' | 'moderator' | 'admin'

/** By whom each root field may be asked for; a new one fails here until it is told. */
const roots: Record<'Query' | 'Mutation' | 'Subscription', Record<string, Access>> = {
  Query: {
    article: 'public',
    auditLog: 'moderator',
    comment: 'public',
    commentCounts: 'public',
    node: 'public',
    nodes: 'public',
    pendingComments: 'moderator',
    site: 'public',
    viewer: 'public',
    viewerVotes: 'person',
  },
  Mutation: {
    approveComment: 'moderator',
    becomeGuest: 'public',
    closeArticle: 'moderator',
    deleteComment: 'person',
    editComment: 'person',
    hideArticle: 'moderator',
    mergeArticles: 'moderator',
    mutePerson: 'person',
    pinComment: 'moderator',
    postComment: 'person',
    registerArticle: 'admin',
    rejectComment: 'moderator',
    rejectEdit: 'moderator',
    reopenArticle: 'moderator',
    replyToComment: 'person',
    reportComment: 'person',
    restoreComment: 'moderator',
    unmutePerson: 'person',
    unpinComment: 'moderator',
    updateSite: 'admin',
    vote: 'person',
  },
  Subscription: { commentEvents: 'public', replyAdded: 'public', viewerEvents: 'person' },
}

/** Types and fields that not everybody may see, wherever they are met. */
const narrowTypes: Record<string, Access> = {
  AuditEntry: 'moderator',
  CommentRevision: 'person',
  HostAlias: 'admin',
  MutePersonPayload: 'person',
  Report: 'moderator',
  SiteSettings: 'admin',
  UnmutePersonPayload: 'person',
  UpdateSitePayload: 'admin',
  Viewer: 'person',
  ViewerNews: 'person',
  ViewerVote: 'person',
}
const narrowFields: Record<string, Access> = {
  'Article.viewerComments': 'person',
  'Comment.reports': 'moderator',
  'Site.settings': 'admin',
}

const people = ['anonymous', 'guest', 'member', 'moderator', 'admin'] as const
type Who = (typeof people)[number]

/** What somebody is told who asks for something of this access; undefined: they are let through. */
function refusal(access: Access, who: Who): string | undefined {
  if (access === 'public' || who === 'admin') return undefined
  if (who === 'anonymous') return 'UNAUTHENTICATED'
  if (access === 'person' || (access === 'moderator' && who === 'moderator')) return undefined
  return 'FORBIDDEN'
}

let program: TestApp
let site: Seed
let tokens: Record<Who, string | undefined>

beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  const made = await Promise.all([site.guest(), site.member(), site.moderator(), site.admin()])
  const [guest, member, moderator, admin] = made.map(({ token }) => token)
  tokens = { anonymous: undefined, guest, member, moderator, admin }
})
afterAll(() => program.stop())

/** Something of this type: every required part of an input, and ids of things that are not there. */
function example(type: GraphQLInputType, name: string): unknown {
  if (isListType(getNullableType(type))) return []
  const named = getNamedType(type)
  if (isEnumType(named)) return named.getValues()[0]?.name
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields())
        .filter((field) => isNonNullType(field.type) || (named.name === 'PostCommentInput' && field.name === 'url'))
        .map((field) => [field.name, example(field.type, field.name)]),
    )
  if (named.name === 'ID')
    return encodeGlobalId(/article|from|into/.test(name) ? 'Article' : /person/.test(name) ? 'Person' : 'Comment', randomUUID())
  if (named.name === 'Boolean') return true
  if (named.name === 'Int') return 1
  return name === 'key' ? newKey() : name === 'url' ? site.url() : `Some ${name}`
}

function operationFor(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>) {
  const args = field.args.filter(({ type, name }) => isNonNullType(type) || (field.name === 'article' && name === 'url'))
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const given = args.map(({ name }) => `${name}: $${name}`).join(', ')
  const selected = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : ''
  const variables = Object.fromEntries(args.map(({ name, type }) => [name, example(type, name)]))
  return { query: `${kind}${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${selected} }`, variables }
}

const rootFields = (['Query', 'Mutation', 'Subscription'] as const).map((root) => ({
  root,
  fields: (schema.getType(root) as GraphQLObjectType).getFields(),
}))

test.each(rootFields)('every field of $root is in the table', ({ root, fields }) => {
  expect(Object.keys(fields).sort()).toEqual(Object.keys(roots[root]).sort())
})

describe.each([
  ...Object.entries(roots.Query).map((row) => ['query', ...row] as const),
  ...Object.entries(roots.Mutation).map((row) => ['mutation', ...row] as const),
])('%s %s', (kind, name, access) => {
  test.each(people)(`lets %s through or refuses them, as ${access} means`, async (who) => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType()
    const field = type?.getFields()[name]
    if (!field) throw new Error(`There is no ${name}.`)
    const { query, variables } = operationFor(kind, field)
    const { errors } = await program.send(query, variables, { site: site.site, token: tokens[who] })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(refusal(access, who) ? [refusal(access, who)] : undefined)
  })
})

/** What a resolver says to somebody of each kind, before it looks at anything. */
function told(resolve: GraphQLField<unknown, unknown>['resolve'], who: Who): string | undefined {
  const viewer = {
    anonymous: null,
    guest: { role: 'READER' },
    member: { role: 'READER' },
    moderator: { role: 'MODERATOR' },
    admin: { role: 'ADMIN' },
  }[who]
  try {
    const answer: unknown = resolve?.({}, {}, { viewer, loaders: new Map() }, {} as never)
    Promise.resolve(answer).catch(() => {})
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') return code
  }
  return undefined
}

const objectTypes = Object.values(schema.getTypeMap()).filter(
  (type) => isObjectType(type) && !type.name.startsWith('__') && !(type.name in roots),
) as GraphQLObjectType[]

test.each(objectTypes.map((type) => ({ name: type.name, type })))(
  'fields of $name refuse whom they should, wherever the object is met',
  ({ type }) => {
    const rows = Object.values(type.getFields()).flatMap((field) =>
      people.map((who) => ({ field: field.name, who, resolve: field.resolve })),
    )
    const access = (field: string) => narrowFields[`${type.name}.${field}`] ?? narrowTypes[type.name] ?? 'public'
    const seen = rows.map(({ field, who, resolve }) => ({ field, who, refused: told(resolve, who) }))
    expect(seen).toEqual(rows.map(({ field, who }) => ({ field, who, refused: refusal(access(field), who) })))
  },
)

test('subscriptions may be followed by everybody', () => {
  const fields = Object.values(schema.getSubscriptionType()?.getFields() ?? {})
  const declared = fields.map(({ name, extensions }) => [name, (extensions['pothosOptions'] as { access: Access }).access])
  expect(Object.fromEntries(declared)).toEqual(roots.Subscription)
})

test('what a comment said before and what was reported of it is told to nobody else, over the wire', async () => {
  const { comment } = await site.post(await site.member('Ada'), site.url())
  const codes = async (field: string) =>
    Promise.all(
      people.map(async (who) => {
        const query = `query($id: ID!) { comment(id: $id) { ${field}(first: 1) { totalCount } } }`
        return (await program.send(query, { id: comment.id }, { site: site.site, token: tokens[who] })).errors?.[0]?.extensions.code
      }),
    )
  expect(await codes('revisions')).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', undefined, undefined])
  expect(await codes('reports')).toEqual(['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', undefined, undefined])
})
