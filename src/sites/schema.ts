/** Sites as the API shows them; what changes them is above, where it is known who may. */
import { builder } from '../graphql/builder.js'
import { declareFailures } from '../graphql/errors.js'
import { OriginTaken, SettingsNotAllowed } from './errors.js'
import type { Site, SiteSettings } from './rules.js'
import { SiteType, settings, told, WhoMayComment } from './types.js'

declareFailures(SettingsNotAllowed, OriginTaken)

const HostAlias = builder.objectRef<{ host: string; same: string }>('HostAlias').implement({
  description: 'A host whose pages are those of another.',
  access: 'admin',
  fields: (t) => ({
    host: t.exposeString('host', { description: 'The other name, such as `m.example.com`.' }),
    same: t.exposeString('same', { description: 'The host it stands for, such as `www.example.com`.' }),
  }),
})

const Settings = builder.objectRef<SiteSettings>('SiteSettings').implement({
  description: 'All that `updateSite` can set of a site, by the same names.',
  access: 'admin',
  fields: (t) => ({
    ...Object.fromEntries(
      Object.entries(settings.numbers).map(([name, description]) => [
        name,
        t.int({ description, resolve: (set) => set[name as keyof typeof settings.numbers] }),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(settings.switches).map(([name, description]) => [
        name,
        t.boolean({ description, resolve: (set) => set[name as keyof typeof settings.switches] }),
      ]),
    ),
    locale: t.exposeString('locale', { description: settings.locale }),
    whoMayComment: t.field({ type: WhoMayComment, description: settings.whoMayComment, resolve: (set) => set.whoMayComment }),
    hostAliases: t.field({
      type: [HostAlias],
      description: settings.hostAliases,
      resolve: (set) => Object.entries(set.hostAliases).map(([host, same]) => ({ host, same })),
    }),
    meaningfulParameters: t.stringList({
      nullable: true,
      description: settings.meaningfulParameters,
      resolve: (set) => set.meaningfulParameters,
    }),
    extraTracking: t.exposeStringList('extraTracking', { description: settings.extraTracking }),
  }),
})

builder.node(SiteType, {
  description: 'A publication with its own rules and people.',
  access: 'public',
  id: { resolve: (site) => site.id },
  loadManyWithoutCache: (ids, ctx) => ids.map((id) => (id === ctx.site.id ? ctx.site : null)),
  fields: (t) => ({
    slug: t.exposeString('slug', { description: 'The short name that the header X-Colloquy-Site may carry.' }),
    name: t.exposeString('name', { description: 'Plain text.' }),
    origins: t.exposeStringList('origins', { description: 'Where its articles live.' }),
    locale: t.string({ description: told.locale, resolve: (site) => site.settings.locale }),
    whoMayComment: t.field({ type: WhoMayComment, description: told.whoMayComment, resolve: (site) => site.settings.whoMayComment }),
    ...Object.fromEntries(
      Object.entries(told.numbers).map(([name, description]) => [
        name,
        t.int({ description, resolve: (site) => site.settings[name as keyof typeof told.numbers] }),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(told.switches).map(([name, description]) => [
        name,
        t.boolean({ description, resolve: (site) => site.settings[name as keyof typeof told.switches] }),
      ]),
    ),
    settings: t.field({
      type: Settings,
      nullable: true,
      access: 'admin',
      description: 'All that can be set, for admins; null, with an error, for everybody else.',
      resolve: (site) => site.settings,
    }),
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
