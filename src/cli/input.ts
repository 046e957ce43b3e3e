/** Opens what a verb reads, and says in a sentence why it cannot be read. */
import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { Refused } from '../platform/errors.js'

/** The file of this name, `-` for the standard input. Throws Refused at once where it is none, and while it is read where that fails. */
export async function openInput(file: string): Promise<Readable> {
  if (file === '-') return Readable.from(read('The standard input', () => process.stdin))
  try {
    if ((await stat(file)).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    await access(file, constants.R_OK)
  } catch (error) {
    throw fault(file, error)
  }
  return Readable.from(read(file, () => createReadStream(file)))
}

/** Opened when it is first read: a verb that is refused leaves it alone. */
async function* read(name: string, open: () => AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* open()
  } catch (error) {
    throw fault(name, error)
  }
}

const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EISDIR: 'is a folder, and not a file',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
}

function fault(name: string, error: unknown): Refused {
  const { code = '', message } = error as NodeJS.ErrnoException
  return new Refused('BAD_USER_INPUT', `${name} ${meanings[code] ?? `cannot be read: ${message}`}.`)
}
