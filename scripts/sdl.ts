/**
 * Prints the API to schema/schema.graphql and the ids of the saved operations to schema/documents.json; with `--check` fails where
 * they differ from what is written, or where something lacks a description.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
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
import { readTrusted } from '../src/graphql/trusted.js'
import { schema } from '../src/schema.js'
import { conclude } from './files.mjs'

const api = 'schema/schema.graphql'
const documents = 'schema/documents.json'
const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID'])

const faults = undescribed(schema).map((place) => `${place} has no description`)
const trusted = [...readTrusted(pathToFileURL('schema/operations/')).values()]
const ids = Object.fromEntries(trusted.map(({ name, id }) => [name, id]).toSorted())
const printed = { [api]: `${printSchema(lexicographicSortSchema(schema))}\n`, [documents]: `${JSON.stringify(ids, null, 2)}\n` }
for (const [file, text] of Object.entries(printed)) {
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (text !== read(file))
    faults.push(`${file} is not what src/ and schema/operations say: run npm run schema:print and read the difference`)
}
conclude(faults, `${api} is the API of src/, and ${documents} names the saved operations.`)

function read(file: string): string {
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
