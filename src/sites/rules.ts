/** What a site is and what it can decide about itself. */
import { z } from 'zod'
import { hasForbiddenCharacters } from '../platform/plain-text.js'
import { parseUrl } from '../platform/url.js'
import { hostName, originOf, readUrl } from './origins.js'

/** A publication has a handful; each is compared with those of all other sites. */
export const mostOrigins = 100

/** So many hosts may stand for others, and so many parameters be named. */
const mostAliases = 100
const mostParameters = 50

/** Each kind of setting says what it takes, to be read after the setting's name. */
const whole = (usual: number, least: number, most: number) => {
  const error = `is a whole number from ${least} to ${most}`
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error }).default(usual)
}
const yesOrNo = (usual: boolean) => z.boolean({ error: 'is true or false' }).default(usual)
const parametersAre = `holds at most ${mostParameters} names of query parameters, each of 1 to 100 characters`
const parameter = z
  .string({ error: parametersAre })
  .refine((name) => name !== '' && name.length <= 100 && !hasForbiddenCharacters(name), { error: parametersAre })
const parameters = z.array(parameter, { error: parametersAre }).max(mostParameters, { error: parametersAre })
const aliasesAre = `holds at most ${mostAliases} hosts with those they stand for, such as m.example.com, without scheme, port and path`
const host = z.string({ error: aliasesAre }).transform((text, { addIssue }) => {
  const name = hostName(text)
  if (name === null) addIssue(aliasesAre)
  return name ?? text
})
const localeIs = 'is a BCP 47 tag of a language, such as en or pt-BR'

/** What a site's admin may set; each with what holds where nothing was set. */
export const siteSettings = z.object({
  /** BCP 47 tag of the language that the site is written in. */
  locale: z
    .string({ error: localeIs })
    .regex(/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$/, { error: localeIs })
    .default('en'),
  /** Who may write: anybody who gives a name, or members only. */
  whoMayComment: z.enum(['ANYONE_WITH_A_NAME', 'MEMBERS'], { error: 'is ANYONE_WITH_A_NAME or MEMBERS' }).default('ANYONE_WITH_A_NAME'),
  /** The site's own tokens may name moderators and admins in a claim `role`. */
  ssoRoles: yesOrNo(false),
  guestsMayVote: yesOrNo(false),
  /** Every comment waits for a moderator. */
  premoderation: yesOrNo(false),
  /** Replies go down to this depth; a thread's first comment has depth 0. The most that an index row can hold is near 150. */
  maxDepth: whole(8, 0, 100),
  maxTextLength: whole(5000, 1, 10_000),
  editWindowSeconds: whole(300, 0, 31_536_000),
  /** A person's comments can be listed by everybody. */
  publicHistory: yesOrNo(true),
  memberSecondsBetweenComments: whole(3, 0, 86_400),
  guestSecondsBetweenComments: whole(15, 0, 86_400),
  guestCommentsAnHourAndAddress: whole(10, 1, 10_000),
  votesASecond: whole(2, 1, 1000),
  reportsADay: whole(20, 1, 1000),
  /** Hosts that are the same as another: `{ "m.example.com": "www.example.com" }`. */
  hostAliases: z
    .record(host, host, { error: aliasesAre })
    .refine((aliases) => Object.keys(aliases).length <= mostAliases, { error: aliasesAre })
    .default({}),
  /** Query parameters that tell one article from another; null keeps all but the known tracking ones. */
  meaningfulParameters: parameters.nullable().default(null),
  extraTracking: parameters.default([]),
})

export type SiteSettings = z.infer<typeof siteSettings>

/** A tenant: a publication with its own origins, rules and people. */
export interface Site {
  id: string
  /** The short name that `X-Colloquy-Site` may carry. */
  slug: string
  name: string
  /** Where its articles live, such as `https://www.example.com`. */
  origins: string[]
  settings: SiteSettings
  /** HS256 secret of the tokens that its own login signs; null where it has none. */
  ssoSecret: string | null
  /** Raised by every change, so that what was kept of the site is known to be stale. */
  generation: bigint
  createdAt: Date
}

/** What is wrong with settings, in a sentence for each. */
export function faultsOfSettings({ issues }: z.ZodError): string {
  const faults = issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `There is no setting ${issue.keys.join(', ')}.`
      : `The setting ${String(issue.path[0])} ${issue.message}.`,
  )
  return [...new Set(faults)].join(' ')
}

/** What is wrong with a text that is to be an origin; null where it is one. */
export function faultOfOrigin(text: string): string | null {
  const shown = `"${text.slice(0, 200)}"`
  const such = 'an origin such as https://www.example.com'
  if (text.includes('*')) return `${shown} has a wildcard: name each host by ${such}.`
  const { username = '', password = '' } = parseUrl(text) ?? {}
  if (username || password) return `${shown} holds a user or password: name ${such}.`
  const [origin, read] = [originOf(text), readUrl(text)]
  if (origin === null || read === null) return `${shown} is not ${such}.`
  return read.parsed.pathname !== '/' || /[?#]/.test(text) ? `${shown} is more than an origin: "${origin}" would be one.` : null
}
