/** A Redis of a test's own, which may be killed, halted and started late. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { until } from './until.js'

/** A server on a free port of the loopback address; it keeps nothing on disk. */
export class RedisServer {
  readonly port: number
  readonly #folder: string
  readonly #extra: readonly string[]
  #process: ChildProcess | null = null

  private constructor(port: number, folder: string, extra: readonly string[]) {
    this.port = port
    this.#folder = folder
    this.#extra = extra
  }

  /** Finds a port without starting anything there. */
  static async prepare(...extra: string[]): Promise<RedisServer> {
    return new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'colloquy-redis-')), extra)
  }

  static async start(...extra: string[]): Promise<RedisServer> {
    const server = await RedisServer.prepare(...extra)
    await server.start()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--dir', this.#folder, ...this.#extra]
    this.#process = spawn('redis-server', options, { stdio: 'ignore' })
    await once(this.#process, 'spawn')
    await until('redis-server answers', () => this.command('PING').then(Boolean, () => false))
  }

  async kill(): Promise<void> {
    const process = this.#process
    if (!process) return
    this.#process = null
    process.kill('SIGKILL')
    await once(process, 'exit')
  }

  /** Stops it in the middle of whatever it does; connections stay open and nothing answers. */
  halt(): void {
    this.#process?.kill('SIGSTOP')
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  async command(name: string, ...args: string[]): Promise<unknown> {
    return command(this.url, name, ...args)
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Sends one command on a connection of its own. */
export async function command(url: string, name: string, ...args: string[]): Promise<unknown> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, disableClientInfo: true })
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.call(name, ...args)
  } finally {
    client.disconnect()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('No free port.')
  return address.port
}
