/** `colloquy backup`: a copy of the data folder, also while the server writes to it. */
import { copyFile, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makePrivateFolder } from '../platform/private-folder.js'
import { secretFile } from '../platform/secret.js'
import type { DatabaseVerb } from './verb.js'

export const backup: DatabaseVerb = {
  words: 'backup',
  about: 'Copies the embedded database and the key file into a new folder. With DATABASE_URL use pg_dump.',
  needs: 'database',
  parameters: ['FOLDER'],
  async run(ground, { parameters }, io) {
    if (!ground.backup) {
      io.note('This database is a PostgreSQL server’s: back it up with pg_dump, or as its operator does.')
      return 1
    }
    const folder = resolve(io.cwd, parameters.FOLDER ?? '')
    await makePrivateFolder(folder)
    if ((await readdir(folder)).length > 0) {
      io.note(`${folder} is not empty. Name a new folder for the backup.`)
      return 1
    }
    await ground.backup(folder)
    const { dataDir, secret } = ground.config
    if (!secret) await copyFile(join(dataDir, secretFile), join(folder, secretFile))
    io.print(`Copied to ${folder}. To start on the copy: DATA_DIR=${folder}`)
    if (secret) io.note('COLLOQUY_SECRET is not part of the copy: keep it elsewhere.')
    return 0
  },
}
