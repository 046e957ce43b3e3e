/** Measures an operation by its text and the schema: how deep it goes and how many values its answer may hold. */
import {
  type FieldNode,
  type FragmentSpreadNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValidationContext,
} from 'graphql'
import { listSize, listSizes, type RefuseSize } from './list-size.js'

/** What an operation, or a part of one, comes to. */
export interface Measure {
  /** Fields from its root down. */
  depth: number
  /** Lists within each other. */
  levels: number
  /** Aliased fields of its root, those of fragments at each spread. */
  aliases: number
  /** Values in the answer, were every list full: a field counts one for each object that it is asked of. */
  cost: number
  /** The same for what introspection answers. */
  introspection: number
}

/** Where a selection stands: the type it selects from and, on a connection, how many members its page may have. */
interface Place {
  type: GraphQLNamedType | undefined
  page: number
}

/**
 * Gives the measure of an operation of this document; `refuse` is told of page sizes that no list gives. Each fragment is measured
 * once for each page size it is spread at, and counted where it is spread, so the time grows with the length of the document and
 * not with what it unfolds to. What GraphQL's own rules refuse (unknown fields and fragments, cycles) only has to come to an end.
 */
export function documentMeter(context: ValidationContext, refuse: RefuseSize) {
  const schema = context.getSchema()
  const known = new Map<string, Measure>()

  function ofSelections({ selections }: SelectionSetNode, place: Place): Measure {
    return selections.map((selection) => ofSelection(selection, place)).reduce(beside, nothing)
  }

  function ofSelection(selection: SelectionNode, place: Place): Measure {
    if (selection.kind === Kind.FIELD) return ofField(selection, place)
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection, place)
    const { typeCondition } = selection
    return ofSelections(selection.selectionSet, typeCondition ? { ...place, type: schema.getType(typeCondition.name.value) } : place)
  }

  function ofFragment({ name: { value: name } }: FragmentSpreadNode, { page }: Place): Measure {
    const key = `${page} ${name}`
    const measured = known.get(key)
    if (measured) return measured
    known.set(key, nothing) // A cycle ends here.
    const fragment = context.getFragment(name)
    if (!fragment) return nothing
    const measure = ofSelections(fragment.selectionSet, { type: schema.getType(fragment.typeCondition.name.value), page })
    known.set(key, measure)
    return measure
  }

  function ofField(node: FieldNode, place: Place): Measure {
    const field = definitionOf(schema, place.type, node.name.value)
    const aliases = node.alias ? 1 : 0
    if (!field || !node.selectionSet) return { ...leaf, aliases }
    const size = listSize(node, field, refuse)
    const inner = ofSelections(node.selectionSet, { type: getNamedType(field.type), page: size })
    return { ...around(inner, field, place.type?.name.endsWith('Connection') ? place.page : size), aliases }
  }

  return ({ operation, selectionSet }: OperationDefinitionNode): Measure =>
    ofSelections(selectionSet, { type: schema.getRootType(operation) ?? undefined, page: listSizes.usual })
}

const nothing: Measure = { depth: 0, levels: 0, aliases: 0, cost: 0, introspection: 0 }
const leaf: Measure = { ...nothing, depth: 1, cost: 1 }

function beside(one: Measure, other: Measure): Measure {
  return {
    depth: Math.max(one.depth, other.depth),
    levels: Math.max(one.levels, other.levels),
    aliases: one.aliases + other.aliases,
    cost: one.cost + other.cost,
    introspection: one.introspection + other.introspection,
  }
}

/** A field whose objects come each to `inner`; `size` counts where it is a list. */
function around(inner: Measure, field: GraphQLField<unknown, unknown>, size: number): Omit<Measure, 'aliases'> {
  const isList = isListType(getNullableType(field.type))
  const cost = 1 + (isList ? size : 1) * inner.cost
  const introspects = field === SchemaMetaFieldDef || field === TypeMetaFieldDef
  return {
    depth: inner.depth + 1,
    levels: inner.levels + (isList ? 1 : 0),
    cost: introspects ? 0 : cost,
    introspection: introspects ? cost : inner.introspection,
  }
}

function definitionOf(schema: GraphQLSchema, type: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
  if (type && type === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  }
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
}
