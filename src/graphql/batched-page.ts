/** Pages of lists that many objects of one answer have: one statement for all of them, and one for their counts. */
import { batch, byKey, groupedBy } from './batch.js'
import { type Connection, connection, type Key, type Order, type Page, type PageArguments, pageOf } from './pagination.js'

/** A kind of list, and how it is read for many owners at once. */
export interface OwnedList<Row> {
  /** Names the list with all that `read` and `count` depend on beside the owners and the page. */
  name: string
  order: Order
  keys: (row: Row) => readonly Key[]
  /** Up to `limit` + 1 rows of each owner. */
  read: (owners: readonly string[], page: Page) => Promise<(Row & { ownerId: string })[]>
  /** Owners without a row count 0. */
  count: (owners: readonly string[]) => Promise<{ ownerId: string; count: number }[]>
}

/** A page of one owner's list. Throws what `pageOf` does. */
export async function batchedPage<Row>(
  ctx: Parameters<typeof batch>[0],
  ownerId: string,
  list: OwnedList<Row>,
  args: PageArguments,
): Promise<Connection<Row>> {
  const { name, order, keys } = list
  const page = pageOf(args, order)
  const rows = await batch(ctx, `page:${name}:${JSON.stringify(page)}`, ownerId, async (owners) =>
    groupedBy(await list.read(owners, page), (row) => row.ownerId),
  )
  const counted = () => batch(ctx, `count:${name}`, ownerId, async (owners) => byKey(await list.count(owners), (row) => row.ownerId))
  return connection<Row>(rows ?? [], page, { order, keys, totalCount: async () => (await counted())?.count ?? 0 })
}
