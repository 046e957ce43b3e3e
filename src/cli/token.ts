/** `colloquy token`: signs a token for trying things, for a publisher's server, or for a moderator without a login. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { signToken } from '../identity/identity.js'
import type { Role } from '../identity/viewer.js'
import { secretIn } from '../platform/secret.js'
import { oneOf, textOf, UsageFault, wholeNumber } from './arguments.js'
import type { PlainVerb } from './verb.js'

const usualNames: Record<Role, string> = { READER: 'A reader', MODERATOR: 'A moderator', ADMIN: 'An admin' }
const daySeconds = 24 * 3600

export const token: PlainVerb = {
  words: 'token',
  about: 'Prints a signed token, to be sent as "Authorization: Bearer …". Needs no database.',
  needs: 'configuration',
  options: {
    role: { value: 'ROLE', about: 'reader, moderator or admin; without it reader.' },
    name: { value: 'NAME', about: 'The name that others see; the same name and role are the same person.' },
    site: { value: 'SLUG', about: 'The site it is good for; without it all sites of this installation.' },
    days: { value: 'N', about: 'How long it is good, from 1 to 365; without it 1.' },
  },
  async run(config, asked, io) {
    const role = oneOf(asked, 'role', ['reader', 'moderator', 'admin'], 'reader').toUpperCase() as Role
    const days = wholeNumber(asked, 'days', { least: 1, most: 365, usual: 1 })
    const name = (textOf(asked, 'name') ?? usualNames[role]).trim()
    if (name === '' || name.length > 50) throw new UsageFault('--name is a text of 1 to 50 characters.')
    if (!config.secret && !(await isThere(config.dataDir)))
      io.note(`A new key is made in ${resolve(config.dataDir)}: the token is good for a Colloquy on that folder only.`)
    const secret = config.secret ?? (await secretIn(config.dataDir))
    const subject = `operator:${role.toLowerCase()}:${name}`
    io.print(
      await signToken(secret, { subject, kind: 'MEMBER', role, name, siteSlug: textOf(asked, 'site'), lifeSeconds: days * daySeconds }),
    )
    return 0
  },
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )
