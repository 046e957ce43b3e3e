/** Tries to lock the folder that it is given, each time its parent says so, and reports how it went. */
import { FolderInUse, lockFolder } from '../../../src/platform/folder-lock.js'

const [folder = ''] = process.argv.slice(2)
process.on('message', async () => {
  try {
    await lockFolder(folder)
    process.send?.('won')
  } catch (error) {
    process.send?.(error instanceof FolderInUse ? 'refused' : String(error))
  }
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
