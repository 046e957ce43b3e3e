/** A site with an admin who changes it. */
import type { TestApp } from '../support/app.js'
import { act, inside, until } from '../support/mutations.js'
import { seed } from '../support/seed.js'

/** Makes one; `settled` waits until what follows a change is done. */
export async function manage(program: TestApp, settings: object = {}, origins: string[] = []) {
  const site = await seed(program, settings, origins.length > 0 ? { origins } : {})
  const admin = await site.admin()
  const update = (input: object) => act(program, site, admin, 'updateSite', input)
  const jobs = () => inside(program)`SELECT kind FROM job WHERE "siteId" = (SELECT id FROM site WHERE slug = ${site.site})`
  return { site, admin, update, settled: () => until(async () => (await jobs()).length === 0) }
}
