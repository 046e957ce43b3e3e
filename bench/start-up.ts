/** From starting the process to the first answered query: on nothing, on existing data, and on PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withDatabase } from './database.js'
import { startMeasured } from './processes.js'
import { printTable } from './table.js'

const secret = 'a secret of benchmarks, which is long enough'

export async function measureStartUp(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-bench-'))
  const rows: Record<string, string | number>[] = []
  try {
    rows.push({ '': 'embedded, nothing there yet', ...(await once({ DATA_DIR: folder })) })
    rows.push({ '': 'embedded, second start', ...(await once({ DATA_DIR: folder })) })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  await withDatabase(async (DATABASE_URL) => {
    rows.push({ '': 'PostgreSQL, migrated', ...(await once({ DATABASE_URL, COLLOQUY_SECRET: secret })) })
  })
  printTable('Start-up', rows)
}

async function once(env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const began = performance.now()
  const program = await startMeasured(['dist/main.js'], { PORT: '0', COLLOQUY_LOG_LEVEL: 'error', ...env }, (line) =>
    /http:\/\/[\d.]+:\d+/.test(line),
  )
  try {
    const url = /http:\/\/[\d.]+:\d+/.exec(program.line)?.[0]
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    }).then((answer) => answer.text())
    return {
      'first answer after': `${((performance.now() - began) / 1000).toFixed(2)} s`,
      'memory then': `${Math.round(program.memory().now)} MiB`,
    }
  } finally {
    await program.stop()
  }
}
