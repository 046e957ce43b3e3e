/** Sends away who may no longer follow as themselves: banned, with a token that was withdrawn or has expired, or that the site would no longer accept. */
import type { Context } from '../context.js'
import { withdrawn } from '../identity/standing.js'
import type { Viewer } from '../identity/viewer.js'
import type { Database } from '../platform/database.js'
import { Refused } from '../platform/errors.js'
import { calmLog, type Log } from '../platform/log.js'
import { allSites } from '../sites/sites.js'

/** Somebody who is signed in on a connection. */
export interface Present {
  viewer: Viewer
  site: Pick<Context['site'], 'id' | 'generation'>
  /** Reads the token again, by the site's present rules. Throws UNAUTHENTICATED. */
  again: () => Promise<Context>
  sendAway: () => void
}

export interface Rights {
  /** Throws FORBIDDEN or UNAUTHENTICATED where this viewer may not begin to follow. */
  admit(context: Context): Promise<void>
  /** Watches over somebody until the returned function is called. */
  watch(present: Present): () => void
  stop(): Promise<void>
}

export interface RightsOptions {
  db: Database
  log: Log
  everyMs: number
  /** How much longer than its token a connection lives. Milliseconds. */
  graceMs: number
}

/** Asks with one statement for all of this process, and of the sites with another that everybody uses. */
export function startRights({ db, log: loud, everyMs, graceMs }: RightsOptions): Rights {
  const log = calmLog(loud)
  const all = new Set<Present>()
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let round = Promise.resolve()

  function schedule() {
    timer = setTimeout(() => {
      round = sweep(db, all, graceMs).catch((error: unknown) =>
        log.warn({ err: error }, 'rights could not be read; the next sweep tries again'),
      )
      void round.then(() => {
        if (!stopped) schedule()
      })
    }, everyMs).unref()
  }

  schedule()
  return {
    async admit({ viewer }) {
      if (viewer && (await withdrawn(db, [viewer])).has(viewer))
        throw new Refused('FORBIDDEN', 'You cannot follow as yourself here at present.')
    },
    watch(present) {
      all.add(present)
      return () => void all.delete(present)
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}

async function sweep(db: Database, all: ReadonlySet<Present>, graceMs: number): Promise<void> {
  const present = [...all]
  for (const each of present) if (Date.now() > each.viewer.expiresAt.getTime() + graceMs) each.sendAway()
  if (present.length === 0) return
  const [gone, sites] = await Promise.all([
    withdrawn(
      db,
      present.map(({ viewer }) => viewer),
    ),
    allSites(db),
  ])
  const generations = new Map(sites.map(({ id, generation }) => [id, generation]))
  for (const each of present) {
    const generation = generations.get(each.site.id)
    if (gone.has(each.viewer) || (generation !== each.site.generation && !(await stillAccepted(each)))) each.sendAway()
  }
}

/** The site has changed: its secret, and whether its tokens may name moderators, may have, too. */
async function stillAccepted(present: Present): Promise<boolean> {
  try {
    const { viewer, site } = await present.again()
    present.site = site
    return viewer?.role === present.viewer.role
  } catch (error) {
    if (error instanceof Refused) return false
    throw error
  }
}
