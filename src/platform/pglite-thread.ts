/** One run of the embedded database's thread, from its start to its end. */
import { Worker } from 'node:worker_threads'

/** What the thread can be asked; see pglite-worker.js. */
export type ThreadRequest = { kind: 'backup'; to: string } | { kind: 'syncs' } | { kind: 'stop' }

export interface DatabaseThread {
  /** Rejects when the thread says so or ends before it has answered. */
  ask(request: ThreadRequest): Promise<unknown>
  /** Ends the thread whatever it is doing; what was acknowledged is on the disk. */
  end(): Promise<void>
  /** Resolves with the reason once the thread has ended. */
  ended: Promise<string>
}

interface Answer {
  number: number
  value?: unknown
  error?: string
}

/** Starts the thread on the database in the folder `data`, which is made if missing; resolves once it listens on `socket`. */
export async function startThread(places: { data: string; socket: string }): Promise<DatabaseThread> {
  const worker = new Worker(new URL('./pglite-worker.js', import.meta.url), { workerData: places, execArgv: [], name: 'database' })
  const waiting = new Map<number, PromiseWithResolver>()
  let asked = 0

  let reason = ''
  worker.on('error', (error) => {
    reason = String(error)
  })
  const ended = new Promise<string>((resolve) => worker.once('exit', (code) => resolve(reason || `exit code ${code}`)))
  void ended.then((why) => {
    for (const { reject } of waiting.values()) reject(new Error(`The embedded database ended: ${why}`))
    waiting.clear()
  })
  worker.on('message', ({ number, value, error }: Answer) => {
    const asker = waiting.get(number)
    waiting.delete(number)
    if (error === undefined) asker?.resolve(value)
    else asker?.reject(new Error(error))
  })
  const answerTo = (number: number) => new Promise<unknown>((resolve, reject) => waiting.set(number, { resolve, reject }))

  await answerTo(asked)
  return {
    ask: (request) => {
      const answer = answerTo(++asked)
      worker.postMessage({ ...request, number: asked })
      return answer
    },
    end: async () => void (await worker.terminate()),
    ended,
  }
}

interface PromiseWithResolver {
  resolve: (value: unknown) => void
  reject: (error: Error) => void
}
