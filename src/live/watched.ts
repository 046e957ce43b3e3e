/** The articles that are followed in this process: one feed each, from the first follower to the last. */
import { articleChannel } from '../articles/events.js'
import type { Bus } from '../platform/bus.js'
import type { Database } from '../platform/database.js'
import type { Log } from '../platform/log.js'
import { ArticleFeed } from './article-feed.js'

export class WatchedArticles {
  private readonly world: { db: Database; bus: Bus; log: Log }
  private readonly byId = new Map<string, { feed: ArticleFeed; deafen: () => void }>()

  constructor(world: { db: Database; bus: Bus; log: Log }) {
    this.world = world
  }

  get size(): number {
    return this.byId.size
  }

  all(): ArticleFeed[] {
    return [...this.byId.values()].map(({ feed }) => feed)
  }

  /** The article's feed, for one more follower; the returned function takes that follower away, once. */
  enter(articleId: string): { feed: ArticleFeed; leave: () => void } {
    const feed = this.byId.get(articleId)?.feed ?? this.begin(articleId)
    feed.followers += 1
    let here = true
    const leave = () => {
      if (here) feed.followers -= 1
      here = false
      if (feed.followers === 0) this.forget(feed)
    }
    return { feed, leave }
  }

  /** Who follows next gets a new feed. */
  forget(feed: ArticleFeed): void {
    const known = this.byId.get(feed.articleId)
    if (known?.feed !== feed) return
    known.deafen()
    this.byId.delete(feed.articleId)
  }

  private begin(articleId: string): ArticleFeed {
    const { db, bus, log } = this.world
    const feed = new ArticleFeed({ db, articleId, log })
    // Listening begins before looking, so that nothing falls between.
    this.byId.set(articleId, { feed, deafen: bus.listen(articleChannel(articleId), () => void feed.look()) })
    void feed.look()
    return feed
  }
}
