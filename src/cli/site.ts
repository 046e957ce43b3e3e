/** `colloquy site create`, `colloquy site change` and `colloquy site list`. */
import { randomBytes } from 'node:crypto'
import { transaction } from '../platform/transaction.js'
import { allSites, changeSite, createSite, siteNow } from '../sites/sites.js'
import { isOn, textOf, UsageFault } from './arguments.js'
import type { DatabaseVerb } from './verb.js'

export const createSiteVerb: DatabaseVerb = {
  words: 'site create',
  about: 'Makes a site: a publication with its own articles, people and rules. SLUG is its short name.',
  needs: 'database',
  parameters: ['SLUG'],
  options: {
    name: { value: 'NAME', about: 'Its name as readers know it.', required: true },
    origin: { value: 'ORIGIN', about: 'Where its articles live, such as https://www.example.com.', required: true, repeated: true },
    sso: { about: 'Makes a secret with which its own login signs tokens for its members, and prints it.' },
  },
  async run({ db }, asked, io) {
    const slug = asked.parameters.SLUG ?? ''
    const ssoSecret = isOn(asked, 'sso') ? randomBytes(32).toString('base64url') : null
    const origins = [...(asked.options.origin ?? [])]
    const id = await createSite(db, { slug, name: textOf(asked, 'name') ?? '', origins, ssoSecret })
    if (!id) {
      io.note(`There is a site "${slug}" already. Take another slug.`)
      return 1
    }
    io.print(`Made the site ${slug} (${id}) for ${origins.join(', ')}.`)
    if (ssoSecret) io.print(`Its login signs with HS256, audience "colloquy", issuer one of its origins, and this secret: ${ssoSecret}`)
    return 0
  },
}

export const changeSiteVerb: DatabaseVerb = {
  words: 'site change',
  about: 'Changes the name or the origins of the site SLUG, in every process within a second.',
  needs: 'database',
  parameters: ['SLUG'],
  options: {
    name: { value: 'NAME', about: 'Its new name as readers know it.' },
    'add-origin': { value: 'ORIGIN', about: 'A further place where its articles live.', repeated: true },
    'remove-origin': {
      value: 'ORIGIN',
      about: 'A place where they do not live any more: discussions stay, but cannot be found by these URLs.',
      repeated: true,
    },
  },
  async run({ db }, asked, io) {
    const slug = asked.parameters.SLUG ?? ''
    const [name, addOrigins, removeOrigins] = [textOf(asked, 'name'), asked.options['add-origin'], asked.options['remove-origin']]
    const change = { name, addOrigins: addOrigins ?? [], removeOrigins: removeOrigins ?? [] }
    if (name === undefined && change.addOrigins.length + change.removeOrigins.length === 0)
      throw new UsageFault('Say what to change: --name, --add-origin or --remove-origin.')
    const site = (await allSites(db)).find((each) => each.slug === slug)
    if (!site) {
      io.note(`There is no site "${slug}": "colloquy site list" shows those that there are.`)
      return 1
    }
    await transaction({ db, site }, (inside) => changeSite(inside, change, null))
    const now = await siteNow(db, site.id)
    io.print(`The site ${slug} is "${now?.name}" for ${now?.origins.join(', ')}.`)
    return 0
  },
}

export const listSites: DatabaseVerb = {
  words: 'site list',
  about: 'Lists the sites.',
  needs: 'database',
  async run({ db }, _asked, io) {
    const sites = await allSites(db)
    if (sites.length === 0) io.note('There is no site yet: "colloquy site create" makes one.')
    const width = Math.max(0, ...sites.map(({ slug }) => slug.length))
    for (const { slug, name, origins } of sites) io.print(`${slug.padEnd(width)}  ${name}  ${origins.join(' ')}`)
    return 0
  },
}
