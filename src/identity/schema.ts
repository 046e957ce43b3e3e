/** People as the API shows them. */

import type { Context } from '../context.js'
import { signedIn } from '../graphql/access.js'
import { batch } from '../graphql/batch.js'
import { builder } from '../graphql/builder.js'
import { declareFailures, declareRetryFailure } from '../graphql/errors.js'
import { idempotencyKey } from '../graphql/inputs.js'
import { KeyReused } from '../platform/request-key.js'
import { GuestsNotAllowed, NameNotAllowed, NameReserved, NameTaken, NotAllowedToWrite, PersonNotFound, TooFast } from './errors.js'
import { becomeGuest, muted, mutePerson, unmutePerson, visiblePeople } from './identity.js'
import { Person, PersonConnection, ViewerType } from './types.js'

declareFailures(NameNotAllowed, NameReserved, NameTaken, GuestsNotAllowed, NotAllowedToWrite, PersonNotFound, KeyReused)
declareRetryFailure(TooFast)

const PersonKind = builder.enumType('PersonKind', {
  description: 'How somebody is known to the site.',
  values: { GUEST: { description: 'By a name alone.' }, MEMBER: { description: 'By an account or the site’s own login.' } },
})

const RoleType = builder.enumType('Role', {
  description: 'What somebody may do on the site; shown as a badge.',
  values: {
    READER: { description: 'Read, write and vote.' },
    MODERATOR: { description: 'Decide on comments and articles, too.' },
    ADMIN: { description: 'Change the site’s settings, too.' },
  },
})

builder.node(Person, {
  description: 'Somebody who takes part.',
  access: 'public',
  id: { resolve: (row) => row.id },
  loadManyWithoutCache: async (ids, ctx) => {
    const found = await visiblePeople(ctx, ids)
    return ids.map((id) => found.get(id) ?? null)
  },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Plain text.' }),
    kind: t.field({ type: PersonKind, description: 'How the site knows them.', resolve: (row) => row.kind }),
    role: t.field({ type: RoleType, description: 'What they may do here.', resolve: (row) => row.role }),
    avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'An https URL of a picture; null: show initials.' }),
    joinedAt: t.field({ type: 'DateTime', description: 'Since when the site knows them.', resolve: (row) => row.createdAt }),
  }),
})

builder.objectType(ViewerType, {
  description: 'Whoever asks, by their token.',
  access: 'person',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name in the token.' }),
    kind: t.field({ type: PersonKind, description: 'How the site knows them.', resolve: (viewer) => viewer.kind }),
    role: t.field({ type: RoleType, description: 'What they may do here.', resolve: (viewer) => viewer.role }),
    tokenExpiresAt: t.field({ type: 'DateTime', description: 'Until when the token is good.', resolve: (viewer) => viewer.expiresAt }),
    person: t.field({
      type: Person,
      nullable: true,
      description: 'The viewer as others see them; null before they have done anything here.',
      resolve: (viewer, _args, ctx) => person(ctx, viewer.id),
    }),
    muted: t.field({
      type: PersonConnection,
      description: 'The people whom the viewer does not want to read; clients apply it.',
      args: t.arg.connectionArgs(),
      resolve: (_viewer, args, ctx) => muted(signedIn(ctx), args),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    access: 'public',
    personal: true,
    description: 'Whoever asks; null without a token.',
    resolve: (_root, _args, ctx) => ctx.viewer,
  }),
)

const BecomeGuestInput = builder.inputType('BecomeGuestInput', {
  description: 'A name to take part under.',
  fields: (t) => ({
    key: idempotencyKey(t),
    name: t.string({
      required: true,
      description: 'Plain text, 1 to 50 characters; no word for a moderator, admin or editor, and not like the name of a member.',
    }),
  }),
})

const BecomeGuestPayload = builder.objectRef<{ personId: string; token: string }>('BecomeGuestPayload').implement({
  description: 'A guest.',
  access: 'public',
  fields: (t) => ({
    token: t.exposeString('token', { description: 'Send it as `Authorization: Bearer …`; whoever has it is this guest.' }),
    person: t.field({
      type: Person,
      nullable: true,
      description: 'The guest as others see them.',
      resolve: ({ personId }, _args, ctx) => person(ctx, personId),
    }),
  }),
})

builder.mutationField('becomeGuest', (t) =>
  t.field({
    type: BecomeGuestPayload,
    access: 'public',
    description:
      'Gives somebody without an account a name and a token. The key must be a secret of the client’s, such as a random UUID: the same key is the same guest.',
    errors: { types: [NameNotAllowed, NameReserved, NameTaken, GuestsNotAllowed, TooFast, KeyReused] },
    args: { input: t.arg({ type: BecomeGuestInput, required: true, description: 'The guest.' }) },
    resolve: (_root, { input }, ctx) => becomeGuest(ctx, input),
  }),
)

const MutePersonInput = builder.inputType('MutePersonInput', {
  description: 'Somebody.',
  fields: (t) => ({ key: idempotencyKey(t), personId: t.globalID({ for: Person, required: true, description: 'The person.' }) }),
})

for (const [field, act, description, done] of [
  ['mutePerson', mutePerson, 'Hides somebody’s comments from the viewer; clients apply it.', 'Somebody who was muted.'],
  ['unmutePerson', unmutePerson, 'Shows somebody’s comments to the viewer again.', 'Somebody who is read again.'],
] as const) {
  builder.mutationField(field, (t) =>
    t.field({
      type: builder.objectRef<{ personId: string }>(`${field.charAt(0).toUpperCase()}${field.slice(1)}Payload`).implement({
        description: done,
        access: 'person',
        fields: (p) => ({
          person: p.field({
            type: Person,
            nullable: true,
            description: 'The person.',
            resolve: ({ personId }, _args, ctx) => person(ctx, personId),
          }),
          viewer: p.field({
            type: ViewerType,
            nullable: true,
            personal: true,
            description: 'The viewer.',
            resolve: (_done, _args, ctx) => ctx.viewer,
          }),
        }),
      }),
      access: 'person',
      description,
      errors: { types: field === 'mutePerson' ? [PersonNotFound, KeyReused] : [KeyReused] },
      args: { input: t.arg({ type: MutePersonInput, required: true, description: 'The person.' }) },
      resolve: (_root, { input }, ctx) => act(signedIn(ctx), { ...input, personId: input.personId.id }),
    }),
  )
}

function person(ctx: Context, id: string) {
  return batch(ctx, 'person', id, (ids) => visiblePeople(ctx, ids))
}
