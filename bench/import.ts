/** Brings a made-up WordPress export into both databases, comments a second and peak memory: `npm run bench -- import=1000000`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { withDatabase } from './database.js'
import { printTable, short } from './table.js'

/** So many comments, unless others are asked for: a blog's whole history. A large paper has a million. */
const usual = '100000'

export async function measureImport(comments = usual): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-bench-'))
  const file = join(folder, 'export.xml')
  const rows: Record<string, string | number>[] = []
  try {
    await make(file, comments)
    const megabytes = (await stat(file)).size / 2 ** 20
    const measured = async (where: string, env: NodeJS.ProcessEnv) => {
      for (const run of ['first run', 'second run, which changes nothing'])
        rows.push({
          '': `${where}, ${run}`,
          comments: Number(comments).toLocaleString('en'),
          MiB: short(megabytes),
          ...(await imported(file, Number(comments), env)),
        })
    }
    await measured('embedded', { DATA_DIR: join(folder, 'data') })
    await withDatabase((DATABASE_URL) =>
      measured('PostgreSQL', { DATABASE_URL, COLLOQUY_SECRET: 'a secret of benchmarks, which is long enough' }),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  printTable('Import of a WordPress export', rows)
}

async function make(file: string, comments: string): Promise<void> {
  const maker = spawn(process.execPath, ['--import', 'tsx', 'bench/make-wxr.ts', comments], { stdio: ['ignore', 'pipe', 'inherit'] })
  await pipeline(maker.stdout, createWriteStream(file))
}

/** By the command line, as an operator does it, in a process of its own. */
async function imported(file: string, comments: number, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  await ended(command(['site', 'create', 'news', '--name', 'News', '--origin', 'https://news.example.org'], env))
  const began = performance.now()
  const child = command(['import', 'wordpress', '-', '--site', 'news'], env)
  const lines: string[] = []
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => lines.push(line))
  const peak = watchMemory(child)
  const [code] = await Promise.all([ended(child), child.stdin && pipeline(createReadStream(file), child.stdin)])
  if (code !== 0) throw new Error(`The import ended with ${code}: ${lines.join('\n')}`)
  const seconds = (performance.now() - began) / 1000
  return {
    seconds: short(seconds),
    'comments/s': short(comments / seconds),
    'peak memory': `${Math.round(peak())} MiB`,
    report: lines[1] ?? '',
  }
}

function command(words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const all = { ...process.env, NODE_ENV: 'production', COLLOQUY_LOG_LEVEL: 'error', ...env }
  return spawn(process.execPath, ['dist/cli/main.js', ...words], { env: all, stdio: ['pipe', 'pipe', 'ignore'] })
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** The system keeps the highest mark as long as the process lives (VmHWM in proc(5)); answers in MiB. */
function watchMemory({ pid }: ChildProcess): () => number {
  let peak = Number.NaN
  const look = () =>
    readFile(`/proc/${pid}/status`, 'utf8').then(
      (status) => {
        peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peak * 1024) / 1024
      },
      () => clearInterval(timer),
    )
  const timer = setInterval(() => void look(), 200)
  return () => {
    clearInterval(timer)
    return peak
  }
}
