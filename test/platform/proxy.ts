/** A TCP proxy whose connections can go silent without being closed, as when a cable is cut. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A proxy on a free port before a port of this machine. */
export interface Proxy {
  port: number
  /** Nothing passes any more on the connections there are now; new ones work. */
  silence(): void
  stop(): Promise<void>
}

/** Starts the proxy before `target`. */
export async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const server = createServer((inside) => {
    const outside = connect(target, '127.0.0.1')
    const pair = [inside, outside] as const
    for (const socket of pair) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        for (const other of pair) other.destroy()
      })
    }
    inside.pipe(outside).pipe(inside)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return {
    port: address.port,
    silence() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
