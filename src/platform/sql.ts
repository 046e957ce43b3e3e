/** SQL as tagged templates: values become parameters, fragments are taken in, each text is prepared once a connection. */

/** A piece of a statement; values in it become the statement's parameters. */
export class Fragment {
  readonly strings: readonly string[]
  readonly parts: readonly unknown[]

  constructor(strings: readonly string[], parts: readonly unknown[]) {
    this.strings = strings
    this.parts = parts
  }
}

/** A statement ready for the driver. */
export interface Statement {
  name: string
  text: string
  values: unknown[]
}

/** A piece of a statement: `fragment`c.id > ${id}::uuid``. */
export function fragment(strings: TemplateStringsArray, ...parts: unknown[]): Fragment {
  return new Fragment(strings, parts)
}

/** Joins pieces: `join([a, b], ', ')`. */
export function join(pieces: readonly Fragment[], separator: string): Fragment {
  return new Fragment(['', ...pieces.slice(1).map(() => separator), ''], pieces)
}

/** Nothing, where a piece may be absent. */
export const nothing = new Fragment([''], [])

/** Makes a statement of a tagged template. */
export function statement(strings: readonly string[], parts: readonly unknown[]): Statement {
  const values: unknown[] = []
  const text = textOf(strings, parts, values)
  return { name: nameOf(text), text, values }
}

function textOf(strings: readonly string[], parts: readonly unknown[], values: unknown[]): string {
  let text = strings[0] ?? ''
  parts.forEach((part, i) => {
    text += part instanceof Fragment ? textOf(part.strings, part.parts, values) : `$${values.push(part)}`
    text += strings[i + 1] ?? ''
  })
  return text
}

const names = new Map<string, string>()

/** Statements are few and fixed, so the names are too. */
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = `q${names.size}`
  names.set(text, name)
  return name
}
