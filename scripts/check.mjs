/** Runs every check of the house, two at a time, and says of each whether it holds. `npm run check NAME …` runs those alone. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter } from 'node:path'

const checks = {
  'format and lint': 'biome check --error-on-warnings .',
  types: 'tsc --project tsconfig.json',
  ...(existsSync('client/tsconfig.json') && { 'types of client/': 'tsc --noEmit --project client/tsconfig.json' }),
  walls: 'depcruise src',
  'picture of the walls': 'node scripts/walls.mjs --check',
  rights: 'node scripts/rights.mjs',
  'dead code': 'knip --no-progress',
  ceilings: 'node scripts/ceilings.mjs',
  migrations: 'node scripts/migration.mjs --check',
  'schema.graphql': 'tsx scripts/sdl.ts --check',
}
const asked = process.argv.slice(2)
const names = Object.keys(checks).filter((name) => asked.length === 0 || asked.some((word) => name.includes(word)))
const env = { ...process.env, PATH: `node_modules/.bin${delimiter}${process.env.PATH}` }

const client = spawnSync(process.execPath, ['scripts/build.mjs', '--client-only', '--if-changed'], { stdio: 'inherit' })
if (client.status !== 0) process.exit(1)

const waiting = [...names]
const failed = []
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
console.log(
  failed.length === 0 ? `All ${names.length} checks hold.` : `${failed.length} of ${names.length} checks fail: ${failed.join(', ')}.`,
)
process.exit(failed.length === 0 && names.length > 0 ? 0 : 1)

async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const began = Date.now()
    const { code, output } = await run(checks[name])
    if (code !== 0) failed.push(name)
    console.log(`${code === 0 ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
    if (code !== 0) console.log(output.trim().replace(/^/gm, '    '))
  }
}

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => resolve({ code, output }))
  })
}
