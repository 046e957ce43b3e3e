/** Connections and their edges: Relay's, with the size of the whole list. */
import type { ObjectRef } from '@pothos/core'
import { builder, type Types } from './builder.js'
import type { Connection } from './pagination.js'

/** The types `<name>Connection` and `<name>Edge` for lists of this type. */
export function connectionOf<Row>(type: ObjectRef<Types, Row>, name: string) {
  const Edge = builder.edgeObject({ type, name: `${name}Edge` })
  const List = builder.connectionObject({ type, name: `${name}Connection` }, Edge)
  builder.objectField(List, 'totalCount', (t) =>
    t.int({
      description: 'The members of the whole list, of which this is a page.',
      resolve: (list) => (list as unknown as Connection<Row>).totalCount(),
    }),
  )
  return { Edge, Connection: List }
}
