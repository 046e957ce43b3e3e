/** Keyset pages: Relay's arguments become one comparison of sort keys, and rows become a connection. */
import { validate } from 'uuid'
import { Refused } from '../platform/errors.js'

/** Relay's four arguments, as a resolver gets them. */
export interface PageArguments {
  first?: number | null | undefined
  last?: number | null | undefined
  after?: string | null | undefined
  before?: string | null | undefined
}

/** The value of one sort key in a cursor. */
export type Key = string | number | boolean

/** What a store needs to read a page: `limit` + 1 rows strictly between the two keys, from the end where `backwards`. */
export interface Page {
  limit: number
  backwards: boolean
  after: readonly Key[] | null
  before: readonly Key[] | null
}

/** A page of a list as the API shows it. */
export interface Connection<Row> {
  edges: { node: Row; cursor: string }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  totalCount: () => number | Promise<number>
}

/** What a list is sorted by: its name and the types of its sort keys, the last of which is unique. */
export interface Order {
  name: string
  types: readonly ('boolean' | 'integer' | 'uuid')[]
}

/** More rows than this belong on another page. */
const largestPage = 50

/**
 * Relay's arguments for a list in this order. Throws BAD_USER_INPUT for a size outside 1 to 50, for `first` with
 * `last`, and for a cursor that is damaged or belongs to another order.
 */
export function pageOf(args: PageArguments, order: Order, usual = 20): Page {
  if (args.first != null && args.last != null) throw new Refused('BAD_USER_INPUT', 'Ask with "first" or with "last", not with both.')
  const limit = args.last ?? args.first ?? usual
  if (limit < 1 || limit > largestPage) throw new Refused('BAD_USER_INPUT', `"first" and "last" take 1 to ${largestPage}.`)
  return { limit, backwards: args.last != null, after: keysOf(args.after, order), before: keysOf(args.before, order) }
}

/** Makes the connection of up to `limit` + 1 rows, given in the list's order, or from its end where the page goes backwards. */
export function connection<Row>(
  found: readonly Row[],
  page: Page,
  { order, keys, totalCount }: { order: Order; keys: (row: Row) => readonly Key[]; totalCount: () => number | Promise<number> },
): Connection<Row> {
  const more = found.length > page.limit
  const rows = found.slice(0, page.limit)
  if (page.backwards) rows.reverse()
  const edges = rows.map((node) => ({ node, cursor: cursorOf(order, keys(node)) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: page.backwards ? page.before !== null : more,
      hasPreviousPage: page.backwards ? more : page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  }
}

/** The cursor of a row with these sort keys. */
export function cursorOf(order: Order, keys: readonly Key[]): string {
  return Buffer.from(JSON.stringify([order.name, ...keys])).toString('base64url')
}

function keysOf(cursor: string | null | undefined, order: Order): readonly Key[] | null {
  if (cursor == null) return null
  try {
    const [made, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Key[]
    const fits = keys.length === order.types.length && order.types.every((type, i) => isOf[type](keys[i]))
    if (made === order.name && fits) return keys
  } catch {
    // Told below, with the others.
  }
  throw new Refused('BAD_USER_INPUT', 'This cursor does not belong to this list in this order.')
}

/** A cursor can be made by hand: what it holds goes into a statement only as what it must be. */
const isOf: Record<Order['types'][number], (key: unknown) => boolean> = {
  boolean: (key) => typeof key === 'boolean',
  integer: (key) => Number.isSafeInteger(key),
  uuid: validate,
}
