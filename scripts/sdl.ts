/** Prints the API to schema/schema.graphql; with `--check` fails where the two differ or where something lacks a description. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { schema } from '../src/schema.js'
import { conclude } from './files.mjs'

const file = 'schema/schema.graphql'
const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID'])

const faults = undescribed(schema).map((place) => `${place} has no description`)
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`
const written = read()
if (!process.argv.includes('--check')) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, printed)
} else if (printed !== written) faults.push(`${file} is not the API of src/: run npm run schema:print and read the difference`)
conclude(faults, `${file} is the API of src/.`)

function read(): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Names every type, field, argument, enum value and input field that says nothing about itself. */
function undescribed(of: GraphQLSchema): string[] {
  const types = Object.values(of.getTypeMap()).filter(({ name }) => !name.startsWith('__') && !builtIn.has(name))
  return types
    .flatMap((type) => [{ name: type.name, description: type.description }, ...partsOf(type)])
    .flatMap(({ name, description }) => (description?.trim() ? [] : [name]))
}

interface Described {
  name: string
  description?: string | null | undefined
}

function partsOf(type: GraphQLNamedType): Described[] {
  const inside = ({ name, description }: Described): Described => ({ name: `${type.name}.${name}`, description })
  if (isEnumType(type)) return type.getValues().map(inside)
  if (isInputObjectType(type)) return Object.values(type.getFields()).map(inside)
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  return Object.values(type.getFields()).flatMap((field) => [
    inside(field),
    ...field.args.map(({ name, description }) => inside({ name: `${field.name}(${name}:)`, description })),
  ])
}
