/** Writes numbered rows into the embedded database of the folder that it is given, several at once, and reports each that was acknowledged. */
import pg from 'pg'
import { lockFolder } from '../../../src/platform/folder-lock.js'
import { startEmbedded } from '../../../src/platform/pglite.js'

const [folder = ''] = process.argv.slice(2)
await lockFolder(folder)
const { connection } = await startEmbedded({ folder, log: { debug() {}, info() {}, warn() {}, error() {} } })
const pool = new pg.Pool({ ...connection, max: 1 })
await pool.query('CREATE TABLE IF NOT EXISTS written (number integer)')
process.on('disconnect', () => process.exit())

let next = 0
const write = async () => {
  for (;;) {
    const number = ++next
    await pool.query('INSERT INTO written VALUES ($1)', [number])
    process.send?.(number)
  }
}
await Promise.all([write(), write(), write(), write()])
