/** A discussion that is about to be followed: told to one reader, or once to all who ask the same. */
import type { Context } from '../context.js'
import { ending } from './ending.js'
import { type Reached, type Telling, type Told, tell } from './telling.js'

export class Followed<One extends Told = Told> implements AsyncIterable<One> {
  readonly articleId: string
  /** The number after which it is followed. */
  readonly start: bigint
  private readonly ctx: Context
  private readonly what: Pick<Telling, 'articleId' | 'threadId' | 'wanted' | 'fits'>
  private readonly saysReady: boolean

  constructor(
    ctx: Context,
    what: Pick<Telling, 'articleId' | 'threadId' | 'wanted' | 'fits'>,
    { start, saysReady }: { start: bigint; saysReady: boolean },
  ) {
    this.articleId = what.articleId
    this.start = start
    this.ctx = ctx
    this.what = what
    this.saysReady = saysReady
  }

  /** What its reader gets before anything has happened. */
  opening(): Told[] {
    return this.saysReady ? [{ kind: 'READY', articleId: this.articleId, seq: this.start }] : []
  }

  /** What happens after a number, with the rights of this context. */
  tell(ctx: Context, { after, ...how }: Pick<Telling, 'after' | 'everyFold' | 'signal'>): AsyncGenerator<Told | Reached> {
    return tell(ctx, { ...this.what, ...how, after })
  }

  /** The same for whoever takes it as a plain iteration: with the rights with which it was asked for, and without marks. */
  [Symbol.asyncIterator](): AsyncIterator<One> {
    const { ctx, start: after } = this
    const opening = this.opening()
    const told = (signal: AbortSignal) => this.tell(ctx, { after, signal })
    return ending(async function* (signal) {
      yield* opening
      for await (const step of told(signal)) if (step.kind !== 'REACHED' && isFor(ctx, step)) yield step
    }) as AsyncIterator<One>
  }
}

/** Whether this reader is told of it: an author whom a removal is kept from is not. */
export function isFor({ viewer }: Pick<Context, 'viewer'>, told: Told): boolean {
  return told.kind !== 'REMOVED' || told.exceptFor === null || told.exceptFor !== viewer?.id
}
