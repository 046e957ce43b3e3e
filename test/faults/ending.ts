/** Whatever becomes of the suite, nothing that it started is left running. */
import { readFileSync } from 'node:fs'

const ends: (() => void)[] = []
process.once('exit', () => {
  for (const end of ends) end()
})

/** When this process ends, the one whose number stands in this file is sent a signal, if it is still there. */
export function endWithUs(pidFile: string, signal: NodeJS.Signals): void {
  ends.push(() => {
    try {
      process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), signal)
    } catch {
      // It has ended, and taken its file along.
    }
  })
}

/** When this process ends, so does what this function ends. */
export function alsoAtEnd(end: () => void): void {
  ends.push(end)
}
