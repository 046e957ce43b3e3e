/** Fields of one level ask one by one; this asks the database once for all of them. */
import DataLoader from 'dataloader'

/**
 * The value for `key`, loaded together with all others that the same tick asks of the same `list`. `list` names what is loaded
 * with everything that `load` depends on beside the keys, so that two fields with other arguments never share a statement.
 * Nothing is remembered: after a mutation a field sees what is true then.
 */
export function batch<Value>(
  ctx: { loaders: Map<string, DataLoader<unknown, unknown>> },
  list: string,
  key: string,
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Promise<Value | undefined> {
  let loader = ctx.loaders.get(list)
  if (!loader) {
    loader = new DataLoader<unknown, unknown>(
      async (keys) => {
        const values = await load([...new Set(keys as string[])])
        return keys.map((wanted) => values.get(wanted as string))
      },
      { cache: false },
    )
    ctx.loaders.set(list, loader)
  }
  return loader.load(key) as Promise<Value | undefined>
}

/** Rows by the key that `batch` asked with. */
export function byKey<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row> {
  return new Map(rows.map((row) => [key(row), row]))
}

/** The same where a key stands for several rows, which keep their order. */
export function groupedBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(row)
    else groups.set(key(row), [row])
  }
  return groups
}
