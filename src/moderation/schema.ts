/** Moderation as the API shows it. */
import { ArticleNotFound, TooManyPinned } from '../articles/errors.js'
import { Article, articlePayload } from '../articles/types.js'
import { noteFailures } from '../audit/errors.js'
import { visible } from '../comments/comments.js'
import { CommentNotFound, NotDecidable } from '../comments/errors.js'
import { Comment, CommentConnection, commentPayload } from '../comments/types.js'
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { connectionOf } from '../graphql/connections.js'
import { declareFailures } from '../graphql/errors.js'
import { idempotencyKey } from '../graphql/inputs.js'
import { NotAllowedToWrite, TooFast } from '../identity/errors.js'
import { KeyReused } from '../platform/request-key.js'
import { RevisionChanged, SameArticle } from './errors.js'
import {
  approve,
  commentsAStep,
  mergeArticles,
  pending,
  type ReportRow,
  reject,
  rejectEdit,
  report,
  reportsOf,
  restore,
  setPinned,
} from './moderation.js'

declareFailures(RevisionChanged, SameArticle)

const Reason = builder.enumType('ModerationReason', {
  description: 'Why a comment is reported or rejected.',
  values: {
    ABUSE: { description: 'It insults, threatens or harasses.' },
    SPAM: { description: 'It advertises, or says the same everywhere.' },
    OFF_TOPIC: { description: 'It has nothing to do with the article.' },
    PERSONAL_DATA: { description: 'It tells what is private to somebody.' },
    ILLEGAL: { description: 'It is against the law.' },
    OTHER: { description: 'For another reason, told in the note.' },
  },
})

const revision =
  'The `revision` that was read, of the comment or, where it is about an edit that waits, of its `waitingEdit`: where the words are others by now, nothing is done.'

const DecisionInput = builder.inputType('DecisionInput', {
  description: 'A decision by which words can be read.',
  fields: (t) => ({
    key: idempotencyKey(t),
    commentId: t.globalID({ for: Comment, required: true, description: 'The comment.' }),
    revision: t.int({ required: true, description: `${revision} Nobody lets words be read that they have not read.` }),
    note: t.string({ required: false, description: 'Why, to other moderators; at most 1,000 characters.' }),
  }),
})

const decisionFailures = [CommentNotFound, NotDecidable, RevisionChanged, ...noteFailures, KeyReused]

