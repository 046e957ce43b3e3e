/** Numbers that look random and are the same in every run, so that a failure can be seen again. */

/** Whole numbers from 0 below `limit`, by the linear congruential generator of Numerical Recipes. */
export function dice(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
