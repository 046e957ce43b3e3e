/**
 * `npm run migration NAME` writes the SQL that leads from prisma/migrations to prisma/schema.prisma; `--check` fails where the two differ.
 * The schema engine is Prisma's own, as WebAssembly; the shadow database is PGlite in memory: nothing is downloaded.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg'
import { PrismaPGlite } from 'pglite-prisma-adapter'

const folder = 'prisma/migrations'

async function loadEngine() {
  const wasm = join(dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm')
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), { './schema_engine_bg.js': engineModule })
  engineModule.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start?.()
}

async function migrationsList() {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  const read = (name) => readFile(join(folder, name, 'migration.sql'), 'utf8')
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (path) => ({ path, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: await read(path) } } })),
    ),
  }
}

async function difference() {
  await loadEngine()
  const content = (await readFile('prisma/schema.prisma', 'utf8')).replace(/generator \w+ \{[^}]*\}/g, '')
  const engine = await engineModule.SchemaEngine.new(
    { datamodels: [['schema.prisma', content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new PrismaPGlite(new PGlite())),
  )
  const { stdout } = await engine.diff({
    from: { tag: 'migrations', ...(await migrationsList()) },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  })
  return stdout ?? ''
}

const sql = await difference()
const wanted = sql.split('\n').filter((line) => line.trim() && !line.startsWith('--'))

if (wanted.length === 0) {
  console.log('prisma/migrations and prisma/schema.prisma agree.')
  process.exit(0)
}
if (process.argv[2] === '--check') {
  console.error(`prisma/migrations and prisma/schema.prisma differ; npm run migration NAME writes this:\n${wanted.join('\n')}`)
  process.exit(1)
}
const target = join(folder, `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${process.argv[2] ?? 'change'}`)
await mkdir(target, { recursive: true })
const { version } = JSON.parse(await readFile('package.json', 'utf8'))
await writeFile(join(target, 'migration.sql'), `-- release ${version}\n${sql}`)
await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n')
console.log(`${target}/migration.sql`)
process.exit(0)
