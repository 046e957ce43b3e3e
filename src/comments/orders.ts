/** The orders of a list of comments: each ascends over exactly the columns of one index. */
import type { Key, Order } from '../graphql/pagination.js'
import { type Fragment, fragment } from '../platform/sql.js'
import type { CommentRow } from './rules.js'

export type CommentOrder = 'MOST_VOTED' | 'NEWEST' | 'OLDEST' | 'BEST' | 'CONTROVERSIAL' | 'MOST_REPLIED'

/** How one order is sorted in SQL, and which keys its cursors carry. */
export interface Sorting extends Order {
  columns: readonly Fragment[]
  keys: (row: CommentRow) => readonly Key[]
}

const ranked = (name: CommentOrder, column: Fragment, value: (row: CommentRow) => number): Sorting => ({
  name,
  types: ['boolean', 'integer', 'uuid'],
  columns: [fragment`c."notPinned"`, column, fragment`c.id`],
  keys: (row) => [row.notPinned, value(row), row.id],
})

/** Ids carry the moment of the comment, so that they break ties by age. */
export const sortings: Record<CommentOrder, Sorting> = {
  OLDEST: {
    name: 'OLDEST',
    types: ['boolean', 'uuid'],
    columns: [fragment`c."notPinned"`, fragment`c.id`],
    keys: (row) => [row.notPinned, row.id],
  },
  NEWEST: ranked('NEWEST', fragment`c.newness`, (row) => Number(row.newness)),
  MOST_VOTED: ranked('MOST_VOTED', fragment`(-c.score)`, (row) => -row.score),
  BEST: ranked('BEST', fragment`(-c.best)`, (row) => -row.best),
  CONTROVERSIAL: ranked('CONTROVERSIAL', fragment`(-c.controversial)`, (row) => -row.controversial),
  MOST_REPLIED: ranked('MOST_REPLIED', fragment`(-c."replyCount")`, (row) => -row.replyCount),
}
