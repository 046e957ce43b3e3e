/** Readers of a server under measurement: starts their process, away from the server's core, and talks to it. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { spawnBeside } from './processes.js'
import type { Answer, Opening, Received, Task } from './reading.js'

export type { Opening, Received } from './reading.js'

export interface Readers {
  sockets: number
  /** Resolves when the readers are prepared for so many more frames each; `all` when all of them have come. */
  expect(frames: number): Promise<{ all: Promise<Received> }>
  /** From now on they take nothing from their sockets, and answer no ping. */
  stopReading(): Promise<void>
  stop(): Promise<void>
}

/** Opens the sockets, some at a time; resolves when all of them follow. */
export async function startReaders(opening: Opening): Promise<Readers> {
  const child = spawnBeside(['--import', 'tsx', 'bench/reading.ts'])
  const next = answersOf(child)
  const tell = async (task: Task) => {
    child.send(task)
    await next()
  }
  const received = async () => {
    const answer = await next()
    if (answer === 'done') throw new Error('The readers answered out of turn')
    return answer
  }
  await tell({ open: opening })
  return {
    sockets: opening.sockets,
    expect: async (frames) => {
      await tell({ expect: frames })
      const all = received()
      // It is waited for a little later, and may fail before that.
      all.catch(() => {})
      return { all }
    },
    stopReading: () => tell('stop reading'),
    stop: async () => {
      if (!child.connected) return
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

/** Gives the answers one after the other; rejects when no more can come. */
function answersOf(child: ChildProcess): () => Promise<Answer> {
  const answers: Answer[] = []
  let ended: Error | null = null
  let wake = () => {}
  child.on('message', (answer: Answer) => {
    answers.push(answer)
    wake()
  })
  child.on('exit', (code) => {
    ended = new Error(`The readers ended with ${code}`)
    wake()
  })
  return async () => {
    for (;;) {
      const answer = answers.shift()
      if (answer) return answer
      if (ended) throw ended
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
