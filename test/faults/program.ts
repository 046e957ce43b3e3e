/** A process of the program under test, on a port that it keeps over its restarts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../platform/until.js'
import { alsoAtEnd } from './ending.js'
import { freePort } from './ports.js'

export interface ProgramOptions {
  name: string
  /** Where its log is written. */
  folder: string
  env: Record<string, string>
  /** Options of Node. */
  node?: string[]
}

const running = new Set<ChildProcess>()
alsoAtEnd(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starting includes the migrations of an empty database. */
const startWithinMs = 30_000

export class Program {
  readonly port: number
  private readonly options: ProgramOptions
  private child: ChildProcess | null = null
  private ended: Promise<number | null> = Promise.resolve(null)

  private constructor(options: ProgramOptions, port: number) {
    this.options = options
    this.port = port
  }

  static async start(options: ProgramOptions): Promise<Program> {
    const program = new Program(options, await freePort())
    await program.start()
    return program
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The process that runs now. */
  get pid(): number | null {
    return this.child?.exitCode === null && this.child.signalCode === null ? (this.child.pid ?? null) : null
  }

  async start(): Promise<void> {
    const { env, node = [] } = this.options
    const log = openSync(this.logFile, 'a')
    const child = spawn(process.execPath, [...node, '--enable-source-maps', 'dist/main.js'], {
      env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', PORT: String(this.port), HOST: '127.0.0.1', ...env },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.child = child
    running.add(child)
    this.ended = new Promise((resolve) => child.once('exit', resolve))
    void this.ended.then(() => running.delete(child))
    await until(`${this.options.name} is ready`, () => this.isUp(child), startWithinMs)
  }

  /** Sends a signal to the process. */
  signal(name: NodeJS.Signals): void {
    this.child?.kill(name)
  }

  /** Sends a signal that ends it; its exit code, null where the signal itself ended it. */
  end(name: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.signal(name)
    return this.ended
  }

  /** What /health/ready says. */
  async health(): Promise<{ ready: boolean; bus: boolean }> {
    try {
      const response = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(3000) })
      return (await response.json()) as { ready: boolean; bus: boolean }
    } catch {
      return { ready: false, bus: false }
    }
  }

  /** All that it wrote. */
  written(): string {
    return readFileSync(this.logFile, 'utf8')
  }

  private get logFile(): string {
    return join(this.options.folder, `${this.options.name}.log`)
  }

  private async isUp(child: ChildProcess): Promise<boolean> {
    if (child.exitCode !== null) throw new Error(`${this.options.name} ended with ${child.exitCode}:\n${this.written().slice(-2000)}`)
    return (await this.health()).ready
  }
}
