/** What lives in another process's memory, by Node's inspector: after a collection, so that only what is held counts. */
import { WebSocket } from 'ws'

export interface Memory {
  heapMiB: number
  /** Generators that have begun and are held by something. */
  generators: number
}

const generatorPrototype = 'Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})()))'

/** Looks into the process behind an inspector's ws:// URL. */
export async function inspect(url: string): Promise<Memory> {
  const ws = new WebSocket(url, { perMessageDeflate: false })
  const call = caller(ws)
  await new Promise<void>((resolve, reject) => ws.once('open', resolve).once('error', reject))
  try {
    await call('HeapProfiler.collectGarbage')
    const { result: prototype } = await call('Runtime.evaluate', { expression: generatorPrototype })
    const { objects } = await call('Runtime.queryObjects', { prototypeObjectId: prototype?.objectId, objectGroup: 'counted' })
    const { result: count } = await call('Runtime.callFunctionOn', {
      objectId: objects?.objectId,
      functionDeclaration: 'function () { return this.length }',
      returnByValue: true,
    })
    await call('Runtime.releaseObjectGroup', { objectGroup: 'counted' })
    await call('HeapProfiler.collectGarbage')
    const { result: heap } = await call('Runtime.evaluate', { expression: 'process.memoryUsage().heapUsed', returnByValue: true })
    return { heapMiB: Number(heap?.value) / 2 ** 20, generators: Number(count?.value) }
  } finally {
    ws.close()
  }
}

interface Answer {
  result?: { objectId?: string; value?: unknown }
  objects?: { objectId?: string }
}

/** Calls of the Chrome DevTools Protocol, one answer each. */
function caller(ws: WebSocket): (method: string, params?: object) => Promise<Answer> {
  const waiting = new Map<number, (answer: Answer) => void>()
  let last = 0
  ws.on('message', (data) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: Answer }
    if (id !== undefined) waiting.get(id)?.(result ?? {})
  })
  return (method, params = {}) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve)
      ws.send(JSON.stringify({ id: last, method, params }))
    })
}
