/** The one schema builder: plugins and defaults; it defines no type. */
import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import type { Context } from '../context.js'
import type PrismaTypes from '../generated/pothos.js'
import { getDatamodel } from '../generated/pothos.js'
import { prisma } from '../platform/client.js'
import { accessPlugin } from './access.js'
import { decodeGlobalId, encodeGlobalId } from './global-id.js'

const cursor = 'An opaque cursor: give it back as `after` or `before`.'

export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  DefaultFieldNullability: false
  DefaultNodeNullability: false
  DefaultEdgesNullability: false
  Scalars: { DateTime: { Input: Date; Output: Date }; Cursor: { Input: string; Output: string } }
}>({
  plugins: [accessPlugin, ErrorsPlugin, RelayPlugin, PrismaPlugin],
  defaultFieldNullability: false,
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${fieldName.charAt(0).toUpperCase()}${fieldName.slice(1)}Result`,
      description: 'What was done, or the one reason why it was not.',
    },
  },
  // Only tables without rights of their own are read through this plugin: see docs/decisions.md.
  prisma: { client: (ctx) => prisma(ctx.db), dmmf: getDatamodel(), exposeDescriptions: false, onUnusedQuery: 'error' },
  relay: {
    cursorType: 'String',
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
    idFieldOptions: { description: 'A global id: the same for ever, and understood by `node`.' },
    nodeTypeOptions: { description: 'Something with a global id.' },
    nodeQueryOptions: {
      access: 'public',
      description: 'Whatever this id names, where the viewer may know of it; else null.',
      args: { id: { description: 'A global id.' } },
    },
    // nodes.ts answers it, id by id.
    nodesQueryOptions: false,
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there is more after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is more before this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first edge.' },
    endCursorFieldOptions: { description: 'The cursor of the last edge.' },
    edgesFieldOptions: { description: 'The members of this page.', nullable: false },
    pageInfoFieldOptions: { description: 'Where this page stands in the list.' },
    cursorFieldOptions: { description: cursor },
    nodeFieldOptions: { description: 'The member itself.', nullable: false },
    firstArgOptions: { description: 'How many to take from the front (1 to 50).' },
    lastArgOptions: { description: 'How many to take from the end (1 to 50).' },
    afterArgOptions: { description: 'Only what comes after this cursor.' },
    beforeArgOptions: { description: 'Only what comes before this cursor.' },
    defaultConnectionTypeOptions: { description: 'A page of a list.' },
    defaultEdgeTypeOptions: { description: 'A member of a page, with its cursor.' },
  },
})

/** The builder's types, for functions that take a part of it. */
export type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never

builder.queryType({ description: 'What can be read.' })
builder.mutationType({
  description: 'What can be done. Each takes one `input` with a `key` and answers with what was done or the one reason why it was not.',
})
builder.subscriptionType({ description: 'What can be followed, over graphql-ws.' })
