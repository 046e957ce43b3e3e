/** Votes as the API shows them: fields of a comment, and the mutation that sets one. */
import { CommentNotFound } from '../comments/errors.js'
import { Comment, commentPayload } from '../comments/types.js'
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { declareFailures } from '../graphql/errors.js'
import { encodeGlobalId } from '../graphql/global-id.js'
import { idempotencyKey } from '../graphql/inputs.js'
import { GuestsNotAllowed, NotAllowedToWrite, TooFast } from '../identity/errors.js'
import { Refused } from '../platform/errors.js'
import { KeyReused } from '../platform/request-key.js'
import { OwnComment } from './errors.js'
import { counted, type VoteValue, viewerVote, vote } from './votes.js'

declareFailures(OwnComment)

const VoteValueType = builder.enumType('VoteValue', {
  description: 'A vote: it is set, never toggled.',
  values: {
    UP: { description: 'For.' },
    DOWN: { description: 'Against.' },
    NONE: { description: 'None, or withdrawn.' },
  } satisfies Record<VoteValue, object>,
})

builder.objectFields(Comment, (t) => ({
  score: t.int({
    description: 'Up-votes minus down-votes, imported ones included; counted at most a second late.',
    resolve: (row) => row.score,
  }),
  upvotes: t.int({ description: 'Votes for it.', resolve: (row) => row.upvotes }),
  downvotes: t.int({ description: 'Votes against it.', resolve: (row) => row.downvotes }),
  viewerVote: t.field({
    type: VoteValueType,
    personal: true,
    description: 'The viewer’s own vote; NONE without a token.',
    resolve: (row, _args, ctx) => (ctx.viewer ? viewerVote(signedIn(ctx), row.id) : 'NONE'),
  }),
}))

/** As many as two pages hold. */
const mostComments = 100

const ViewerVote = builder.objectRef<{ commentId: string; value: VoteValue }>('ViewerVote').implement({
  description: 'The viewer’s own vote on a comment.',
  access: 'person',
  fields: (t) => ({
    commentId: t.exposeID('commentId', { description: 'The comment’s global id.' }),
    value: t.field({ type: VoteValueType, description: 'The vote.', resolve: ({ value }) => value }),
  }),
})

builder.queryField('viewerVotes', (t) =>
  t.field({
    type: [ViewerVote],
    access: 'person',
    personal: true,
    description: `The viewer’s own votes on up to ${mostComments} comments, in their order: what depends on the viewer, apart from the page that does not.`,
    args: { commentIds: t.arg.globalIDList({ for: Comment, required: true, description: 'Global ids of comments.' }) },
    resolve: (_root, { commentIds }, ctx) => {
      if (commentIds.length > mostComments) throw new Refused('BAD_USER_INPUT', `Ask for ${mostComments} comments at most.`)
      return Promise.all(
        commentIds.map(async ({ id }) => ({ commentId: encodeGlobalId('Comment', id), value: await viewerVote(signedIn(ctx), id) })),
      )
    },
  }),
)

const VoteInput = builder.inputType('VoteInput', {
  description: 'A vote.',
  fields: (t) => ({
    key: idempotencyKey(t),
    commentId: t.globalID({ for: Comment, required: true, description: 'Somebody else’s comment.' }),
    value: t.field({ type: VoteValueType, required: true, description: 'What the vote is from now on.' }),
  }),
})

builder.mutationField('vote', (t) =>
  t.field({
    type: commentPayload('VotePayload', 'A vote that was set; the comment counts it at once.', { read: counted }),
    access: 'person',
    description: 'Sets the viewer’s vote on a comment.',
    errors: { types: [CommentNotFound, OwnComment, GuestsNotAllowed, NotAllowedToWrite, TooFast, KeyReused] },
    args: { input: t.arg({ type: VoteInput, required: true, description: 'The vote.' }) },
    resolve: (_root, { input }, ctx) => vote(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)
