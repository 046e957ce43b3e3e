import { afterAll, beforeAll } from '@jest/globals'
import { openDatabase } from '../../src/platform/client.js'
import { type Embedded, startEmbedded } from '../../src/platform/pglite.js'
import { migratedFolder } from '../support/embedded-template.js'
import { jobsContract } from './jobs-contract.js'
import { keptLog } from './kept-log.js'

let embedded: Embedded
let opened: ReturnType<typeof openDatabase>

beforeAll(async () => {
  embedded = await startEmbedded({ folder: await migratedFolder(), log: keptLog().log })
  opened = openDatabase({ connection: embedded.connection, pools: null, ring: () => {} })
})
afterAll(async () => {
  await opened.close()
  await embedded.stop()
})

jobsContract('the embedded database', () => opened.db)
