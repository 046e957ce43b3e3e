/** The types that higher features add fields to. */
import { discussionFields } from '../articles/types.js'
import type { Context } from '../context.js'
import { builder } from '../graphql/builder.js'
import { connectionOf } from '../graphql/connections.js'
import { cursorOf } from '../graphql/pagination.js'
import type { Written } from './comments.js'
import { comment } from './lists.js'
import { type CommentOrder, sortings } from './orders.js'
import type { CommentRow } from './rules.js'

export const Comment = builder.objectRef<CommentRow>('Comment')

const { Edge: CommentEdge, Connection } = connectionOf(Comment, 'Comment')

export const CommentConnection = Connection

export const CommentOrderType = builder.enumType('CommentOrder', {
  description: 'How a list of comments is sorted. Pinned threads come first in every order; ties are broken by age, the oldest first.',
  values: {
    MOST_VOTED: { description: 'By score: up-votes minus down-votes.' },
    NEWEST: { description: 'The newest first.' },
    OLDEST: { description: 'The oldest first.' },
    BEST: {
      description:
        'By the lower bound of the 95 % Wilson score interval (E. B. Wilson, 1927) of the share of up-votes: much agreement from many.',
    },
    CONTROVERSIAL: {
      description:
        'By (up + down) ^ (smaller / larger of the two), the formula in Reddit’s open-source release of 2008: many votes, evenly split, first.',
    },
    MOST_REPLIED: { description: 'By the number of direct replies.' },
  } satisfies Record<CommentOrder, object>,
})

/** Where a payload differs from the others. */
interface Showing {
  /** How the comment is read, where it is to be shown otherwise than by its row. */
  read?: (ctx: Context, id: string) => Promise<CommentRow | undefined>
  /** What else than a comment's status makes it wait. */
  waits?: (ctx: Context, id: string) => Promise<boolean>
}

/** What every mutation of a comment answers with. */
export function commentPayload(name: string, description: string, { read = comment, waits }: Showing = {}) {
  const Payload = builder.objectRef<Written>(name).implement({
    description,
    access: 'public',
    fields: (t) => ({
      comment: t.field({
        type: Comment,
        nullable: true,
        description: 'The comment as the viewer sees it now.',
        resolve: ({ commentId }, _args, ctx) => read(ctx, commentId),
      }),
      held: t.boolean({
        description: 'Whether the comment, or the words that were sent for it, wait for a moderator before others can read them.',
        resolve: async ({ commentId }, _args, ctx) =>
          (await comment(ctx, commentId))?.status === 'PENDING' || ((await waits?.(ctx, commentId)) ?? false),
      }),
      ...discussionFields(t),
    }),
  })
  builder.objectField(Payload, 'edge', (t) =>
    t.field({
      type: CommentEdge,
      nullable: true,
      description: 'The comment as a member of its list, for a client that adds it to a page.',
      args: { orderBy: t.arg({ type: CommentOrderType, defaultValue: 'OLDEST', required: true, description: 'The order of that page.' }) },
      resolve: async ({ commentId }, { orderBy }, ctx) => {
        const node = await read(ctx, commentId)
        return node ? { node, cursor: cursorOf(sortings[orderBy], sortings[orderBy].keys(node)) } : null
      },
    }),
  )
  return Payload
}
