/** `Query.nodes`: many things by their global ids, where one that is no id costs only its own place. */
import { resolveNodes } from '@pothos/plugin-relay'
import { type GraphQLSchema, isObjectType } from 'graphql'
import { Refused } from '../platform/errors.js'
import { builder } from './builder.js'
import { decodeGlobalId, notAnId } from './global-id.js'

/** As many as two pages hold. */
const mostNodes = 100

builder.queryField('nodes', (t) =>
  t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    access: 'public',
    description: `What \`node\` answers for each of up to ${mostNodes} ids, in their order; in the place of what is no id null, with an error at its path.`,
    args: { ids: t.arg.idList({ required: true, description: 'Global ids.' }) },
    resolve: async (_root, { ids }, ctx, info) => {
      if (ids.length > mostNodes) throw new Refused('BAD_USER_INPUT', `Ask for ${mostNodes} ids at most.`)
      const decoded = ids.map((id) => decodeOrError(String(id), info.schema))
      const nodes = await resolveNodes(
        builder,
        ctx,
        info,
        decoded.map((each) => (each instanceof Error ? null : each)),
      )
      // An error among the members is raised where it stands.
      return nodes.map((node, i) => (decoded[i] instanceof Error ? decoded[i] : node)) as never[]
    },
  }),
)

function decodeOrError(globalId: string, schema: GraphQLSchema) {
  try {
    const decoded = decodeGlobalId(globalId)
    const type = schema.getType(decoded.typename)
    return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node') ? decoded : notAnId(globalId)
  } catch (error) {
    if (error instanceof Refused) return error
    throw error
  }
}
