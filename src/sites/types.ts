/** The type that higher features add fields to, and what is said of settings where they are shown and where they are changed. */
import { builder } from '../graphql/builder.js'
import type { Site, SiteSettings } from './rules.js'

export const SiteType = builder.objectRef<Site>('Site')

export const WhoMayComment = builder.enumType('WhoMayComment', {
  description: 'Who may write.',
  values: {
    ANYONE_WITH_A_NAME: { description: 'Anybody who gives a name.' },
    MEMBERS: { description: 'Those with an account or the site’s own login.' },
  },
})

type Named<Kind> = { [Name in keyof SiteSettings as SiteSettings[Name] extends Kind ? Name : never]: string }

/** Settings that everybody may know are in `told`: what a client needs to show the right form. */
export const told = {
  numbers: {
    maxDepth: 'How deep threads may go: the depth of the deepest reply.',
    maxTextLength: 'How many characters a comment may have.',
    editWindowSeconds: 'How long an author may edit a comment.',
    memberSecondsBetweenComments: 'The pause that a member keeps between two comments, in seconds.',
    guestSecondsBetweenComments: 'The pause that a guest keeps between two comments, in seconds.',
  },
  switches: {
    premoderation: 'Whether every comment waits for a moderator.',
    guestsMayVote: 'Whether guests may vote.',
    publicHistory: 'Whether a person’s comments can be listed by everybody.',
  },
  locale: 'BCP 47 tag of the language that the site is written in.',
  whoMayComment: 'Who may write.',
} as const

/** All of them, as admins see and set them. */
export const settings = {
  numbers: {
    ...told.numbers,
    guestCommentsAnHourAndAddress: 'How many comments guests may write in an hour from one address.',
    votesASecond: 'How often a person may vote in a second.',
    reportsADay: 'How often a person may report in a day.',
  } satisfies Named<number>,
  switches: {
    ...told.switches,
    ssoRoles: 'Whether the site’s own tokens may name moderators and admins in a claim `role`.',
  } satisfies Named<boolean>,
  locale: told.locale,
  whoMayComment: told.whoMayComment,
  hostAliases:
    'Hosts that are the same as another; articles found under both are joined. Where exactly one of two is hidden, they stay apart: the URL leads to the other, the hidden one keeps its comments for moderators, who find it by its id (`article.keepApart` in the audit log) and may merge the two.',
  meaningfulParameters:
    'The query parameters that tell one article from another; null: all but known tracking ones. Articles that become the same are joined as with `hostAliases`.',
  extraTracking:
    'Further query parameters that mean nothing; a `*` at the end stands for any ending. Articles that become the same are joined as with `hostAliases`.',
} as const

const HostAliasInput = builder.inputType('HostAliasInput', {
  description: 'A host whose pages are those of another.',
  fields: (t) => ({
    host: t.string({ required: true, description: 'The other name, such as `m.example.com`.' }),
    same: t.string({ required: true, description: 'The host it stands for, such as `www.example.com`.' }),
  }),
})

export const SiteSettingsInput = builder.inputType('SiteSettingsInput', {
  description: 'Settings to change; what is absent stays as it is.',
  fields: (t) => ({
    ...Object.fromEntries(Object.entries(settings.numbers).map(([name, description]) => [name, t.int({ required: false, description })])),
    ...Object.fromEntries(
      Object.entries(settings.switches).map(([name, description]) => [name, t.boolean({ required: false, description })]),
    ),
    locale: t.string({ required: false, description: settings.locale }),
    whoMayComment: t.field({ type: WhoMayComment, required: false, description: settings.whoMayComment }),
    hostAliases: t.field({ type: [HostAliasInput], required: false, description: settings.hostAliases }),
    meaningfulParameters: t.stringList({ required: false, description: settings.meaningfulParameters }),
    extraTracking: t.stringList({ required: false, description: settings.extraTracking }),
  }),
})

/** Settings for which null is a value; of all others it is as if they were absent. */
const mayBeNull: ReadonlySet<string> = new Set(['meaningfulParameters'] satisfies (keyof SiteSettings)[])

/** The input's settings as a site keeps them: absent ones left out, aliases as a record. */
export function settingsOf({ hostAliases, ...input }: typeof SiteSettingsInput.$inferInput): object {
  const given = Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value != null || (value === null && mayBeNull.has(name))),
  )
  return hostAliases ? { ...given, hostAliases: Object.fromEntries(hostAliases.map(({ host, same }) => [host, same])) } : given
}
