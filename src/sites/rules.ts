/** What a site is and what it can decide about itself. */
import { z } from 'zod'
import { hasForbiddenCharacters } from '../platform/plain-text.js'

const seconds = (usual: number, most: number) => z.number().int().min(0).max(most).default(usual)

/** The name of a query parameter. */
const parameter = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => !hasForbiddenCharacters(name), 'holds characters that no name has')

/** A host name as it stands in a URL. */
const host = z.string().regex(/^[a-z0-9.-]+(:\d+)?$/)

/** What a site's admin may set; each with what holds where nothing was set. */
export const siteSettings = z.object({
  /** BCP 47 tag of the language that the site is written in. */
  locale: z
    .string()
    .regex(/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}$/)
    .default('en'),
  /** Who may write: anybody who gives a name, or members only. */
  whoMayComment: z.enum(['ANYONE_WITH_A_NAME', 'MEMBERS']).default('ANYONE_WITH_A_NAME'),
  /** The site's own tokens may name moderators and admins in a claim `role`. */
  ssoRoles: z.boolean().default(false),
  guestsMayVote: z.boolean().default(false),
  /** Every comment waits for a moderator. */
  premoderation: z.boolean().default(false),
  /** Replies go down to this depth; a thread's first comment has depth 0. The most that an index row can hold is near 150. */
  maxDepth: z.number().int().min(0).max(100).default(8),
  maxTextLength: z.number().int().min(1).max(10_000).default(5000),
  editWindowSeconds: seconds(300, 31_536_000),
  /** A person's comments can be listed by everybody. */
  publicHistory: z.boolean().default(true),
  memberSecondsBetweenComments: seconds(3, 86_400),
  guestSecondsBetweenComments: seconds(15, 86_400),
  guestCommentsAnHourAndAddress: z.number().int().min(1).max(10_000).default(10),
  votesASecond: z.number().int().min(1).max(1000).default(2),
  reportsADay: z.number().int().min(1).max(1000).default(20),
  /** Hosts that are the same as another: `{ "m.example.com": "www.example.com" }`. */
  hostAliases: z.record(host, host).default({}),
  /** Query parameters that tell one article from another; null keeps all but the known tracking ones. */
  meaningfulParameters: z.array(parameter).max(50).nullable().default(null),
  extraTracking: z.array(parameter).max(50).default([]),
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
