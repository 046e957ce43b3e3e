/** Counts the connections of each address. */
export class Callers {
  private readonly most: number
  private readonly counts = new Map<string, number>()

  constructor(most: number) {
    this.most = most
  }

  /** Counts one more until the returned function is called, once; null where there are enough. */
  enter(address: string): (() => void) | null {
    const count = this.counts.get(address) ?? 0
    if (count >= this.most) return null
    this.counts.set(address, count + 1)
    let here = true
    return () => {
      if (here) this.leave(address)
      here = false
    }
  }

  private leave(address: string): void {
    const count = (this.counts.get(address) ?? 0) - 1
    if (count > 0) this.counts.set(address, count)
    else this.counts.delete(address)
  }
}
