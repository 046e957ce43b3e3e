/** What an admin changes of a site: here, because it needs to be known whether they still may. */
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { idempotencyKey } from '../graphql/inputs.js'
import { KeyReused } from '../platform/request-key.js'
import { OriginTaken, SettingsNotAllowed } from '../sites/errors.js'
import type { Site } from '../sites/rules.js'
import { SiteSettingsInput, SiteType, settingsOf } from '../sites/types.js'
import { updateSite } from './administering.js'

const UpdateSiteInput = builder.inputType('UpdateSiteInput', {
  description: 'What to change of this site.',
  fields: (t) => ({
    key: idempotencyKey(t),
    name: t.string({ required: false, description: 'Plain text, 1 to 100 characters.' }),
    origins: t.stringList({
      required: false,
      description: 'Where its articles live, such as `https://www.example.com`; replaces the whole list. No wildcards, no paths.',
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
    errors: { types: [SettingsNotAllowed, OriginTaken, KeyReused] },
    args: { input: t.arg({ type: UpdateSiteInput, required: true, description: 'The changes.' }) },
    resolve: async (_root, { input }, ctx) => {
      const { settings, ...rest } = input
      return { site: await updateSite(signedIn(ctx), { ...rest, settings: settings && settingsOf(settings) }) }
    },
  }),
)
