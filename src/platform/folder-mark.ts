/** Tells a data folder from a copy of it: by a file that holds its own inode's number, which no copy has. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const fileIn = (folder: string) => join(folder, 'folder.mark')

/** Whether the database in this folder was copied, restored or made since it was last marked. */
export async function isUnmarked(folder: string): Promise<boolean> {
  const [told, own] = await Promise.all([readFile(fileIn(folder), 'utf8'), inodeOf(fileIn(folder))]).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [null, '']
      throw error
    },
  )
  return told !== own
}

export async function mark(folder: string): Promise<void> {
  await writeFile(fileIn(folder), '', { mode: 0o600 })
  await writeFile(fileIn(folder), await inodeOf(fileIn(folder)))
}

async function inodeOf(file: string): Promise<string> {
  return String((await stat(file, { bigint: true })).ino)
}
