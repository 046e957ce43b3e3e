/** What a comment said before, as the API shows it. */
import { builder } from '../graphql/builder.js'
import { connectionOf } from '../graphql/connections.js'
import type { Revision } from './lists.js'

const RevisionState = builder.enumType('CommentRevisionState', {
  description: 'What became of these words.',
  values: {
    PAST: { description: 'They stood until an edit replaced them.' },
    PENDING: { description: 'They wait for a moderator beside the words that stand.' },
    REFUSED: { description: 'A moderator did not let them stand.' },
  },
})

export const CommentRevision = builder.objectRef<Revision>('CommentRevision').implement({
  description: 'Words that a comment had, or was to have.',
  access: 'person',
  fields: (t) => ({
    revision: t.exposeInt('revision', { description: 'Counts up from 1 with each edit.' }),
    state: t.field({ type: RevisionState, description: 'What became of them.', resolve: (row) => row.state }),
    html: t.exposeString('html', { description: 'The words as sanitized HTML.' }),
    source: t.exposeString('source', { description: 'The words as Markdown.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When they were put aside.', resolve: (row) => row.createdAt }),
  }),
})

export const { Connection: CommentRevisionConnection } = connectionOf(CommentRevision, 'CommentRevision')
