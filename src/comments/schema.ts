/** What the API shows of a comment, and where lists of comments hang. */
import { Article, article } from '../articles/types.js'
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { declareFailures } from '../graphql/errors.js'
import type { PageArguments } from '../graphql/pagination.js'
import { Person, ViewerType } from '../identity/types.js'
import { visible } from './comments.js'
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
import { ancestors, authoredBy, comment, list, revisionsOf, sourceOf, thread, waitingEdit } from './lists.js'
import { repliesToViewer } from './news.js'
import { CommentRevision, CommentRevisionConnection } from './revision.schema.js'
import { type CommentRow, editableUntil, isShown, shownStatus } from './rules.js'
import { Comment, CommentConnection, CommentOrderType } from './types.js'

declareFailures(CommentNotFound, ThreadLocked, TooDeep, EditWindowOver, NotDecidable, SaidBefore, TextEmpty, TextTooLong, TextNotAllowed)

const CommentStatusType = builder.enumType('CommentStatus', {
  description: 'Where a comment stands. Readers see of another’s comment only whether it can be read and, if not, who removed it.',
  values: {
    PENDING: { description: 'It waits for a moderator.' },
    APPROVED: { description: 'Everybody can read it.' },
    REJECTED: { description: 'A moderator, or the site’s screening, removed it.' },
    SPAM: { description: 'It was found to be spam; told to moderators and its author.' },
    SHADOWED: { description: 'Only its author sees it, as if everybody did; told to moderators.' },
    DELETED: { description: 'Its author took it back.' },
    ERASED: { description: 'It was erased with its author’s data; told to moderators.' },
  },
})

builder.node(Comment, {
  description: 'What somebody said in a discussion. Where its words are gone but others have answered, a tombstone keeps its place.',
  access: 'public',
  id: { resolve: (row) => row.id },
  loadManyWithoutCache: async (ids, ctx) => {
    const found = await visible(ctx, ids)
    return ids.map((id) => found.get(id) ?? null)
  },
  fields: (t) => ({
    html: t.string({
      nullable: true,
      description: 'Its words as sanitized HTML; null on a tombstone.',
      resolve: (row, _args, ctx) => (isShown(ctx.viewer, row) ? row.html : null),
    }),
    source: t.string({
      nullable: true,
      personal: true,
      description: 'Its words as Markdown, for its author and moderators; null for others.',
      resolve: (row, _args, ctx) => sourceOf(ctx, row),
    }),
    author: t.field({
      type: Person,
      nullable: true,
      description: 'Who said it; null on a tombstone.',
      resolve: (row, _args, ctx) => (isShown(ctx.viewer, row) ? authorOf(row) : null),
    }),
    status: t.field({
      type: CommentStatusType,
      description: 'Where it stands, as far as the viewer may know.',
      resolve: (row, _args, ctx) => shownStatus(ctx.viewer, row),
    }),
  }),
})

builder.objectFields(Comment, (t) => ({
  revision: t.exposeInt('revision', {
    description: 'The number of its words, other after each edit: decisions and reports name it, so that nobody judges words unread.',
  }),
  createdAt: t.field({ type: 'DateTime', description: 'When it was written.', resolve: (row) => row.createdAt }),
  editedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When its words last changed; null where they never did.',
    resolve: (row) => row.editedAt,
  }),
  editableUntil: t.field({
    type: 'DateTime',
    description: 'Until when its author may edit it, by this service’s clock.',
    resolve: (row, _args, ctx) => editableUntil(row, ctx.site.settings.editWindowSeconds),
  }),
  pinned: t.boolean({ description: 'Whether it stands before all other threads.', resolve: (row) => row.pinnedAt !== null }),
  locked: t.exposeBoolean('locked', { description: 'Whether its thread takes no more replies; told on the thread’s first comment.' }),
  depth: t.exposeInt('depth', { description: 'How many comments stand above it: 0 for a thread’s first.' }),
  replyCount: t.exposeInt('replyCount', { description: 'Approved direct replies.' }),
}))

