/** What `colloquy help` says. */
import type { OptionRule, Verb } from './verb.js'

/** How a verb is written. */
export function usage(verb: Verb): string {
  const options = Object.entries(verb.options ?? {}).map(([name, rule]) =>
    rule.required ? written(name, rule) : `[${written(name, rule)}]`,
  )
  return ['colloquy', verb.words, ...(verb.parameters ?? []), ...options].join(' ')
}

/** All verbs in a line each. */
export function overview(verbs: readonly Verb[]): string {
  const rows = [
    ...verbs.map((verb) => [[verb.words, ...(verb.parameters ?? [])].join(' '), verb.about]),
    ['help [VERB]', 'Shows this, or all about one verb.'],
  ]
  return [
    'colloquy VERB …',
    '',
    ...aligned(rows),
    '',
    'It is set up by the same variables as the server (DATA_DIR, DATABASE_URL, COLLOQUY_SECRET …). Every verb works while the server',
    'runs. It ends with 0 when all is well, with 1 when it is not, and with 2 when the command or a variable cannot be understood.',
  ].join('\n')
}

/** All about one verb. */
export function manual(verb: Verb): string {
  const options = Object.entries(verb.options ?? {}).map(([name, rule]) => [
    written(name, rule),
    rule.about + (rule.repeated ? ' May be repeated.' : ''),
  ])
  return [usage(verb), '', verb.about, ...(options.length > 0 ? ['', ...aligned(options)] : [])].join('\n')
}

/** Rows of two columns. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length))
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}   ${right}`)
}

function written(name: string, { value }: OptionRule): string {
  return value ? `--${name} ${value}` : `--${name}`
}
