/** The first page of an article with 10,000 comments: 20 threads by score, each with author and 3 replies; ours beside a raw answer of the same bytes. */
import { withDatabase } from './database.js'
import { articleUrl, writeDiscussion } from './discussion.js'
import { assertSameBytes, type Contender, compare, startBaseline, startOurs } from './serving.js'

const comments = 10_000

const query = `query Page($url: String!) { article(url: $url) { commentCount comments(first: 20) { edges { node { ...said replies(first: 3) { edges { node { ...said } } } } } } } }
fragment said on Comment { id html createdAt score replyCount author { id name avatarUrl role } }`
const load = { path: '/graphql', body: JSON.stringify({ query, variables: { url: articleUrl } }) }

export async function measureFirstPage(): Promise<void> {
  await withDatabase(async (database, client) => {
    await writeDiscussion(client, comments)
    const [ours, raw, constant] = await Promise.all([
      startOurs('Colloquy, any query', database, load),
      startBaseline('raw node:http + pg, one statement', ['bench/raw-page.ts', database], database, load),
      startBaseline('raw node:http, constant bytes', ['bench/raw-page.ts', database, 'constant', articleUrl], database, load),
    ])
    const contenders: Contender[] = [ours, raw, constant]
    try {
      await assertSameBytes(contenders)
      await compare(`First page of an article with ${comments.toLocaleString('en')} comments`, contenders, raw)
    } finally {
      await Promise.all(contenders.map(({ process }) => process.stop()))
    }
  })
}
