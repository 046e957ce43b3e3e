/** Prints results as a table that can be pasted into a document. */
export function printTable(title: string, rows: readonly Record<string, string | number>[]): void {
  const [first] = rows
  if (!first) return
  const heads = Object.keys(first)
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  console.log(
    [
      '',
      `### ${title}`,
      '',
      line(heads),
      line(heads.map(() => '---')),
      ...rows.map((row) => line(heads.map((head) => row[head] ?? ''))),
    ].join('\n'),
  )
}

/** A number with at most three digits that matter. */
export function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
