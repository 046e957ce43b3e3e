/** What can be followed, as the API shows it. */
import { historyCursor } from '../articles/log.js'
import { Article } from '../articles/types.js'
import { Comment } from '../comments/types.js'
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { encodeGlobalId } from '../graphql/global-id.js'
import { ViewerType } from '../identity/types.js'
import type { Viewer } from '../identity/viewer.js'
import { type CommentKind, followArticle, followNews, followReplies, type Told } from './live.js'

type ToldAs<Kind extends Told['kind']> = Told & { kind: Kind }

const LiveEvent = builder.interfaceRef<Told>('LiveEvent').implement({
  description: 'Something that happened in a discussion.',
  fields: (t) => ({
    cursor: t.field({
      type: 'Cursor',
      description: 'Where the discussion stands with this: give the last one back as `after` to go on without a gap.',
      resolve: ({ articleId, seq }, _args, ctx) => historyCursor(ctx.epoch, articleId, seq),
    }),
  }),
})

const CommentEventsReady = builder.objectRef<ToldAs<'READY'>>('CommentEventsReady').implement({
  description: 'Following has begun: always the first event; its cursor tells from where.',
  access: 'public',
  interfaces: [LiveEvent],
})

const CommentPosted = commentEvent<'POSTED'>('CommentPosted', 'A comment can be read for the first time.')

const commentEvents = {
  POSTED: CommentPosted,
  EDITED: commentEvent<'EDITED'>('CommentEdited', 'A comment’s words changed.'),
  RESTORED: commentEvent<'RESTORED'>('CommentRestored', 'A comment that was removed can be read again.'),
  PINNED: commentEvent<'PINNED'>('CommentPinned', 'A thread was put before all others.'),
  UNPINNED: commentEvent<'UNPINNED'>('CommentUnpinned', 'A thread went back among the others.'),
} as const

const CommentRemoved = builder.objectRef<ToldAs<'REMOVED'>>('CommentRemoved').implement({
  description: 'A comment can no longer be read. Where others have answered it, a tombstone keeps its place.',
  access: 'public',
  interfaces: [LiveEvent],
  fields: (t) => ({
    commentId: t.id({ description: 'Its global id.', resolve: ({ commentId }) => globalId(commentId) }),
    threadId: t.id({
      description: 'The global id of its thread’s first comment, which may be itself.',
      resolve: ({ threadId }) => globalId(threadId),
    }),
    parentId: t.id({
      nullable: true,
      description: 'The global id of the comment that it answered.',
      resolve: ({ parentId }) => (parentId ? globalId(parentId) : null),
    }),
  }),
})

const ScoresChanged = builder.objectRef<ToldAs<'VOTED'>>('ScoresChanged').implement({
  description: 'Votes were counted: at most once a second.',
  access: 'public',
  interfaces: [LiveEvent],
  fields: (t) => ({
    comments: t.field({
      type: [Comment],
      description: 'The comments whose votes were counted since the last such event, or since `after`; at most 100.',
      resolve: ({ comments }) => comments,
    }),
    pageAgain: t.exposeBoolean('pageAgain', {
      description: 'They are too many to be listed: `comments` is empty, and the page has to be read again.',
    }),
  }),
})

const ArticleChanged = builder.objectRef<ToldAs<'ARTICLE'>>('ArticleChanged').implement({
  description: 'The article changed: its state or title, or so much of the discussion at once that the page should be read again.',
  access: 'public',
  interfaces: [LiveEvent],
  fields: (t) => ({ article: t.field({ type: Article, description: 'The article as it is now.', resolve: ({ article }) => article }) }),
})

const memberOf = { ...commentEvents, READY: CommentEventsReady, REMOVED: CommentRemoved, VOTED: ScoresChanged, ARTICLE: ArticleChanged }

const CommentEvent = builder.unionType('CommentEvent', {
  description: 'What happens in a discussion, as the viewer may see it when it is delivered.',
  types: [CommentEventsReady, ...Object.values(commentEvents), CommentRemoved, ScoresChanged, ArticleChanged],
  resolveType: ({ kind }) => memberOf[kind].name,
})

const afterIs = 'A cursor of a page or of an event: what happened since comes first. Absent: from now on.'

builder.subscriptionField('commentEvents', (t) =>
  t.field({
    type: CommentEvent,
    access: 'public',
    description:
      'What happens in the discussion of the article with this id or under this URL: name one. Every event at least once, with cursors that only grow; ' +
      'gaps between them are normal. Refused with RESYNC where the cursor is not of this history or too old, and ended with NOT_FOUND where the ' +
      'discussion is hidden: then read the page again.',
    args: {
      articleId: t.arg.globalID({
        for: Article,
        required: false,
        description: 'The article’s global id, once somebody has commented on it.',
      }),
      url: t.arg.string({ required: false, description: 'Its URL, also where nobody has commented yet.' }),
      after: t.arg({ type: 'Cursor', required: false, description: afterIs }),
      threadId: t.arg.globalID({ for: Comment, required: false, description: 'Of one thread only: the global id of its first comment.' }),
    },
    subscribe: (_root, { articleId, threadId, ...args }, ctx) =>
      followArticle(ctx, { ...args, articleId: articleId?.id, threadId: threadId?.id }),
    resolve: (told) => told,
  }),
)

builder.subscriptionField('replyAdded', (t) =>
  t.field({
    type: CommentPosted,
    access: 'public',
    description: 'New replies to a comment and to its replies, at any depth. Refused and ended as `commentEvents`.',
    args: {
      commentId: t.arg.globalID({ for: Comment, required: true, description: 'The comment’s global id.' }),
      after: t.arg({ type: 'Cursor', required: false, description: afterIs }),
    },
    subscribe: (_root, { commentId, after }, ctx) => followReplies(ctx, { commentId: commentId.id, after }),
    resolve: (told) => told,
  }),
)

const ViewerNews = builder.objectRef<Viewer>('ViewerNews').implement({
  description: 'A hint that something of the viewer’s own has changed; what it is, `viewer` tells as it is now.',
  access: 'person',
  fields: (t) => ({
    viewer: t.field({
      type: ViewerType,
      personal: true,
      description: 'Ask here for what your page shows: `replies` to the viewer, and in `person.comments` what became of those that waited.',
      resolve: (viewer) => viewer,
    }),
  }),
})

builder.subscriptionField('viewerEvents', (t) =>
  t.field({
    type: ViewerNews,
    access: 'person',
    personal: true,
    description:
      'What belongs to the viewer alone: replies to their comments, and what was decided on those that waited. Each event is a hint with the present ' +
      'state in it: the first comes at once, so that whoever connects again has missed nothing; then at most one a second, when something changed.',
    subscribe: (_root, _args, ctx) => followNews(signedIn(ctx)),
    resolve: (viewer) => viewer,
  }),
)

function commentEvent<Kind extends CommentKind>(name: string, description: string) {
  return builder.objectRef<ToldAs<Kind>>(name).implement({
    description,
    access: 'public',
    interfaces: [LiveEvent],
    fields: (t) => ({
      comment: t.field({
        type: Comment,
        description: 'The comment as it is now.',
        resolve: (told) => (told as ToldAs<CommentKind>).comment,
      }),
    }),
  })
}

function globalId(commentId: string): string {
  return encodeGlobalId('Comment', commentId)
}
