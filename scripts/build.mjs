/**
 * Builds dist/ from src/ and client/: Prisma's client where it is older than the data model, then tsc.
 * `--client-only` leaves out tsc, `--if-changed` too where dist/ is newer than all it is made of;
 * `--if-tools` does nothing where the tools are not installed (a production install brings dist/ along).
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const flags = new Set(process.argv.slice(2))

const client = { made: 'src/generated/.made', from: ['prisma/schema.prisma', 'package-lock.json'] }
const program = {
  made: 'dist/.made',
  from: ['src', 'client', 'prisma/schema.prisma', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
}

if (flags.has('--if-tools') && !toolsAreHere()) process.exit(0)
if (isOld(client)) makeClient()
if (!flags.has('--client-only') && (!flags.has('--if-changed') || isOld(program))) makeProgram()

function makeClient() {
  run('prisma/build/index.js', ['generate', '--no-hints'])
  writeFileSync(client.made, '')
}

function makeProgram() {
  run('typescript/bin/tsc', ['--project', 'tsconfig.build.json'])
  run('typescript/bin/tsc', ['--project', 'client/tsconfig.json'])
  if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755)
  writeFileSync(program.made, '')
}

/** All of them: a production install brings some along, since other packages name them as peers. */
function toolsAreHere() {
  const tools = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).devDependencies ?? {})
  return existsSync('src') && tools.every((name) => existsSync(`node_modules/${name}`))
}

function isOld({ made, from }) {
  return !existsSync(made) || Math.max(...from.map(newest)) > statSync(made).mtimeMs
}

/** When a file, or the latest file of a folder, was last written, in milliseconds; what Prisma makes does not count. */
function newest(path) {
  if (path === 'src/generated' || !existsSync(path)) return 0
  const found = statSync(path)
  return found.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(`${path}/${name}`))) : found.mtimeMs
}

function run(program, args) {
  // Prisma looks for its generators on the PATH, and asks its makers for news unless told not to.
  const env = { ...process.env, PATH: `node_modules/.bin${delimiter}${process.env.PATH}`, CHECKPOINT_DISABLE: '1' }
  const { status } = spawnSync(process.execPath, [`node_modules/${program}`, ...args], { stdio: 'inherit', env })
  if (status !== 0) process.exit(status ?? 1)
}
