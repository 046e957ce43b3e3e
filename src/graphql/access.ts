/** Deny by default: a small Pothos plugin that makes every object type and every root field say who may see it, and marks what is personal. */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type PothosTypeConfig, type SchemaTypes } from '@pothos/core'
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isAbstractType,
  isUnionType,
} from 'graphql'
import type { Context, SignedIn } from '../context.js'
import { Refused } from '../platform/errors.js'

/** Who may: anybody; somebody with a token; a moderator or admin; an admin. */
export type Access = 'public' | 'person' | 'moderator' | 'admin'

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      access: AccessPlugin<Types>
    }
    export interface BaseTypeOptions<Types extends SchemaTypes = SchemaTypes> {
      /** Who may see fields of this type; required on object types, and inherited by their fields. */
      access?: Access
    }
    export interface FieldOptions {
      /** Who may ask for this field; required on the fields of Query, Mutation and Subscription. */
      access?: Access
      /** What it answers depends on who asks, beyond their role: a subscription that asks for it is executed for its reader alone. */
      personal?: boolean
    }
  }
}

/** What the builder's list of plugins names. */
export const accessPlugin = 'access'

const roots = new Set(['Query', 'Mutation', 'Subscription'])

/** Made by the Relay plugin: they hold nothing but what their node's own type lets through. */
const carriesOnly = /^PageInfo$|Connection$|Edge$/

class AccessPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  private readonly ofType = new Map<string, Access>()

  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    if (config.kind !== 'Object') return config
    const { access } = config.pothosOptions as { access?: Access }
    if (access) this.ofType.set(config.name, access)
    else if (!carriesOnly.test(config.name)) throw new Error(`The type ${config.name} does not say who may see it: give it an "access".`)
    return config
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (roots.has(config.parentType) && !accessOf(config)) {
      throw new Error(`The field ${config.parentType}.${config.name} does not say who may ask for it: give it an "access".`)
    }
    const { personal } = config.pothosOptions as { personal?: boolean }
    return personal ? { ...config, extensions: { ...config.extensions, personal } } : config
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    return this.guard(resolver, config)
  }

  override wrapSubscribe(
    subscriber: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    return subscriber && this.guard(subscriber, config)
  }

  private guard(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const access = accessOf(config) ?? this.ofType.get(config.parentType) ?? 'public'
    if (access === 'public') return resolver
    return (parent, args, ctx, info) => {
      assertAccess(access, (ctx as { viewer: { role: string } | null }).viewer)
      return resolver(parent, args, ctx, info)
    }
  }
}

/** The context of somebody who is signed in, as a field with `access` other than public has it. */
export function signedIn(ctx: Context): SignedIn {
  assertAccess('person', ctx.viewer)
  return ctx as SignedIn
}

/** Throws Refused: UNAUTHENTICATED without a token, FORBIDDEN with too small a role. */
function assertAccess(access: Access, viewer: { role: string } | null): void {
  if (access === 'public') return
  if (!viewer) throw new Refused('UNAUTHENTICATED', 'This needs a token: send "Authorization: Bearer …".')
  if (access === 'person') return
  const enough = viewer.role === 'ADMIN' || (access === 'moderator' && viewer.role === 'MODERATOR')
  if (!enough) throw new Refused('FORBIDDEN', access === 'admin' ? 'Only an admin may do this.' : 'Only a moderator may do this.')
}

/** Whether a field was declared personal. */
export function isPersonal(field: { extensions: Readonly<Record<string, unknown>> }): boolean {
  return field.extensions['personal'] === true
}

/** Whether a selection asks for something personal; through an interface any of its types may answer. */
export function asksPersonal(schema: GraphQLSchema, parent: GraphQLCompositeType, { name }: FieldNode): boolean {
  const types = isAbstractType(parent) ? schema.getPossibleTypes(parent) : []
  return [...types, ...(isUnionType(parent) ? [] : [parent])].some((type) => {
    const field = type.getFields()[name.value]
    return field !== undefined && isPersonal(field)
  })
}

function accessOf(config: { pothosOptions: object }): Access | undefined {
  return (config.pothosOptions as { access?: Access }).access
}

SchemaBuilder.registerPlugin(accessPlugin, AccessPlugin)
