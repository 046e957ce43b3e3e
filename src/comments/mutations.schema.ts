/** Comments as the API shows them. */
import { AddressNotAllowed, ArticleClosed, ArticleNotFound } from '../articles/errors.js'
import { Article } from '../articles/types.js'
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { idempotencyKey } from '../graphql/inputs.js'
import { GuestsNotAllowed, NotAllowedToWrite, TooFast } from '../identity/errors.js'
import { KeyReused } from '../platform/request-key.js'
import { edit, editWaits, post, remove, reply } from './comments.js'
import {
  CommentNotFound,
  EditWindowOver,
  NotDecidable,
  SaidBefore,
  TextEmpty,
  TextNotAllowed,
  TextTooLong,
  ThreadLocked,
  TooDeep,
} from './errors.js'
import { Comment, commentPayload } from './types.js'

const text = 'Markdown: emphasis, links, quotes, code and lists; no images, headings or HTML.'

/** What can be wrong with a text, whoever sends it. */
const textFailures = [TextEmpty, TextTooLong, TextNotAllowed]

/** What can keep a person from writing. */
const writerFailures = [GuestsNotAllowed, NotAllowedToWrite, TooFast, SaidBefore]

const PostCommentInput = builder.inputType('PostCommentInput', {
  description: 'The first comment of a new thread.',
  fields: (t) => ({
    key: idempotencyKey(t),
    articleId: t.globalID({
      for: Article,
      required: false,
      description: 'The article, where it is stored already; exactly one of this and `url`.',
    }),
    url: t.string({
      required: false,
      description: 'The article’s URL: the first comment stores the article. Exactly one of this and `articleId`.',
    }),
    text: t.string({ required: true, description: text }),
  }),
})

builder.mutationField('postComment', (t) =>
  t.field({
    type: commentPayload('PostCommentPayload', 'A thread that was started.'),
    access: 'person',
    description: 'Starts a thread under an article, named by either `articleId` or `url`.',
    errors: { types: [ArticleNotFound, AddressNotAllowed, ArticleClosed, ...writerFailures, ...textFailures, KeyReused] },
    args: { input: t.arg({ type: PostCommentInput, required: true, description: 'The comment.' }) },
    resolve: (_root, { input }, ctx) => post(signedIn(ctx), { ...input, articleId: input.articleId?.id }),
  }),
)

const ReplyToCommentInput = builder.inputType('ReplyToCommentInput', {
  description: 'An answer to a comment.',
  fields: (t) => ({
    key: idempotencyKey(t),
    parentId: t.globalID({ for: Comment, required: true, description: 'The comment that is answered.' }),
    text: t.string({ required: true, description: text }),
  }),
})

builder.mutationField('replyToComment', (t) =>
  t.field({
    type: commentPayload('ReplyToCommentPayload', 'A comment that was answered.'),
    access: 'person',
    description: 'Answers a comment.',
    errors: { types: [CommentNotFound, ThreadLocked, TooDeep, ArticleClosed, ...writerFailures, ...textFailures, KeyReused] },
    args: { input: t.arg({ type: ReplyToCommentInput, required: true, description: 'The reply.' }) },
    resolve: (_root, { input }, ctx) => reply(signedIn(ctx), { ...input, parentId: input.parentId.id }),
  }),
)

const EditCommentInput = builder.inputType('EditCommentInput', {
  description: 'Other words for one’s own comment.',
  fields: (t) => ({
    key: idempotencyKey(t),
    commentId: t.globalID({ for: Comment, required: true, description: 'One’s own comment.' }),
    text: t.string({ required: true, description: text }),
  }),
})

builder.mutationField('editComment', (t) =>
  t.field({
    type: commentPayload('EditCommentPayload', 'A comment with other words; where they wait for a moderator it still has the old ones.', {
      waits: editWaits,
    }),
    access: 'person',
    description:
      'Gives one’s own comment other words, within the time that the site allows. What it said before is kept. Where the words would be held, or a moderator has decided on the comment, they wait beside the old ones (`waitingEdit`). The same words change nothing, but take back those that wait.',
    errors: {
      types: [CommentNotFound, EditWindowOver, NotDecidable, ArticleClosed, NotAllowedToWrite, TooFast, ...textFailures, KeyReused],
    },
    args: { input: t.arg({ type: EditCommentInput, required: true, description: 'The edit.' }) },
    resolve: (_root, { input }, ctx) => edit(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)

const DeleteCommentInput = builder.inputType('DeleteCommentInput', {
  description: 'One’s own comment, to be taken back.',
  fields: (t) => ({
    key: idempotencyKey(t),
    commentId: t.globalID({ for: Comment, required: true, description: 'One’s own comment.' }),
  }),
})

builder.mutationField('deleteComment', (t) =>
  t.field({
    type: commentPayload('DeleteCommentPayload', 'A comment that was taken back.'),
    access: 'person',
    description: 'Takes one’s own comment back. Where others have answered, a tombstone keeps its place.',
    errors: { types: [CommentNotFound, NotDecidable, KeyReused] },
    args: { input: t.arg({ type: DeleteCommentInput, required: true, description: 'The comment.' }) },
    resolve: (_root, { input }, ctx) => remove(signedIn(ctx), { ...input, commentId: input.commentId.id }),
  }),
)
