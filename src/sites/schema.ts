/** Sites as the API shows them. */
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { declareFailures } from '../graphql/errors.js'
import { idempotencyKey } from '../graphql/inputs.js'
import { KeyReused } from '../platform/request-key.js'
import { SettingsNotAllowed } from './errors.js'
import type { Site, SiteSettings } from './rules.js'
import { updateSite } from './sites.js'
import { SiteType } from './types.js'

declareFailures(SettingsNotAllowed)

const WhoMayComment = builder.enumType('WhoMayComment', {
  description: 'Who may write.',
  values: {
    ANYONE_WITH_A_NAME: { description: 'Anybody who gives a name.' },
    MEMBERS: { description: 'Those with an account or the site’s own login.' },
  },
})

/** Settings that everybody may know: what a client needs to show the right form. */
const told = {
  maxDepth: 'How deep threads may go: the depth of the deepest reply.',
  maxTextLength: 'How many characters a comment may have.',
  editWindowSeconds: 'How long an author may edit a comment.',
  memberSecondsBetweenComments: 'The pause that a member keeps between two comments, in seconds.',
  guestSecondsBetweenComments: 'The pause that a guest keeps between two comments, in seconds.',
} as const satisfies Partial<Record<keyof SiteSettings, string>>

const switches = {
  premoderation: 'Whether every comment waits for a moderator.',
  guestsMayVote: 'Whether guests may vote.',
  publicHistory: 'Whether a person’s comments can be listed by everybody.',
} as const satisfies Partial<Record<keyof SiteSettings, string>>

const kept = {
  ssoRoles: 'Whether the site’s own tokens may name moderators and admins in a claim `role`.',
} as const satisfies Partial<Record<keyof SiteSettings, string>>

builder.node(SiteType, {
  description: 'A publication with its own rules and people.',
  access: 'public',
  id: { resolve: (site) => site.id },
  loadManyWithoutCache: (ids, ctx) => ids.map((id) => (id === ctx.site.id ? ctx.site : null)),
  fields: (t) => ({
    slug: t.exposeString('slug', { description: 'The short name that the header X-Colloquy-Site may carry.' }),
    name: t.exposeString('name', { description: 'Plain text.' }),
    origins: t.exposeStringList('origins', { description: 'Where its articles live.' }),
    locale: t.string({ description: 'BCP 47 tag of its language.', resolve: ({ settings }) => settings.locale }),
    whoMayComment: t.field({ type: WhoMayComment, description: 'Who may write.', resolve: ({ settings }) => settings.whoMayComment }),
    ...Object.fromEntries(
      Object.entries(told).map(([key, description]) => [
        key,
        t.int({ description, resolve: ({ settings }) => settings[key as keyof typeof told] }),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(switches).map(([key, description]) => [
        key,
        t.boolean({ description, resolve: ({ settings }) => settings[key as keyof typeof switches] }),
      ]),
    ),
  }),
})

builder.queryField('site', (t) =>
  t.field({
    type: SiteType,
    access: 'public',
    description: 'The site that this request is for.',
    resolve: (_root, _args, ctx): Site => ctx.site,
  }),
)

const HostAliasInput = builder.inputType('HostAliasInput', {
  description: 'A host whose pages are those of another.',
  fields: (t) => ({
    host: t.string({ required: true, description: 'The other name, such as `m.example.com`.' }),
    same: t.string({ required: true, description: 'The host it stands for, such as `www.example.com`.' }),
  }),
})

const SiteSettingsInput = builder.inputType('SiteSettingsInput', {
  description: 'Settings to change; what is absent stays as it is.',
  fields: (t) => ({
    ...Object.fromEntries(Object.entries(told).map(([key, description]) => [key, t.int({ required: false, description })])),
    ...Object.fromEntries(
      Object.entries({ ...switches, ...kept }).map(([key, description]) => [key, t.boolean({ required: false, description })]),
    ),
    locale: t.string({ required: false, description: 'BCP 47 tag of the site’s language.' }),
    whoMayComment: t.field({ type: WhoMayComment, required: false, description: 'Who may write.' }),
    guestCommentsAnHourAndAddress: t.int({
      required: false,
      description: 'How many comments guests may write in an hour from one address.',
    }),
    votesASecond: t.int({ required: false, description: 'How often a person may vote in a second.' }),
    reportsADay: t.int({ required: false, description: 'How often a person may report in a day.' }),
    hostAliases: t.field({
      type: [HostAliasInput],
      required: false,
      description: 'Hosts that are the same as another; articles found under both are joined.',
    }),
    meaningfulParameters: t.stringList({
      required: false,
      description: 'The query parameters that tell one article from another; null: all but known tracking ones.',
    }),
    extraTracking: t.stringList({ required: false, description: 'Further query parameters that mean nothing.' }),
  }),
})

const UpdateSiteInput = builder.inputType('UpdateSiteInput', {
  description: 'What to change of this site.',
  fields: (t) => ({
    key: idempotencyKey(t),
    name: t.string({ required: false, description: 'Plain text, 1 to 100 characters.' }),
    origins: t.stringList({
      required: false,
      description: 'Where its articles live, such as `https://www.example.com`; replaces the whole list.',
    }),
    settings: t.field({ type: SiteSettingsInput, required: false, description: 'Its settings.' }),
  }),
})

const UpdateSitePayload = builder.objectRef<{ site: Site | null }>('UpdateSitePayload').implement({
  description: 'A site that was changed.',
  access: 'admin',
  fields: (t) => ({
    site: t.field({ type: SiteType, nullable: true, description: 'The site as it is now.', resolve: ({ site }) => site }),
  }),
})

builder.mutationField('updateSite', (t) =>
  t.field({
    type: UpdateSitePayload,
    access: 'admin',
    description: 'Changes name, origins or settings of this site, in every process within a second.',
    errors: { types: [SettingsNotAllowed, KeyReused] },
    args: { input: t.arg({ type: UpdateSiteInput, required: true, description: 'The changes.' }) },
    resolve: async (_root, { input }, ctx) => {
      const { settings, ...rest } = input
      return { site: await updateSite(signedIn(ctx), { ...rest, settings: settings && settingsOf(settings) }) }
    },
  }),
)

/** Settings for which null is a value; of all others it is as if they were absent. */
const mayBeNull: ReadonlySet<string> = new Set(['meaningfulParameters'] satisfies (keyof SiteSettings)[])

/** The input's settings as a site keeps them: absent ones left out, aliases as a record. */
function settingsOf({ hostAliases, ...input }: { hostAliases?: { host: string; same: string }[] | null | undefined }): object {
  const given = Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value != null || (value === null && mayBeNull.has(name))),
  )
  return hostAliases ? { ...given, hostAliases: Object.fromEntries(hostAliases.map(({ host, same }) => [host, same])) } : given
}
