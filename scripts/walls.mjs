/** Draws who imports whom into docs/architecture.md, from the code; with `--check` fails where the picture is out of date. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { conclude } from './files.mjs'

const file = 'docs/architecture.md'
const [begin, end] = ['<!-- walls:begin -->', '<!-- walls:end -->']
const ground = ['graphql', 'platform']
const roof = ['main', 'cli', 'app', 'schema', 'config']
/** Not drawn: what Prisma makes, and the types of what every action is given, which all name. */
const left = ['generated', 'context']

const text = existsSync(file) ? readFileSync(file, 'utf8') : `# Architecture\n\n${begin}\n${end}\n`
const [before, rest] = text.split(begin)
const after = rest?.split(end)[1]
if (after === undefined) conclude([`${file} needs the lines ${begin} and ${end}`])
const drawn = `${before}${begin}\n\n${picture(imports())}\n${end}${after}`

if (!process.argv.includes('--check')) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, drawn)
}
conclude(
  process.argv.includes('--check') && drawn !== text ? [`${file} shows other walls than src/: run npm run walls:draw`] : [],
  `${file} shows the walls of src/.`,
)

/** Room → the rooms it imports; a room is a folder of src/ or a file that stands in src/ itself. */
function imports() {
  const bin = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'
  const json = execFileSync(process.execPath, [bin, 'src', '--output-type', 'json'], { maxBuffer: 1 << 28, encoding: 'utf8' })
  const rooms = new Map()
  for (const { source, dependencies } of JSON.parse(json).modules) {
    const from = roomOf(source)
    if (!from) continue
    if (!rooms.has(from)) rooms.set(from, new Set())
    for (const { resolved } of dependencies) if (roomOf(resolved) && roomOf(resolved) !== from) rooms.get(from).add(roomOf(resolved))
  }
  return rooms
}

function roomOf(path) {
  const room = /^src\/([^/]+?)(\.ts)?(\/|$)/.exec(path)?.[1]
  return left.includes(room) ? undefined : room
}

/** An arrow is left out where a longer way leads to the same room: the picture shows the nearest storeys only. */
function picture(rooms) {
  const names = [...rooms.keys()].sort()
  const features = names.filter((name) => !ground.includes(name) && !roof.includes(name))
  for (const from of names)
    for (const to of [...rooms.get(from)].sort()) {
      rooms.get(from).delete(to)
      if (!leads(rooms, from, to)) rooms.get(from).add(to)
    }
  const floor = (title, members) => [`  subgraph ${title}`, ...members.map((name) => `    ${name}`), '  end']
  const inside = (list) => names.filter((name) => list.includes(name))
  const floors = [...floor('roof', inside(roof)), ...floor('features', features), ...floor('ground', inside(ground))]
  const arrows = names.flatMap((from) => [...rooms.get(from)].sort().map((to) => `  ${from} --> ${to}`))
  return ['```mermaid', 'flowchart TD', ...floors, ...arrows, '```'].join('\n')
}

function leads(rooms, from, to) {
  const seen = new Set([from])
  for (const room of seen) for (const next of rooms.get(room) ?? []) seen.add(next)
  return seen.has(to)
}
