/** The demonstration: a site, an article and a small discussion where there is nothing yet, made through the doors that everybody uses. */
import { registerArticle } from './articles/articles.js'
import { edit, post, remove, reply, type Written } from './comments/comments.js'
import type { SignedIn } from './context.js'
import { contextOf, type World } from './contexts.js'
import { discussion, type PersonKey, people, type Said } from './demo-discussion.js'
import { signedIn } from './graphql/access.js'
import { signToken } from './identity/identity.js'
import type { Role } from './identity/viewer.js'
import { report, setPinned } from './moderation/moderation.js'
import { allSites, createSite } from './sites/sites.js'
import { fold, vote } from './votes/votes.js'

export const demoSite = 'demo'
export const demoUrl = 'https://demo.example/articles/north-facing-balcony'

/** The demonstration's tokens are good for its site alone. */
export interface DemoAccess {
  moderator: string
  reader: string
}

/** As long as a person may play with a first start. */
export const moderatorDays = 7
const lifeSeconds = moderatorDays * 24 * 3600

/** Tokens for the demonstration; null where its site is not there (any more). */
export async function demoAccess(world: World): Promise<DemoAccess | null> {
  if (!(await allSites(world.db)).some(({ slug }) => slug === demoSite)) return null
  return { moderator: await tokenOf(world, 'moderator'), reader: await tokenOf(world, 'visitor') }
}

/** Fills an empty database. The world's limits must let everything pass; `origins` are those of this service itself. */
export async function plantDemo(world: World, origins: readonly string[]): Promise<void> {
  await createSite(world.db, { slug: demoSite, name: 'A demonstration', origins: ['https://demo.example', ...origins] })
  const began = new Date()
  const title = 'What grows on a balcony that faces north?'
  await registerArticle(await as(world, 'moderator', began, 'ADMIN'), {
    key: 'demo-article',
    articleKey: 'north-facing-balcony',
    url: demoUrl,
    title,
    publishedAt: hoursBefore(began, 50),
  })
  const written = new Map<Said['id'], Written>()
  for (const said of discussion) written.set(said.id, await say(world, said, written, began))
  for (const said of discussion) await react(world, said, written, began)
  await fold(world.db)
}

async function say(world: World, said: Said, written: ReadonlyMap<string, Written>, began: Date): Promise<Written> {
  const ctx = await as(world, said.by, hoursBefore(began, said.hoursAgo))
  const asking = said.waits ? heldBack(ctx) : ctx
  const parent = said.answers ? written.get(said.answers) : undefined
  const common = { key: `demo-say-${said.id}`, text: said.text }
  const made = parent ? await reply(asking, { ...common, parentId: parent.commentId }) : await post(asking, { ...common, url: demoUrl })
  const soon = { ...ctx, now: new Date(ctx.now.getTime() + 60_000) }
  if (said.edited) await edit(soon, { key: `demo-edit-${said.id}`, commentId: made.commentId, text: said.edited })
  return made
}

async function react(world: World, said: Said, written: ReadonlyMap<string, Written>, now: Date): Promise<void> {
  const commentId = written.get(said.id)?.commentId ?? ''
  const votes = [
    ...(said.up ?? []).map((by) => ({ by, value: 'UP' as const })),
    ...(said.down ?? []).map((by) => ({ by, value: 'DOWN' as const })),
  ]
  for (const { by, value } of votes) await vote(await as(world, by, now), { key: `demo-vote-${said.id}`, commentId, value })
  if (said.reportedBy)
    await report(await as(world, said.reportedBy, now), {
      key: `demo-report-${said.id}`,
      commentId,
      reason: 'OFF_TOPIC',
      note: 'Not about balconies.',
    })
  if (said.pinned) await setPinned(await as(world, 'moderator', now), { key: `demo-pin-${said.id}`, commentId }, true)
  if (said.deleted) await remove(await as(world, said.by, now), { key: `demo-delete-${said.id}`, commentId })
}

/** A context of its own for each action, at the moment at which the action is to have happened. */
async function as(world: World, who: PersonKey, now: Date, role?: Role): Promise<SignedIn> {
  const authorization = `Bearer ${await tokenOf(world, who, role)}`
  const ctx = await contextOf(world, { requestId: 'demonstration', address: '127.0.0.1', siteName: demoSite, authorization })
  return signedIn({ ...ctx, now })
}

/** As on a site where everything waits for a moderator. */
function heldBack(ctx: SignedIn): SignedIn {
  return { ...ctx, site: { ...ctx.site, settings: { ...ctx.site.settings, premoderation: true } } }
}

function tokenOf({ secret }: Pick<World, 'secret'>, who: PersonKey, role?: Role): Promise<string> {
  const person = people[who]
  return signToken(secret, { subject: `demo:${who}`, siteSlug: demoSite, lifeSeconds, ...person, role: role ?? person.role })
}

function hoursBefore(moment: Date, hours: number): Date {
  return new Date(moment.getTime() - hours * 3_600_000)
}
