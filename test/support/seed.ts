/** What tests begin with: a site, people, articles and comments, all made through the API or the doors that operators use. */
import { randomUUID } from 'node:crypto'
import { signToken } from '../../src/identity/identity.js'
import type { Role } from '../../src/identity/viewer.js'
import { createSite, type NewSite } from '../../src/sites/sites.js'
import type { Data, TestApp } from './app.js'

/** Somebody who asks, by their token. */
export interface Person {
  name: string
  token: string
}

export interface Seed {
  /** The site's slug, to be sent as X-Colloquy-Site. */
  site: string
  origin: string
  /** A URL under the site that nobody has used. */
  url(): string
  member(name?: string, role?: Role): Promise<Person>
  moderator(): Promise<Person>
  admin(): Promise<Person>
  guest(name?: string): Promise<Person>
  /** Starts a thread; the payload's comment and article. */
  post(person: Person, url: string, text?: string): Promise<Data>
  reply(person: Person, parentId: string, text?: string): Promise<Data>
}

/** An idempotency key that nobody has used. */
export const newKey = () => randomUUID()

const fields = `comment { id html status depth author { id name } } article { id commentCount threadCount } cursor held`

/** Makes a site on this program and gives the people who use it. */
export async function seed(program: TestApp, settings: object = {}, more: Partial<NewSite> = {}): Promise<Seed> {
  const slug = `site-${randomUUID().slice(0, 8)}`
  const origin = `https://${slug}.example`
  await createSite(program.app.db, {
    slug,
    name: 'A site',
    origins: [origin],
    settings: { memberSecondsBetweenComments: 0, guestSecondsBetweenComments: 0, ...settings },
    ...more,
  })
  const person = async (name: string, kind: 'GUEST' | 'MEMBER', role: Role): Promise<Person> => ({
    name,
    token: await signToken(program.app.secret, { subject: `test:${randomUUID()}`, kind, role, name, siteSlug: slug, lifeSeconds: 3600 }),
  })
  const write = async (field: string, input: object, { token }: Person) => {
    const type = field.charAt(0).toUpperCase() + field.slice(1)
    const data = await program.ask(
      `mutation($input: ${type}Input!) { ${field}(input: $input) { __typename ... on ${type}Payload { ${fields} } ... on Error { code message } } }`,
      { input: { key: newKey(), ...input } },
      { token, site: slug },
    )
    if (data[field].code) throw new Error(`${field} was refused: ${data[field].code}`)
    return data[field]
  }
  return {
    site: slug,
    origin,
    url: () => `${origin}/${randomUUID()}`,
    member: (name = 'A member', role = 'READER') => person(name, 'MEMBER', role),
    moderator: () => person('A moderator', 'MEMBER', 'MODERATOR'),
    admin: () => person('An admin', 'MEMBER', 'ADMIN'),
    guest: (name = 'A guest') => person(name, 'GUEST', 'READER'),
    post: (by, url, text = `A thread ${randomUUID()}`) => write('postComment', { url, text }, by),
    reply: (by, parentId, text = `A reply ${randomUUID()}`) => write('replyToComment', { parentId, text }, by),
  }
}
