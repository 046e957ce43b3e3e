/** One reader's way along an article's log: by an own cursor while behind, with the others at the head, and back whenever the socket is slow. */
import type { ExecutionResult } from 'graphql'
import type { Context } from '../context.js'
import { tellError } from '../graphql/errors.js'
import { ending } from './ending.js'
import { type Followed, isFor } from './followed.js'
import type { Groups, Seat, Source } from './sharing.js'
import type { Told } from './telling.js'

/** How a reader reads. */
export interface Manner {
  /** Whose subscription it is. */
  context: Context
  /** With whose rights it is answered. */
  acting: Context
  answer: (told: Told) => Promise<ExecutionResult>
  /** Where the answers may be shared: with whom, and where they go meanwhile. */
  together: { groups: Groups; key: string; seat: Seat; source: Source } | null
}

/** The answers that the reader has to fetch; those of the group go to the seat. A cursor is all that is kept for a reader. */
export function readAlong(followed: Followed, manner: Manner): AsyncIterableIterator<ExecutionResult> {
  const { context, answer } = manner
  return ending(async function* (signal) {
    try {
      for (const told of followed.opening()) yield await answer(told)
      let cursor: bigint | null = followed.start
      while (cursor !== null && !signal.aborted) cursor = yield* untilBehind(followed, { ...manner, after: cursor, signal })
    } catch (error) {
      throw tellError(error, context)
    }
  })
}

/** Reads alone to the head and from there in the group; the number to go on from when the reader has fallen behind, null at the end. */
async function* untilBehind(
  followed: Followed,
  { context, acting, answer, together, after, signal }: Manner & { after: bigint; signal: AbortSignal },
): AsyncGenerator<ExecutionResult, bigint | null> {
  let behind: Promise<bigint | null> | null = null
  for await (const step of followed.tell(acting, { after, signal })) {
    if (step.kind !== 'REACHED') {
      if (isFor(context, step)) yield await answer(step)
    } else if (step.atHead && together && !signal.aborted) {
      const { groups, key, source, seat } = together
      behind = groups.join(key, source, { seat, viewer: context.viewer, from: step.seq }, signal)
      // The group is in before this reader's own feed is let go of, which takes a moment.
      behind.catch(() => {})
      break
    }
  }
  return behind
}
