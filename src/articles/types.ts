/** The type that higher features add fields to, and what mutations of an article answer with. */
import type { Context } from '../context.js'
import { batch } from '../graphql/batch.js'
import { builder, type Types } from '../graphql/builder.js'
import { visible } from './articles.js'
import { historyCursor } from './log.js'
import type { ArticleRow } from './rules.js'

export const Article = builder.objectRef<ArticleRow>('Article')

/** One article, asked together with all others of its level. */
export function article(ctx: Context, id: string): Promise<ArticleRow | undefined> {
  return batch(ctx, 'article', id, (ids) => visible(ctx, ids))
}

/** What every mutation of a discussion answers with: how it stands now. */
export function discussionFields<Done extends { articleId: string }>(t: PothosSchemaTypes.ObjectFieldBuilder<Types, Done>) {
  return {
    article: t.field({
      type: Article,
      nullable: true,
      description: 'The article as it is now.',
      resolve: ({ articleId }, _args, ctx) => article(ctx, articleId),
    }),
    cursor: t.field({
      type: 'Cursor',
      nullable: true,
      description: 'Where the discussion stands with this change in it.',
      resolve: async ({ articleId }, _args, ctx) => {
        const row = await article(ctx, articleId)
        return row ? historyCursor(ctx.epoch, row.id, row.lastSeq) : null
      },
    }),
  }
}

/** What a mutation of an article answers with. */
export function articlePayload(name: string, description: string) {
  return builder.objectRef<{ articleId: string }>(name).implement({ description, access: 'public', fields: discussionFields })
}
