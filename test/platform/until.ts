/** Waiting for what must come true, in tests. */

/** Resolves as soon as `condition` holds; rejects with `what` after `ms`. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain: ${what}.`)
    await new Promise((again) => setTimeout(again, 10))
  }
}
