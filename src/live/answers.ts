/** What one event comes to for a subscription: its document, executed at that moment. */
import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql'
import type { Context } from '../context.js'
import { tellError } from '../graphql/errors.js'
import { Refused } from '../platform/errors.js'
import { allSites } from '../sites/sites.js'

export type Freshen = (context: Context) => Promise<Context>

/** The context at this moment: with the settings that the site has now, and nothing read before. Throws NOT_FOUND where the site is gone. */
export async function freshContext(context: Context): Promise<Context> {
  const site = (await allSites(context.db)).find(({ id }) => id === context.site.id)
  if (!site) throw new Refused('NOT_FOUND', 'This site is no longer there.')
  return { ...context, site, now: new Date(), loaders: new Map() }
}

/** Throws UNAVAILABLE where the answer would lack its cursor or a part that is there: its reader resumes before this event and gets it whole. */
export async function answer(event: unknown, args: ExecutionArgs & { contextValue: Context }, freshen: Freshen): Promise<ExecutionResult> {
  const context = args.contextValue
  const result = await execute({ ...args, rootValue: event, contextValue: await freshen(context) })
  if (!result.errors) return result
  const errors = result.errors.map((error) => tellError(error, context))
  const away = errors.find(({ extensions }) => extensions['code'] === 'UNAVAILABLE')
  if (away) throw away
  return { data: result.data ?? null, errors }
}
