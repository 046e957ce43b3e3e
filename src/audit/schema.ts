/** The audit log as moderators read it: rows without rights of their own, so Prisma's plugin reads them. */

import { builder } from '../graphql/builder.js'
import { connectionOf } from '../graphql/connections.js'
import { declareFailures } from '../graphql/errors.js'
import { connection, pageOf } from '../graphql/pagination.js'
import { noteFailures } from './errors.js'
import { count, latest } from './store.js'

declareFailures(...noteFailures)

const AuditEntry = builder.prismaObject('AuditEntry', {
  description: 'Something that a moderator, an admin or the program itself did.',
  access: 'moderator',
  fields: (t) => ({
    action: t.exposeString('action', { description: 'What was done, such as `comment.reject`.' }),
    actorId: t.string({
      nullable: true,
      description: 'The UUID of the person who did it; null where the program did.',
      resolve: ({ actorId }) => actorId,
    }),
    subjectKind: t.exposeString('subjectKind', { description: 'What it was done to: SITE, ARTICLE, COMMENT or PERSON.' }),
    subjectId: t.exposeString('subjectId', { description: 'The UUID of what it was done to.' }),
    revision: t.exposeInt('revision', { nullable: true, description: 'Which words of a comment were decided on.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, as a constant.' }),
    note: t.exposeString('note', { nullable: true, description: 'Why, in the actor’s words to other moderators.' }),
    at: t.field({ type: 'DateTime', description: 'When.', resolve: ({ at }) => at }),
  }),
})

const { Connection: AuditEntryConnection } = connectionOf(AuditEntry, 'AuditEntry')

const latestFirst = { name: 'AUDIT', types: ['uuid'] as const }

builder.queryField('auditLog', (t) =>
  t.field({
    type: AuditEntryConnection,
    access: 'moderator',
    description: 'Who did what and why on this site, the latest first.',
    args: t.arg.connectionArgs(),
    resolve: async (_root, args, { db, site }) => {
      const page = pageOf(args, latestFirst)
      const rows = await latest(db, site.id, page)
      return connection(rows, page, { order: latestFirst, keys: ({ id }) => [id], totalCount: () => count(db, site.id) })
    },
  }),
)
