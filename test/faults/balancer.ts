/** A load balancer of the simplest kind: connections go in turn to the processes that take them. */
import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'

export interface Balancer {
  url: string
  stop(): void
}

/** Balances over these ports of the loopback address. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer((here) => {
    open.add(here)
    here.on('error', () => here.destroy()).on('close', () => open.delete(here))
    turn++
    lead(here, [...ports.slice(turn % ports.length), ...ports.slice(0, turn % ports.length)])
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** Connects to the first port that answers. */
function lead(here: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) return void here.destroy()
  const there = dial(port, '127.0.0.1')
  const next = () => lead(here, others)
  there.once('error', next)
  there.once('connect', () => {
    there.off('error', next).on('error', () => here.destroy())
    there.on('close', () => here.destroy())
    here.on('close', () => there.destroy())
    here.pipe(there).pipe(here)
  })
}