builder.mutationField('approveComment', (t) =>
  t.field({
    type: commentPayload('ApproveCommentPayload', 'A comment that readers can read.'),
    access: 'moderator',
    description: 'Lets readers read a comment that waits; or the edit that waits beside it.',
    errors: { types: decisionFailures },
    args: { input: t.arg({ type: DecisionInput, required: true, description: 'The decision.' }) },
    resolve: (_root, { input }, ctx) => approve(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)

builder.mutationField('restoreComment', (t) =>
  t.field({
    type: commentPayload('RestoreCommentPayload', 'A comment that readers can read again.'),
    access: 'moderator',
    description: 'Gives a comment that was rejected back to readers.',
    errors: { types: decisionFailures },
    args: { input: t.arg({ type: DecisionInput, required: true, description: 'The decision.' }) },
    resolve: (_root, { input }, ctx) => restore(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)

const ReasonedInput = builder.inputType('ReasonedDecisionInput', {
  description: 'A decision or report with a reason.',
  fields: (t) => ({
    key: idempotencyKey(t),
    commentId: t.globalID({ for: Comment, required: true, description: 'The comment.' }),
    reason: t.field({ type: Reason, required: true, description: 'Why.' }),
    revision: t.int({ required: false, description: `${revision} Absent: whatever it says.` }),
    note: t.string({ required: false, description: 'Why, in words, to the moderators; at most 1,000 characters.' }),
  }),
})

builder.mutationField('rejectComment', (t) =>
  t.field({
    type: commentPayload('RejectCommentPayload', 'A comment that readers no longer see.'),
    access: 'moderator',
    description: 'Takes a comment away from readers. With SPAM as reason it is marked as such.',
    errors: { types: decisionFailures },
    args: { input: t.arg({ type: ReasonedInput, required: true, description: 'The decision.' }) },
    resolve: (_root, { input }, ctx) => reject(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)

builder.mutationField('rejectEdit', (t) =>
  t.field({
    type: commentPayload('RejectEditPayload', 'A comment that keeps its words.'),
    access: 'moderator',
    description:
      'Refuses the edit that waits beside a comment (`waitingEdit`): the comment keeps its words, and the edit stays among its `revisions` as REFUSED. `revision` is the edit’s own.',
    errors: { types: decisionFailures },
    args: { input: t.arg({ type: ReasonedInput, required: true, description: 'The decision.' }) },
    resolve: (_root, { input }, ctx) => rejectEdit(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)

builder.mutationField('reportComment', (t) =>
  t.field({
    type: commentPayload('ReportCommentPayload', 'A comment that was reported.'),
    access: 'person',
    description: 'Tells the moderators of a comment; to report it twice is to report it once.',
    errors: { types: [CommentNotFound, RevisionChanged, ...noteFailures, NotAllowedToWrite, TooFast, KeyReused] },
    args: { input: t.arg({ type: ReasonedInput, required: true, description: 'The report.' }) },
    resolve: (_root, { input }, ctx) => report(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)

const PinCommentInput = builder.inputType('PinCommentInput', {
  description: 'A thread, by its first comment.',
  fields: (t) => ({
    key: idempotencyKey(t),
    commentId: t.globalID({ for: Comment, required: true, description: 'The thread’s first comment.' }),
  }),
})

for (const [field, pinned, description] of [
  ['pinComment', true, 'Puts a thread before all others; an article holds at most three such.'],
  ['unpinComment', false, 'Puts a pinned thread back among the others.'],
] as const) {
  builder.mutationField(field, (t) =>
    t.field({
      type: commentPayload(`${field.charAt(0).toUpperCase()}${field.slice(1)}Payload`, 'A thread that was moved.'),
      access: 'moderator',
      description,
      errors: { types: pinned ? [CommentNotFound, NotDecidable, TooManyPinned, KeyReused] : [CommentNotFound, NotDecidable, KeyReused] },
      args: { input: t.arg({ type: PinCommentInput, required: true, description: 'The thread.' }) },
      resolve: (_root, { input }, ctx) => setPinned(signedIn(ctx), { ...input, commentId: input.commentId.id }, pinned),
    }),
  )
}

const MergeArticlesInput = builder.inputType('MergeArticlesInput', {
  description: 'Two articles that are one.',
  fields: (t) => ({
    key: idempotencyKey(t),
    fromId: t.globalID({
      for: Article,
      required: true,
      description: 'The article that goes; its id and URLs lead to the other from then on.',
    }),
    intoId: t.globalID({ for: Article, required: true, description: 'The article that stays.' }),
  }),
})

builder.mutationField('mergeArticles', (t) =>
  t.field({
    type: articlePayload('MergeArticlesPayload', 'The article that stayed.'),
    access: 'moderator',
    description: `Joins two articles: all comments, votes and URLs of the first go to the second. This cannot be undone: nothing remembers which comment came from where. The URLs and the first ${commentsAStep.toLocaleString('en')} comments go at once, the rest of a larger discussion in steps over the next seconds or minutes; until then those can be read by their ids but stand in no list of the article, and replies to them and edits of them are answered UNAVAILABLE. To merge a hidden article into one that is not publishes its comments, each as it arrives; to merge into a hidden one hides them, those that have not arrived too.`,
    errors: { types: [ArticleNotFound, SameArticle, KeyReused] },
    args: { input: t.arg({ type: MergeArticlesInput, required: true, description: 'The articles.' }) },
    resolve: (_root, { input }, ctx) => mergeArticles(signedIn(ctx), { ...input, fromId: input.fromId.id, intoId: input.intoId.id }),
  }),
)

builder.queryField('pendingComments', (t) =>
  t.field({
    type: CommentConnection,
    access: 'moderator',
    description: 'The comments of this site that wait for a moderator, themselves or with an edit (`waitingEdit`), oldest first.',
    args: t.arg.connectionArgs(),
    resolve: async (_root, args, ctx) => {
      const list = await pending(ctx, args)
      const rows = await visible(
        ctx,
        list.edges.map(({ node }) => node.id),
      )
      return {
        ...list,
        edges: list.edges.flatMap(({ node: { id }, cursor }) => [rows.get(id) ?? []].flat().map((node) => ({ cursor, node }))),
      }
    },
  }),
)

const Report = builder.objectRef<ReportRow>('Report').implement({
  description: 'What a reader told the moderators of a comment.',
  access: 'moderator',
  fields: (t) => ({
    reason: t.field({ type: Reason, description: 'Why.', resolve: (row) => row.reason as 'OTHER' }),
    note: t.exposeString('note', { nullable: true, description: 'Why, in the reader’s words.' }),
    revision: t.exposeInt('revision', { description: 'Which words were reported.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When.', resolve: (row) => row.createdAt }),
    reviewedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When a moderator decided; null where none has.',
      resolve: (row) => row.reviewedAt,
    }),
  }),
})

const { Connection: ReportConnection } = connectionOf(Report, 'Report')

builder.objectField(Comment, 'reports', (t) =>
  t.field({
    type: ReportConnection,
    nullable: true,
    access: 'moderator',
    description: 'What readers reported of it, oldest first; for moderators. Null, with an error, for others.',
    args: t.arg.connectionArgs(),
    resolve: (row, args, ctx) => reportsOf(ctx, row.id, args),
  }),
)
