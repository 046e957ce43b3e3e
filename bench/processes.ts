/** Processes under measurement: started on one core where the machine can say so, asked for their CPU time, and ended. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

export interface Measured {
  /** The first line that it wrote for which `ready` answered. */
  line: string
  /** CPU time so far, in milliseconds; not a number where the system does not tell. */
  cpuMs(): number
  /** Memory in use and at its peak, in MiB. */
  memory(): { now: number; peak: number }
  /** Throws away what is no longer needed, so that `memory` says what is. Works after a start with `collectsWhenTold`. */
  collectGarbage(): Promise<void>
  stop(): Promise<void>
}

/** Arguments of node with which a process collects its garbage on SIGUSR2 and says so. */
export const collectsWhenTold = [
  '--expose-gc',
  '--import',
  'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc();console.log("collected")})',
]

/** Memory goes back to the system a little after it was collected. Milliseconds. */
const releaseMs = 200

const canPin = hasTaskset()

/** Servers under measurement run on core 0; the load and the database have the others. */
export async function startMeasured(args: readonly string[], env: NodeJS.ProcessEnv, ready: (line: string) => boolean): Promise<Measured> {
  const [command, ...rest] = canPin ? ['taskset', '-c', '0', process.execPath, ...args] : [process.execPath, ...args]
  const child = spawn(command ?? process.execPath, rest, {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const line = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)))
    lines.on('line', (text) => ready(text) && resolve(text))
  })
  const collectGarbage = async () => {
    const collected = new Promise<void>((resolve) => {
      const hear = (text: string) => {
        if (text !== 'collected') return
        lines.off('line', hear)
        resolve()
      }
      lines.on('line', hear)
    })
    child.kill('SIGUSR2')
    await collected
    await pause(releaseMs)
  }
  return { line, cpuMs: () => cpuMsOf(child), memory: () => memoryOf(child), collectGarbage, stop: () => end(child) }
}

/** A process of the load, which is told what to do by messages: on the cores that the server does not have. */
export function spawnBeside(args: readonly string[]): ChildProcess {
  const others = availableParallelism() - 1
  const [command, ...rest] =
    canPin && others > 0 ? ['taskset', '-c', `1-${others}`, process.execPath, ...args] : [process.execPath, ...args]
  return spawn(command ?? process.execPath, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' })
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.removeAllListeners('exit')
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** The first number of /proc/PID/task/TID/schedstat is what a thread has had of the processor, in nanoseconds. */
function cpuMsOf({ pid }: ChildProcess): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const nanoseconds = threads.map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]))
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6
  } catch {
    return Number.NaN
  }
}

function memoryOf({ pid }: ChildProcess): { now: number; peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
    return { now: of('VmRSS'), peak: of('VmHWM') }
  } catch {
    return { now: Number.NaN, peak: Number.NaN }
  }
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