builder.objectFields(Comment, (t) => ({
  article: t.field({
    type: Article,
    nullable: true,
    description: 'The article it stands under.',
    resolve: (row, _args, ctx) => article(ctx, row.articleId),
  }),
  parent: t.field({
    type: Comment,
    nullable: true,
    description: 'The comment that it answers.',
    resolve: (row, _args, ctx) => (row.parentId ? comment(ctx, row.parentId) : null),
  }),
  revisions: t.field({
    type: CommentRevisionConnection,
    nullable: true,
    personal: true,
    description: 'What it said before, newest first; for its author and moderators. Null, with an error, for others.',
    args: t.arg.connectionArgs(),
    resolve: (row, args, ctx) => revisionsOf(ctx, row, args),
  }),
  waitingEdit: t.field({
    type: CommentRevision,
    nullable: true,
    personal: true,
    description: 'The words that are to replace these when a moderator approves them, for its author and moderators; null for others.',
    resolve: (row, _args, ctx) => waitingEdit(ctx, row),
  }),
}))

const orderArgument = <T>(order: T) => ({ type: CommentOrderType, required: true, defaultValue: order }) as const

builder.objectFields(Comment, (t) => ({
  replies: t.field({
    type: CommentConnection,
    description: 'The listed direct replies.',
    args: { orderBy: t.arg({ ...orderArgument('OLDEST' as const), description: 'Their order.' }), ...t.arg.connectionArgs() },
    resolve: (row, { orderBy, ...args }, ctx) => list(ctx, { id: row.id, total: row.listCount }, orderBy, args),
  }),
  thread: t.field({
    type: CommentConnection,
    description:
      'All that stands below it, flat, in display order: each comment followed by its replies, oldest first; `depth` and `parent` tell where each belongs.',
    args: t.arg.connectionArgs(),
    resolve: (row, args, ctx) => thread(ctx, row, args),
  }),
  ancestors: t.field({
    type: CommentConnection,
    description: 'The comments above it, from the thread’s first down to its parent.',
    args: t.arg.connectionArgs(),
    resolve: (row, args, ctx) => ancestors(ctx, row, args),
  }),
}))

builder.objectFields(Article, (t) => ({
  comments: t.field({
    type: CommentConnection,
    description: 'The threads of this discussion, pinned ones first.',
    args: { orderBy: t.arg({ ...orderArgument('MOST_VOTED' as const), description: 'Their order.' }), ...t.arg.connectionArgs() },
    resolve: (row, { orderBy, ...args }, ctx) => list(ctx, { id: row.id, total: row.threadCount }, orderBy, args),
  }),
  viewerComments: t.field({
    type: CommentConnection,
    nullable: true,
    access: 'person',
    personal: true,
    description: 'The viewer’s own comments here, of any status, newest first. Null, with an error, where nobody is signed in.',
    args: t.arg.connectionArgs(),
    resolve: (row, args, ctx) => authoredBy(ctx, { authorId: signedIn(ctx).viewer.id, articleId: row.id }, args),
  }),
}))

builder.objectField(Person, 'comments', (t) =>
  t.field({
    type: CommentConnection,
    personal: true,
    description: 'What this person said, newest first: approved comments; for oneself, all. Empty where the site does not show it.',
    args: t.arg.connectionArgs(),
    resolve: (row, args: PageArguments, ctx) => authoredBy(ctx, { authorId: row.id }, args),
  }),
)

builder.objectField(ViewerType, 'replies', (t) =>
  t.field({
    type: CommentConnection,
    description: 'What others replied to the viewer’s own comments, newest first: replies to the last 500 of them that were answered.',
    args: t.arg.connectionArgs(),
    resolve: (_viewer, args, ctx) => repliesToViewer(signedIn(ctx), args),
  }),
)

builder.queryField('comment', (t) =>
  t.field({
    type: Comment,
    nullable: true,
    access: 'public',
    description: 'One comment, for a permalink: ask for its `ancestors` and its `thread`. Null where the viewer may not know of it.',
    args: { id: t.arg.globalID({ for: Comment, required: true, description: 'Its global id.' }) },
    resolve: (_root, { id }, ctx) => comment(ctx, id.id),
  }),
)

function authorOf(row: CommentRow) {
  const { authorId, authorKind, authorName, authorAvatarUrl, authorRole, authorCreatedAt } = row
  return { id: authorId, kind: authorKind, name: authorName, avatarUrl: authorAvatarUrl, role: authorRole, createdAt: authorCreatedAt }
}
