/** Fields that every input has. */
import type { builder } from './builder.js'

type InputFields = Parameters<NonNullable<Parameters<typeof builder.inputType>[1]['fields']>>[0]

/** The idempotency key of a mutation's input. */
export function idempotencyKey(t: InputFields) {
  return t.string({
    required: true,
    description:
      'The client’s own name for this change, 8 to 64 characters, new for each new change: a repeated request with the same key is answered as the first was.',
  })
}
