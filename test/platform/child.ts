/** Small programs run as processes of their own, so that tests can kill them. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Starts test/platform/processes/`name`.ts with these arguments. */
export function startChild(name: string, ...args: string[]): ChildProcess {
  return fork(join('test', 'platform', 'processes', `${name}.ts`), args, { execArgv: ['--import', 'tsx'] })
}

/** The next message of the process; rejects when it ends instead. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const end = once(child, 'exit', { signal: ended.signal }).then(() => Promise.reject(new Error('The process ended without a message.')))
  try {
    const [message] = await Promise.race([once(child, 'message'), end])
    return message
  } finally {
    ended.abort()
    end.catch(() => {})
  }
}

/** Ends the process as a power switch would, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
