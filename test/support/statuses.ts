/** Brings comments to any status: by the mutation that does it, else as the program itself would. */
import { append } from '../../src/articles/log.js'
import { follow, type Status } from '../../src/comments/rules.js'
import { applyChanges, lockChain } from '../../src/comments/store.js'
import { transaction } from '../../src/platform/transaction.js'
import { allSites } from '../../src/sites/sites.js'
import type { TestApp } from './app.js'
import { act, uuidOf } from './mutations.js'
import type { Person, Seed } from './seed.js'

export const statuses: Status[] = ['APPROVED', 'PENDING', 'REJECTED', 'SPAM', 'SHADOWED', 'DELETED', 'ERASED']

/** Gives an approved comment (a global id) another status. */
export async function bring(program: TestApp, site: Seed, comment: { id: string; author: Person; moderator: Person }, to: Status) {
  const { id, author, moderator } = comment
  if (to === 'APPROVED') return
  if (to === 'DELETED') await succeed(act(program, site, author, 'deleteComment', { commentId: id }))
  else if (to === 'REJECTED') await succeed(act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'ABUSE' }))
  else if (to === 'SPAM') await succeed(act(program, site, moderator, 'rejectComment', { commentId: id, reason: 'SPAM' }))
  else await move(program, site, id, to)
}

/** For what no mutation does: the row and its counts are moved as a decision would move them. */
async function move({ app: { db } }: TestApp, { site: slug }: Seed, id: string, to: Status) {
  const site = (await allSites(db)).find((each) => each.slug === slug)
  if (!site) throw new Error(`There is no site ${slug}.`)
  await transaction({ db }, async ({ tx }) => {
    const chain = await lockChain(tx, site.id, uuidOf(id))
    const { changes, ...counts } = follow(chain, to)
    await applyChanges(tx, changes)
    await append(tx, site.id, chain[0]?.articleId ?? '', { events: [], counts })
  })
}

async function succeed(done: Promise<{ code?: string }>) {
  const { code } = await done
  if (code) throw new Error(`The change of status was refused: ${code}`)
}
