/** `colloquy site create` and `colloquy site list`. */
import { randomBytes } from 'node:crypto'
import { allSites, createSite } from '../sites/sites.js'
import { isOn, textOf } from './arguments.js'
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
