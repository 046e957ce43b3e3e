/** One page as it is kept: what was answered from which state of its article, and who is asking for a newer one. */
import type { Context } from '../context.js'
import { type Answer, answerOf, compress, sizeOf } from './answer.js'

/** A new answer: its text, and the number of the article's last event that is in it. */
export interface Computed {
  text: string
  /** Null where it must not be kept: it has errors, or is another article's by now. */
  seq: bigint | null
}

export interface PageOptions {
  articleId: string
  watch: ReturnType<Context['feeds']['watch']>
  compute: () => Promise<Computed>
  /** The site's generation as this process knows it now; null where there is no such site. */
  generation: () => Promise<bigint | null>
  /** Called when the page takes more room, or less. */
  onSize: () => void
}

/** What does not change the article's log, such as a person's new name, is shown after this time. Milliseconds. */
const longestKeptMs = 30_000

interface Kept {
  answer: Answer
  seq: bigint
  generation: bigint
  at: number
}

export class Page {
  usedAt = performance.now()
  private readonly options: PageOptions
  private left = false
  private kept: Kept | null = null
  private running: { from: bigint; generation: bigint; answer: Promise<Answer | null> } | null = null

  constructor(options: PageOptions) {
    this.options = options
  }

  get articleId(): string {
    return this.options.articleId
  }

  get bytes(): number {
    return this.kept ? sizeOf(this.kept.answer) : 0
  }

  /** The answer from a state that is no older than what this process knows, nor than `atLeast`; null where it cannot be told, or must not be kept. */
  async answer(atLeast: bigint): Promise<Answer | null> {
    this.usedAt = performance.now()
    const { watch } = this.options
    const generation = await this.options.generation()
    const end = watch.end ?? (await watch.look())
    if (end === null || generation === null || this.left) return null
    const needed = end > atLeast ? end : atLeast
    const kept = this.kept
    if (kept && kept.seq >= needed && kept.generation === generation && performance.now() - kept.at < longestKeptMs) return kept.answer
    const { running } = this
    // Who began before this process saw the log move may have read what was before.
    if (running && running.from >= needed && running.generation === generation) return running.answer
    return this.begin(end, generation)
  }

  /** Stops watching. */
  leave(): void {
    this.left = true
    this.options.watch.leave()
  }

  private begin(from: bigint, generation: bigint): Promise<Answer | null> {
    const mine = { from, generation, answer: this.run(generation) }
    this.running = mine
    const ended = () => {
      if (this.running === mine) this.running = null
    }
    mine.answer.then(ended, ended)
    return mine.answer
  }

  private async run(generation: bigint): Promise<Answer | null> {
    const at = performance.now()
    const { text, seq } = await this.options.compute()
    if (seq === null) return null
    const answer = answerOf(text)
    if (!this.kept || seq >= this.kept.seq) {
      this.kept = { answer, seq, generation, at }
      this.options.onSize()
      void compress(answer).then(this.options.onSize)
    }
    return answer
  }
}
