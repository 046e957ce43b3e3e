/** Every field of the SDL that a subscription can reach, asked as a group asks: by somebody of whom only the role is known. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import {
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
} from 'graphql'
import type { Context } from '../../src/context.js'
import { isPersonal } from '../../src/graphql/access.js'
import { decodeGlobalId } from '../../src/graphql/global-id.js'
import { everybodyWith } from '../../src/identity/viewer.js'
import { followArticle, type Told } from '../../src/live/live.js'
import { schema } from '../../src/schema.js'
import { startApp, type TestApp } from '../support/app.js'
import { act } from '../support/mutations.js'
import { type Seed, seed } from '../support/seed.js'
import { contextIn } from './door.js'

let program: TestApp
let site: Seed
let ctx: Context
let told: Told[]

/** An event of each of these kinds, whose comment has whatever a comment can have. */
beforeAll(async () => {
  program = await startApp()
  site = await seed(program)
  const [alice, bob, moderator] = await Promise.all([site.member(), site.member(), site.moderator()])
  const url = site.url()
  const { comment: top } = await site.post(alice, url)
  const { comment, article } = await site.reply(bob, top.id)
  await site.reply(alice, comment.id)
  await act(program, site, bob, 'editComment', { commentId: comment.id, text: 'Other' })
  await act(program, site, alice, 'reportComment', { commentId: comment.id, reason: 'OTHER' })
  await act(program, site, moderator, 'closeArticle', { articleId: article.id })
  ctx = await contextIn(program, site)
  told = []
  const articleId = decodeGlobalId(article.id).id
  const followed = await followArticle(ctx, { articleId })
  const events = followed.tell(ctx, { after: 0n, signal: new AbortController().signal })
  for await (const step of events) {
    if (step.kind === 'REACHED') break
    told.push(step)
  }
})
afterAll(() => program.stop())

type Composite = GraphQLObjectType | GraphQLInterfaceType
const fieldsOf = (type: Composite) => Object.values(type.getFields()).filter((field) => !isPersonal(field))

/** A field with what it needs, asking `inner` of its objects. */
function asked(field: GraphQLField<unknown, unknown>, inner: string): string {
  const paged = field.args.some(({ name }) => name === 'first')
  const needed = field.args.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
  expect(needed).toEqual([])
  return `${field.name}${paged ? '(first: 2)' : ''} ${inner}`
}

/** For each type that an event leads to without a personal field: how to get there. */
function waysToTypes(): Map<Composite, (inner: string) => string> {
  const event = getNamedType(schema.getSubscriptionType()?.getFields()['commentEvents']?.type)
  const members = schema.getPossibleTypes(event as never)
  const ways = new Map<Composite, (inner: string) => string>(members.map((type) => [type, (inner) => `... on ${type.name} { ${inner} }`]))
  for (const [type, way] of ways) {
    for (const field of fieldsOf(type)) {
      const next = getNamedType(field.type)
      if ((isObjectType(next) || isInterfaceType(next)) && !ways.has(next)) ways.set(next, (inner) => way(asked(field, `{ ${inner} }`)))
    }
  }
  return ways
}

async function answers(selection: string, role: 'READER' | 'MODERATOR' | 'ADMIN' | null): Promise<ExecutionResult[]> {
  const document = parse(`subscription { commentEvents(url: "u") { __typename ${selection} } }`)
  expect(validate(schema, document)).toEqual([])
  return Promise.all(
    told.map(async (event) => {
      const contextValue = { ...ctx, viewer: role && everybodyWith(role), now: new Date(), loaders: new Map() }
      return execute({ schema, document, rootValue: event, contextValue })
    }),
  )
}

/** By what a field that nobody or no reader may ask for is refused. */
const refusals = /^(This needs a token|Only an? (moderator|admin))/

test('nothing that is not declared personal asks who the viewer is', async () => {
  const ways = waysToTypes()
  expect([...ways.keys()].map(String)).toEqual(expect.arrayContaining(['Comment', 'Article', 'Person', 'CommentConnection', 'Report']))
  let answered = 0
  for (const [type, way] of ways) {
    for (const field of fieldsOf(type)) {
      const leaf = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : ''
      for (const role of [null, 'READER', 'MODERATOR', 'ADMIN'] as const) {
        const results = await answers(way(asked(field, leaf)), role)
        const messages = results.flatMap(({ errors }) => errors ?? []).map(({ message }) => message)
        const unexpected = messages.filter((message) => !(refusals.test(message) && role !== 'ADMIN'))
        expect([`${type}.${field.name} as ${role}`, unexpected]).toEqual([`${type}.${field.name} as ${role}`, []])
        answered += results.length
      }
    }
  }
  expect(answered).toBeGreaterThan(500)
})

test('what is declared personal would have to know, and is then refused rather than answered for somebody else', async () => {
  const results = await answers('... on CommentPosted { comment { viewerVote } }', 'READER')
  const errors = results.flatMap((result) => result.errors ?? [])
  expect(errors[0]?.message).toContain('declare the field personal')
})
