/** Jest's Node environment, which also fails a test file that leaves a server, socket, worker, process or timer running. */
import { setTimeout as wait } from 'node:timers/promises'
import { TestEnvironment } from 'jest-environment-node'

const watched = {
  TCPServerWrap: 'a listening server',
  PipeServerWrap: 'a listening socket file',
  TCPSocketWrap: 'a TCP connection',
  PipeWrap: 'a connection to a socket file or a process',
  ProcessWrap: 'a process',
  FSEventWrap: 'a watched file',
}

/** What has been closed may need a moment until it is gone. */
const patienceMs = 3000

export default class WatchfulEnvironment extends TestEnvironment {
  #before = new Map()
  #workers = new Set()
  #timers = new Set()
  #noteWorker = (worker) => this.#workers.add(worker)

  async setup() {
    await super.setup()
    openOutputs()
    this.#before = countActive()
    for (const name of ['setTimeout', 'setInterval']) this.#noteTimers(name)
    process.on('worker', this.#noteWorker)
  }

  async teardown() {
    const deadline = Date.now() + patienceMs
    while (this.#left().length > 0 && Date.now() < deadline) await wait(20, undefined, { ref: false })
    const left = this.#left()
    process.off('worker', this.#noteWorker)
    await super.teardown()
    if (left.length > 0)
      throw new Error(`These tests left running: ${left.join(', ')}. Every start has a stop: call it in afterEach or afterAll.`)
  }

  /** Jest has timers of its own in this process, so only those are counted that the tests and what they test have set. */
  #noteTimers(name) {
    const set = this.global[name]
    const noting = (...args) => {
      const timer = set(...args)
      this.#timers.add(timer)
      return timer
    }
    this.global[name] = Object.defineProperties(noting, Object.getOwnPropertyDescriptors(set))
  }

  #left() {
    const more = [...countActive()].filter(([kind, count]) => kind in watched && count > (this.#before.get(kind) ?? 0))
    const workers = [...this.#workers].filter(({ threadId }) => threadId !== -1)
    const timers = [...this.#timers].filter((timer) => !timer._destroyed && timer.hasRef())
    return [...more.map(([kind]) => watched[kind]), ...workers.map(() => 'a worker thread'), ...timers.map(() => 'a timer')]
  }
}

/** Node opens these at their first use, and where they are pipes they would count as left by the test that writes first. */
function openOutputs() {
  for (const output of [process.stdout, process.stderr]) output.write('')
}

/** How many of each kind keep this process alive. */
function countActive() {
  const counts = new Map()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}
