/** Short and private places for unix sockets, whatever the length of the data folder's path. */
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/** Kernels refuse longer paths of sockets: sun_path has 104 bytes on macOS and the BSDs, 108 on Linux, with a closing zero. */
export const longestSocketPath = 103

/** Beyond this many bytes a temporary folder leaves too little for the names below it. */
const longestTemporaryFolder = 55

/** A folder outside the data folder that belongs to it alone and that no other user of the machine can enter. */
export function privateFolder(folder: string): string {
  const temporary = Buffer.byteLength(tmpdir()) <= longestTemporaryFolder ? tmpdir() : '/tmp'
  const mine = join(temporary, `colloquy-${userInfo().uid}`)
  mkdirSync(mine, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(mine)
  // Somebody else may have made it first, to listen in.
  if (uid !== userInfo().uid || (mode & 0o170077) !== 0o040000) {
    throw new Error(`${mine} must be a folder that only this user can enter. Remove it, or name another temporary folder with TMPDIR.`)
  }
  const own = join(mine, createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12))
  mkdirSync(own, { recursive: true, mode: 0o700 })
  return own
}

/** A path of at most 103 bytes to the file `name` in `folder`: through a symbolic link where the plain one is too long. */
export function socketPath(folder: string, name: string): string {
  const plain = join(resolve(folder), name)
  if (Buffer.byteLength(plain) <= longestSocketPath) return plain
  const link = join(privateFolder(folder), 'link')
  if (linkTarget(link) !== resolve(folder)) {
    rmSync(link, { force: true })
    symlinkOnce(resolve(folder), link)
  }
  return join(link, name)
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

/** Several processes may make the same link at once: the name is a hash of the target, so any of them is right. */
function symlinkOnce(target: string, link: string): void {
  try {
    symlinkSync(target, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
