/**
 * Runs the groups of tests that it is given, one after the other, and says how many tests needed which machine.
 * Ends with 1 when a test fails or is skipped, when a group finds no test, or when Jest does not come to its end.
 * What follows the groups goes to Jest: `npm test -- test/votes -t withdrawn`.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sources } from './files.mjs'

const limitMs = 20 * 60_000
/** How long Jest may live on after its results are written. */
const lingerMs = 15_000
const { TEST_DATABASE_URL, TEST_REDIS_URL, ...rest } = process.env
const postgres = { TEST_DATABASE_URL: TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres' }
const redis = { TEST_REDIS_URL: TEST_REDIS_URL ?? 'redis://127.0.0.1:6379' }
const groups = {
  node: { needs: 'Node alone', env: {} },
  grown: { needs: 'PostgreSQL and Redis (what runs the program, again)', env: { ...postgres, ...redis }, paths: startingTheProgram },
  postgres: { needs: 'PostgreSQL', env: { ...postgres, TEST_GROUP: 'postgres' } },
  redis: { needs: 'Redis', env: { ...postgres, ...redis, TEST_GROUP: 'redis' } },
}

const args = process.argv.slice(2)
const rows = []
while (args[0] in groups) rows.push({ group: args.shift() })
const folder = mkdtempSync(join(tmpdir(), 'colloquy-test-'))
for (const row of rows) Object.assign(row, await runGroup(row.group))
rmSync(folder, { recursive: true })

console.log('\nTests by what they need:')
for (const { group, passed, failed, trouble } of rows)
  console.log(`  ${groups[group].needs}: ${passed} passed, ${failed} failed${trouble ? ` (${trouble})` : ''}`)
const total = (key) => rows.reduce((sum, row) => sum + row[key], 0)
console.log(`${total('passed')} passed, ${total('failed')} failed`)
process.exit(total('failed') === 0 ? 0 : 1)

async function runGroup(group) {
  const { needs, env, paths } = groups[group]
  const outputFile = join(folder, `${group}.json`)
  const chosen = paths?.() ?? []
  if (paths && chosen.length === 0) return { passed: 0, failed: 1, trouble: 'no test found' }
  console.log(`\n# Tests that need ${needs}`)
  const code = await jest([...args, ...(paths ? ['--runTestsByPath', ...chosen] : [])], env, outputFile)
  return counted(outputFile, code)
}

/** Files that start the program or its database: they must hold on the embedded database and on the grown one. */
function startingTheProgram() {
  const files = sources(['test'], /\.test\.ts$/).filter((path) => !/\.(postgres|redis)\.test\.ts$/.test(path))
  return files.filter((path) => /support\/(app|database)\.js'/.test(readFileSync(path, 'utf8')))
}

/** Jest's exit code; null when it had to be ended because it took too long, or lived on after its results. */
function jest(options, env, outputFile) {
  const child = spawn(process.execPath, ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${outputFile}`, ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...rest, NODE_OPTIONS: `${rest.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`, ...env },
  })
  let deadline = Date.now() + limitMs
  const watch = setInterval(() => {
    if (existsSync(outputFile)) deadline = Math.min(deadline, Date.now() + lingerMs)
    if (Date.now() >= deadline) child.kill('SIGKILL')
  }, 500)
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearInterval(watch)
      resolve(code)
    })
  })
}

function counted(outputFile, code) {
  if (!existsSync(outputFile)) return { passed: 0, failed: 1, trouble: code === null ? 'took too long and was ended' : 'Jest did not run' }
  const result = JSON.parse(readFileSync(outputFile, 'utf8'))
  const passed = result.numPassedTests
  const skipped = args.length === 0 ? result.numPendingTests + result.numTodoTests : 0
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + skipped
  if (code === null) return { passed, failed: failed + 1, trouble: 'something was left running, so Jest had to be ended' }
  if (passed + failed === 0) return { passed, failed: 1, trouble: 'no test found' }
  if (code !== 0 && failed === 0) return { passed, failed: 1, trouble: `Jest ended with ${code}` }
  return { passed, failed, trouble: skipped > 0 ? `${skipped} skipped` : '' }
}
