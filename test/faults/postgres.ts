/** A PostgreSQL cluster of the suite's own, which may be restarted, broken off and made read-only. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { appendFile, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { endWithUs } from './ending.js'
import { freePort } from './ports.js'

const run = promisify(execFile)

/** Where packages of PostgreSQL put the programs that are on nobody's PATH. */
const packaged = '/usr/lib/postgresql'

/** PostgreSQL refuses to run as root: then it runs as this user. */
const user = 'postgres'

export class OwnPostgres {
  readonly url: string
  private readonly folder: string
  private readonly bin: string

  private constructor(folder: string, bin: string, port: number) {
    this.folder = folder
    this.bin = bin
    this.url = `postgresql://${user}@127.0.0.1:${port}/postgres`
  }

  /** Makes a cluster in a temporary folder and starts it. Throws, in words, where PostgreSQL is not installed. */
  static async start(): Promise<OwnPostgres> {
    const [bin, port] = [findPrograms(), await freePort()]
    const folder = await mkdtemp(join(tmpdir(), 'colloquy-faults-pg-'))
    if (isRoot()) await chown(folder, Number(execFileSync('id', ['-u', user])), Number(execFileSync('id', ['-g', user])))
    const server = new OwnPostgres(folder, bin, port)
    await server.command('initdb', ['-D', folder, '-U', user, '-A', 'trust', '-E', 'UTF8', '--no-instructions'])
    // The moments of commits are what latencies are counted from.
    const settings = [
      'track_commit_timestamp = on',
      `port = ${port}`,
      `unix_socket_directories = '${folder}'`,
      "listen_addresses = '127.0.0.1'",
    ]
    await appendFile(join(folder, 'postgresql.conf'), `${settings.join('\n')}\n`)
    await server.control('start')
    endWithUs(join(folder, 'postmaster.pid'), 'SIGQUIT')
    return server
  }

  /** Ends every connection of the program, as an operator does. */
  async terminateBackends(): Promise<void> {
    await this.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'colloquy%'")
  }

  restart(mode: 'fast' | 'immediate'): Promise<void> {
    return this.control('restart', '-m', mode)
  }

  async setReadOnly(readOnly: boolean): Promise<void> {
    const client = await this.connect()
    try {
      await client.query('SET default_transaction_read_only = off')
      await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${readOnly ? 'on' : 'off'}`)
      await client.query('SELECT pg_reload_conf()')
    } finally {
      await client.end()
    }
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      await client.end()
    }
  }

  async stop(): Promise<void> {
    await this.control('stop', '-m', 'immediate').catch(() => {})
    await rm(this.folder, { recursive: true, force: true })
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'faults' })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  private control(action: string, ...more: string[]): Promise<void> {
    return this.command('pg_ctl', [action, '-D', this.folder, '-l', join(this.folder, 'log'), '-w', '-t', '30', '-s', ...more])
  }

  private async command(name: string, args: string[]): Promise<void> {
    const [program = '', ...rest] = asOwner([join(this.bin, name), ...args])
    // A folder that this user may not enter is no place to run in.
    await run(program, rest, { cwd: this.folder })
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Commands in temporary folders need no quoting but this. */
function asOwner(words: string[]): string[] {
  if (!isRoot()) return words
  if (existsSync('/usr/bin/setpriv')) return ['/usr/bin/setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', ...words]
  return ['su', user, '-s', '/bin/sh', '-c', words.map((word) => `'${word}'`).join(' ')]
}

function findPrograms(): string {
  const versions = existsSync(packaged)
    ? readdirSync(packaged)
        .map(Number)
        .filter(Number.isFinite)
        .sort((a, b) => b - a)
    : []
  const folders = [...versions.map((version) => join(packaged, String(version), 'bin')), ...(process.env.PATH ?? '').split(':')]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')))
  if (!found) throw new Error('The fault suite starts a PostgreSQL of its own: install its server programs (initdb, pg_ctl).')
  if (isRoot()) {
    try {
      execFileSync('id', ['-u', user], { stdio: 'ignore' })
    } catch {
      throw new Error(`PostgreSQL does not run as root, and there is no user "${user}" to run it as.`)
    }
  }
  return found
}
