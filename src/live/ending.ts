/** Generators that end as soon as their reader leaves. */

/** A generator that ends at once when its reader leaves, also while it waits: `return` of a plain one would wait for what it waits for. */
export function ending<T>(run: (signal: AbortSignal) => AsyncGenerator<T>): AsyncIterableIterator<T> {
  const left = new AbortController()
  const inner = run(left.signal)
  const leave = <R>(finish: () => R): R => {
    left.abort()
    return finish()
  }
  return {
    next: () => inner.next(),
    return: (value) => leave(() => inner.return(value)),
    throw: (error) => leave(() => inner.throw(error)),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
