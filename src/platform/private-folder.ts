/** Folders that only this user may enter. */
import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and its missing parents; one that is there stays as it is. Throws what the file system says.
 * Step by step, because Node's own recursive mkdir never returns below a folder that takes none, such as /proc.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  const folder = resolve(path)
  if (await isFolder(folder)) return
  const parent = dirname(folder)
  if (!(await isThere(parent))) await makePrivateFolder(parent)
  await mkdir(folder, { mode: 0o700 }).catch(async (error: unknown) => {
    if (!(await isFolder(folder))) throw error
  })
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
