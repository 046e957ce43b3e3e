/** The kept pages of a process: no more bytes than there is room for, the longest unused go first. */
import type { Page } from './page.js'

/** Nobody watches an article for a page that nobody has asked for in this time. Milliseconds. */
const idleMs = 60_000

/** A page costs memory beyond its bytes, and a channel of the bus. */
const mostPages = 10_000

export class Pages {
  private readonly room: number
  /** In the order of their last use. */
  private readonly byKey = new Map<string, { page: Page; bytes: number }>()
  private bytes = 0
  private readonly tidying: NodeJS.Timeout

  constructor(room: number) {
    this.room = room
    this.tidying = setInterval(() => this.dropIdle(), idleMs / 4).unref()
  }

  get(key: string): Page | undefined {
    const found = this.byKey.get(key)
    if (!found) return undefined
    this.byKey.delete(key)
    this.byKey.set(key, found)
    return found.page
  }

  add(key: string, page: Page): Page {
    this.drop(key)
    this.byKey.set(key, { page, bytes: 0 })
    this.makeRoom()
    return page
  }

  /** Counts a page's bytes anew. */
  weigh(key: string, page: Page): void {
    const found = this.byKey.get(key)
    if (found?.page !== page) return
    this.bytes += page.bytes - found.bytes
    found.bytes = page.bytes
    this.makeRoom()
  }

  drop(key: string): void {
    const found = this.byKey.get(key)
    if (!found) return
    this.byKey.delete(key)
    this.bytes -= found.bytes
    found.page.leave()
  }

  stop(): void {
    clearInterval(this.tidying)
    for (const key of [...this.byKey.keys()]) this.drop(key)
  }

  private makeRoom(): void {
    for (const key of this.byKey.keys()) {
      if (this.bytes <= this.room && this.byKey.size <= mostPages) return
      this.drop(key)
    }
  }

  private dropIdle(): void {
    const before = performance.now() - idleMs
    for (const [key, { page }] of this.byKey) {
      if (page.usedAt > before) return
      this.drop(key)
    }
  }
}
