/** Articles as the API shows them. */
import { noteFailures } from '../audit/errors.js'
import { signedIn } from '../graphql/access.js'
import { builder } from '../graphql/builder.js'
import { declareFailures } from '../graphql/errors.js'
import { idempotencyKey } from '../graphql/inputs.js'
import { Refused } from '../platform/errors.js'
import { KeyReused } from '../platform/request-key.js'
import { articleByKey, articleByUrl, commentCounts, registerArticle, setArticleState, visible } from './articles.js'
import { AddressNotAllowed, AddressTaken, ArticleClosed, ArticleNotFound, TitleNotAllowed, TooManyPinned } from './errors.js'
import { historyCursor } from './log.js'
import { Article, article, articlePayload } from './types.js'

declareFailures(ArticleNotFound, ArticleClosed, AddressNotAllowed, AddressTaken, TitleNotAllowed, TooManyPinned)

const ArticleStateType = builder.enumType('ArticleState', {
  description: 'Whether a discussion takes comments.',
  values: {
    OPEN: { description: 'Everybody may take part.' },
    CLOSED: { description: 'It can be read, voted on and reported; nothing new is taken.' },
    HIDDEN: { description: 'Only moderators see it.' },
  },
})

builder.node(Article, {
  description: 'A page with a discussion. One that nobody has commented on yet is an empty discussion: asking for it stores nothing.',
  access: 'public',
  id: { resolve: (article) => article.id },
  loadManyWithoutCache: async (ids, ctx) => {
    const found = await visible(ctx, ids)
    return ids.map((id) => found.get(id) ?? null)
  },
  fields: (t) => ({
    key: t.exposeString('key', { nullable: true, description: 'The publisher’s own name for it.' }),
    url: t.exposeString('url', {
      description: 'Where it can be read: under an origin that the site had when it was named, without fragment and tracking parameters.',
    }),
    title: t.exposeString('title', { nullable: true, description: 'Plain text, as the publisher registered it.' }),
    publishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the publisher published it.',
      resolve: (row) => row.publishedAt,
    }),
    state: t.field({ type: ArticleStateType, description: 'Whether the discussion takes comments.', resolve: (row) => row.state }),
    commentCount: t.exposeInt('commentCount', { description: 'Approved comments of all levels.' }),
    threadCount: t.exposeInt('threadCount', { description: 'Listed threads.' }),
    cursor: t.field({
      type: 'Cursor',
      description: 'Where the discussion stood when this answer was read: subscribe from here to miss nothing.',
      resolve: (row, _args, ctx) => historyCursor(ctx.epoch, row.id, row.lastSeq),
    }),
  }),
})

builder.queryField('article', (t) =>
  t.field({
    type: Article,
    nullable: true,
    access: 'public',
    description:
      'The article with this id, or under this URL (an empty discussion where it is new), or with this key: name exactly one. Null where it is hidden.',
    args: {
      id: t.arg.globalID({ for: Article, required: false, description: 'Its global id.' }),
      url: t.arg.string({ required: false, description: 'Its URL, in any of the forms that mean the same page.' }),
      key: t.arg.string({ required: false, description: 'The key under which the publisher registered it.' }),
      atLeast: t.arg({
        type: 'Cursor',
        required: false,
        description: 'The cursor of one’s own last change: the answer is no older, wherever it was kept meanwhile.',
      }),
    },
    resolve: async (_root, { id, url, key }, ctx) => {
      if ([id, url, key].filter((each) => each != null).length !== 1)
        throw new Refused('BAD_USER_INPUT', 'Name exactly one of "id", "url" and "key".')
      if (id) return (await article(ctx, id.id)) ?? null
      return url != null ? articleByUrl(ctx, url) : articleByKey(ctx, key ?? '')
    },
  }),
)

/** A front page rarely shows more articles than this. */
const mostUrls = 100

const CommentCount = builder.objectRef<{ url: string; count: number }>('CommentCount').implement({
  description: 'How many comments stand under a URL.',
  access: 'public',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'The URL as it was asked.' }),
    count: t.exposeInt('count', { description: 'Approved comments of all levels; 0 where nobody has commented.' }),
  }),
})

builder.queryField('commentCounts', (t) =>
  t.field({
    type: [CommentCount],
    access: 'public',
    description: `How many comments stand under each of up to ${mostUrls} URLs, in their order.`,
    args: { urls: t.arg.stringList({ required: true, description: 'URLs of articles of this site.' }) },
    resolve: (_root, { urls }, ctx) => {
      if (urls.length > mostUrls) throw new Refused('BAD_USER_INPUT', `Ask for ${mostUrls} URLs at most.`)
      return commentCounts(ctx, urls)
    },
  }),
)

const RegisterArticleInput = builder.inputType('RegisterArticleInput', {
  description: 'What a publisher’s server says of an article.',
  fields: (t) => ({
    key: idempotencyKey(t),
    articleKey: t.string({
      required: true,
      description: 'The publisher’s own name for the article, such as its number; it keeps the discussion through any change of URL.',
    }),
    url: t.string({ required: true, description: 'Where it can be read; a further URL of a known article is added to those it has.' }),
    title: t.string({ required: false, description: 'Plain text, at most 500 characters.' }),
    publishedAt: t.field({ type: 'DateTime', required: false, description: 'When it was published.' }),
  }),
})

builder.mutationField('registerArticle', (t) =>
  t.field({
    type: articlePayload('RegisterArticlePayload', 'An article that is registered.'),
    access: 'admin',
    description:
      'Registers an article under the publisher’s own key, or brings title, date and URL up to date. For a publisher’s server, which shows an admin’s token.',
    errors: { types: [AddressNotAllowed, AddressTaken, TitleNotAllowed, KeyReused] },
    args: { input: t.arg({ type: RegisterArticleInput, required: true, description: 'The article.' }) },
    resolve: (_root, { input }, ctx) => registerArticle(signedIn(ctx), input),
  }),
)

const ArticleStateInput = builder.inputType('ArticleStateInput', {
  description: 'Which discussion.',
  fields: (t) => ({
    key: idempotencyKey(t),
    articleId: t.globalID({ for: Article, required: true, description: 'The article.' }),
    note: t.string({ required: false, description: 'Why, for the audit log; at most 1,000 characters.' }),
  }),
})

for (const [field, state, description] of [
  ['closeArticle', 'CLOSED', 'Lets a discussion be read only.'],
  ['reopenArticle', 'OPEN', 'Lets a discussion take comments again.'],
  ['hideArticle', 'HIDDEN', 'Hides a discussion from all but moderators; `reopenArticle` shows it again.'],
] as const) {
  builder.mutationField(field, (t) =>
    t.field({
      type: articlePayload(`${field.charAt(0).toUpperCase()}${field.slice(1)}Payload`, 'An article whose state was set.'),
      access: 'moderator',
      description,
      errors: { types: [ArticleNotFound, ...noteFailures, KeyReused] },
      args: { input: t.arg({ type: ArticleStateInput, required: true, description: 'The article.' }) },
      resolve: (_root, { input }, ctx) => setArticleState(signedIn(ctx), { ...input, articleId: input.articleId.id }, state),
    }),
  )
}
