/** Runs benchmarks and prints their tables: `npm run bench`, or some of them: `npm run bench -- first-page import=1000000`. */
import { measureFirstPage } from './first-page.js'
import { measureImport } from './import.js'
import { measureKeptPage } from './kept-page.js'
import { measureLive } from './live.js'
import { measureStartUp } from './start-up.js'

const benchmarks: Record<string, (size?: string) => Promise<void>> = {
  'start-up': measureStartUp,
  'first-page': measureFirstPage,
  'kept-page': measureKeptPage,
  live: measureLive,
  import: measureImport,
}

const asked = process.argv.slice(2)
for (const word of asked.length > 0 ? asked : Object.keys(benchmarks)) {
  const [name = '', size] = word.split('=')
  const measure = benchmarks[name]
  if (!measure) throw new Error(`There is no benchmark "${name}"; there are ${Object.keys(benchmarks).join(', ')}.`)
  await measure(size)
}
