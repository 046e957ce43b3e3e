/** The scalars of the API beyond GraphQL's own. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { builder } from './builder.js'

builder.addScalarType(
  'DateTime',
  new GraphQLScalarType<Date, string>({
    name: 'DateTime',
    description: 'A moment in ISO 8601 with zone, such as `2026-11-23T18:22:37.000Z`; always in UTC in answers.',
    serialize: (value) => (value as Date).toISOString(),
    parseValue: parseMoment,
    parseLiteral: (node) => parseMoment(node.kind === Kind.STRING ? node.value : undefined),
  }),
)

builder.addScalarType(
  'Cursor',
  new GraphQLScalarType<string, string>({
    name: 'Cursor',
    description: 'A point in the history of a discussion: opaque, and only to be given back.',
    serialize: (value) => String(value),
    parseValue: (value) => (typeof value === 'string' && value.length <= 100 ? value : refuse('a cursor')),
    parseLiteral: (node) => (node.kind === Kind.STRING && node.value.length <= 100 ? node.value : refuse('a cursor')),
  }),
)

const withZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

function parseMoment(value: unknown): Date {
  const date = typeof value === 'string' && withZone.test(value) ? new Date(value) : undefined
  return date && !Number.isNaN(date.getTime()) && isOfCalendar(value as string) && isPrinted(date)
    ? date
    : refuse('a moment in ISO 8601 with zone')
}

/** JavaScript takes 30 February for 2 March. */
function isOfCalendar(moment: string): boolean {
  const day = moment.slice(0, 'YYYY-MM-DD'.length)
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

/** In UTC the last hours of 9999, and the first of 0000, can be of a year that has no four digits: few programs could read the answer. */
function isPrinted(date: Date): boolean {
  return date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999
}

function refuse(what: string): never {
  // graphql-js wraps what is thrown here; only an error of its own is the client's fault in Yoga's eyes, and not a 500.
  throw new GraphQLError(`This is not ${what}.`, { extensions: { code: 'BAD_USER_INPUT' } })
}
