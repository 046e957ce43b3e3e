/** Tells a data folder from a copy of it: by the stamp of a file of the database that is written once, and anew by every copying. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const fileIn = (folder: string) => join(folder, 'folder.mark')

/** Whether the database in this folder was copied, restored or made since it was last marked; a snapshot of the disk is not told. */
export async function isUnmarked(folder: string): Promise<boolean> {
  const told = await readFile(fileIn(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  return told !== (await stampOf(folder))
}

export async function mark(folder: string): Promise<void> {
  await writeFile(fileIn(folder), await stampOf(folder), { mode: 0o600 })
}

/** A copy has another inode, or, where it was written over the old file, another time of change. */
async function stampOf(folder: string): Promise<string> {
  const { ino, ctimeNs } = await stat(join(folder, 'database', 'PG_VERSION'), { bigint: true })
  return `${ino} ${ctimeNs}`
}
