/** The installation's secret: given, or made at the first start and kept in the data folder. */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePrivateFolder } from './private-folder.js'

/** Where the key lies in the data folder. */
export const secretFile = 'secret.key'

/** The key in the folder; the first that asks makes it. Throws where the folder cannot be written. */
export async function secretIn(folder: string): Promise<string> {
  const file = join(folder, secretFile)
  await makePrivateFolder(folder)
  // Made only where there is none: two that start at once must end with the same one.
  await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return (await readFile(file, 'utf8')).trim()
}
