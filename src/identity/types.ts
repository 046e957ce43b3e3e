/** The types that higher features add fields to. */
import { builder } from '../graphql/builder.js'
import { connectionOf } from '../graphql/connections.js'
import type { PersonRow } from './store.js'
import type { Viewer } from './viewer.js'

export const Person = builder.objectRef<PersonRow>('Person')
export const { Connection: PersonConnection } = connectionOf(Person, 'Person')
export const ViewerType = builder.objectRef<Viewer>('Viewer')
