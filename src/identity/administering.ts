/** What admins do with their site. */
import type { SignedIn } from '../context.js'
import { once } from '../platform/request-key.js'
import { transaction } from '../platform/transaction.js'
import type { Site } from '../sites/rules.js'
import { changeSite, type SiteChange, siteNow } from '../sites/sites.js'
import { holdModerator } from './standing.js'

/** Changes this site's name, origins or settings, for every process within a second. Throws SettingsNotAllowed, OriginTaken, KeyReused. */
export async function updateSite(ctx: SignedIn, input: SiteChange & { key: string }): Promise<Site | null> {
  const { siteId } = await once<{ siteId: string }>(ctx, 'updateSite', input, (keep) =>
    transaction(ctx, async (inside) => {
      const { tx, site, viewer } = inside
      await holdModerator(inside)
      await keep(tx, { siteId: site.id })
      await changeSite(inside, input, viewer.id)
      return { siteId: site.id }
    }),
  )
  return siteNow(ctx.db, siteId)
}
