/** The doorbell: says that something happened on a channel, never what. Losing a ring costs time, never data. */
import type { Log } from './log.js'

/** Rings reach every listener of a channel, in this process and in the others. */
export interface Bus {
  /** Rings soon; never throws and is never waited for. Rings that meet one under way become one more after it. */
  ring(channel: string): void
  /** Calls `heard` for every ring until the returned function is called; it hears nothing of what was before. */
  listen(channel: string, heard: () => void): () => void
  /** Calls `became` whenever rings arrive (again) and may have been lost before: time to look for oneself. Returns how to end it. */
  onReady(became: () => void): () => void
  /** Whether rings of other processes arrive here just now. */
  readonly ready: boolean
  /** Channels that somebody listens to. */
  channels(): number
  stop(): Promise<void>
}

/** The bus of a single process. A listener that throws is reported to the log and keeps nobody else from hearing. */
export function startLocalBus(log?: Log): Bus {
  const listeners = new Map<string, Set<() => void>>()
  const underWay = new Set<string>()

  function deliver(channel: string) {
    underWay.delete(channel)
    for (const heard of [...(listeners.get(channel) ?? [])]) callSafely(heard, log)
  }

  return {
    ready: true,
    onReady: () => () => {},
    channels: () => listeners.size,
    ring(channel) {
      if (underWay.has(channel)) return
      underWay.add(channel)
      setImmediate(deliver, channel)
    },
    listen(channel, heard) {
      // Wrapped, so that the same function may listen twice and stop once.
      const entry = () => heard()
      const all = listeners.get(channel) ?? new Set()
      listeners.set(channel, all.add(entry))
      return () => {
        all.delete(entry)
        if (all.size === 0 && listeners.get(channel) === all) listeners.delete(channel)
      }
    },
    stop: async () => {
      listeners.clear()
    },
  }
}

/** Calls a listener; its failure goes to the log, or without one is thrown where nobody else is disturbed. */
export function callSafely(listener: () => void, log?: Log): void {
  try {
    listener()
  } catch (error) {
    if (!log) queueMicrotask(() => rethrow(error))
    else log.error({ error }, 'A listener of the bus failed.')
  }
}

function rethrow(error: unknown): never {
  throw error
}
