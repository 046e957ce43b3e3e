/** What the tests of live delivery subscribe to. */

/** Everything that an event says. */
export const events = `subscription($url: String, $articleId: ID, $after: Cursor, $threadId: ID) {
  commentEvents(url: $url, articleId: $articleId, after: $after, threadId: $threadId) {
    __typename
    ... on LiveEvent { cursor }
    ... on CommentPosted { comment { id html status author { name } } }
    ... on CommentEdited { comment { id html } }
    ... on CommentRestored { comment { id html } }
    ... on CommentPinned { comment { id pinned } }
    ... on CommentUnpinned { comment { id pinned } }
    ... on CommentRemoved { commentId threadId parentId }
    ... on ScoresChanged { comments { id score } pageAgain }
    ... on ArticleChanged { article { state commentCount } }
  }
}`
