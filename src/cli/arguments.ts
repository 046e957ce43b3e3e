/** Reads the arguments of a command by the rules of its verb. */
import { parseArgs } from 'node:util'
import type { Asked, Verb } from './verb.js'

/** The command cannot be understood; its message is followed by the verb's usage. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault'
}

/** The verb that these words begin with and what follows it. Throws UsageFault. */
export function findVerb(verbs: readonly Verb[], words: readonly string[]): { verb: Verb; rest: string[] } {
  const verb = verbs.find((each) => each.words.split(' ').every((word, i) => words[i] === word))
  if (verb) return { verb, rest: words.slice(verb.words.split(' ').length) }
  const family = verbs.filter((each) => each.words.startsWith(`${words[0]} `))
  const known = family.length > 0 ? family : verbs
  const given = words.slice(0, family.length > 0 ? 2 : 1).join(' ')
  throw new UsageFault(`There is no verb "${given}"; there is ${known.map((each) => each.words).join(', ')}.`)
}

/** The arguments of a verb, each checked as far as the rules tell. Throws UsageFault. */
export function readArguments(verb: Verb, rest: readonly string[]): Asked {
  const { values, positionals } = parsed(verb, rest)
  const names = verb.parameters ?? []
  const missing = names[positionals.length]
  if (missing) throw new UsageFault(`${missing} is missing.`)
  if (positionals.length > names.length) throw new UsageFault(`"${positionals[names.length]}" is more than "${verb.words}" takes.`)
  const options = Object.fromEntries(Object.keys(verb.options ?? {}).map((name) => [name, (values[name] ?? []).map(String)]))
  for (const [name, rule] of Object.entries(verb.options ?? {})) {
    const count = options[name]?.length ?? 0
    if (rule.required && count === 0) throw new UsageFault(`--${name} is missing.`)
    if (!rule.repeated && count > 1) throw new UsageFault(`--${name} can be given only once.`)
  }
  return { parameters: Object.fromEntries(names.map((name, i) => [name, positionals[i] ?? ''])), options }
}

/** The value of an option; undefined where it was not given. */
export function textOf({ options }: Asked, name: string): string | undefined {
  return options[name]?.[0]
}

/** Whether a switch was given. */
export function isOn({ options }: Asked, name: string): boolean {
  return (options[name]?.length ?? 0) > 0
}

/** The value of an option that takes one of a few words; `usual` where it was not given. Throws UsageFault. */
export function oneOf<const Word extends string>(asked: Asked, name: string, words: readonly Word[], usual: Word): Word {
  const given = textOf(asked, name) ?? usual
  const word = words.find((each) => each === given)
  if (!word) throw new UsageFault(`--${name} is one of ${words.join(', ')}, and not "${given}".`)
  return word
}

/** The value of an option that takes a whole number; `usual` where it was not given. Throws UsageFault. */
export function wholeNumber(asked: Asked, name: string, { least, most, usual }: { least: number; most: number; usual: number }): number {
  const given = textOf(asked, name) ?? String(usual)
  if (/^\d{1,9}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given)
  throw new UsageFault(`--${name} is a whole number from ${least} to ${most}, and not "${given}".`)
}

function parsed(verb: Verb, rest: readonly string[]) {
  const rules = Object.entries(verb.options ?? {})
  const options = Object.fromEntries(
    rules.map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean', multiple: true } as const]),
  )
  try {
    return parseArgs({ args: [...rest], options, allowPositionals: true, strict: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [first = error.message] = error.message.split('. ')
    throw new UsageFault(`${first.replace(/\.$/, '')}.`)
  }
}
