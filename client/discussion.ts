/** Follows a discussion so that nothing is missed and nothing told twice: reads its page, subscribes from there, and comes back by itself. */
import { type Operation, pause, Refusal, type Service } from './service.js'

export { connect, type Operation, Refusal, type Service, type ServiceOptions } from './service.js'

/** What every event has; select `__typename` and, of a posted comment, its id. */
export interface LiveEvent {
  __typename: string
  cursor: string
  comment?: { id: string }
}

export interface Discussion<Page, Event extends LiveEvent> {
  service: Service
  /** A query that selects the article's `cursor`. */
  page: Operation
  /** A subscription of one field, with a variable `$after: Cursor` for that field's `after`. */
  subscription: Operation
  /** Given the page at first, and again where what happened since cannot be told: it takes the place of all that was given before. */
  onPage: (page: Page) => void
  /** Given what happens after the page, in order, each event once: those that came together, together. */
  onEvents: (events: Event[]) => void
  /** Told when events begin to arrive as they happen, and when that is interrupted. */
  onLive?: (live: boolean) => void
  /** The cursor in a page, null where there is no such discussion; without it that of the field `article`. */
  cursorOf?: (page: Page) => string | null | undefined
}

export interface Following {
  /** Resolves after `stop`. Rejects with a Refusal that no patience mends: no such article, a token that is not good, a faulty operation. */
  ended: Promise<void>
  stop(): void
}

/** The service is away or asks to wait: the same again, later. What never reached it or broke on the way has no code. */
const passing = new Set<string | undefined>([undefined, 'UNAVAILABLE', 'RATE_LIMITED'])

/** Asking again would be refused again. */
const final = new Set<string | undefined>(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT'])

export function followDiscussion<Page, Event extends LiveEvent>(discussion: Discussion<Page, Event>): Following {
  const left = new AbortController()
  return { ended: follow(discussion, left.signal), stop: () => left.abort() }
}

async function follow<Page, Event extends LiveEvent>(discussion: Discussion<Page, Event>, signal: AbortSignal): Promise<void> {
  const told = new Told(discussion, signal)
  let tries = 0
  const live = (is: boolean) => {
    if (is) tries = 0
    discussion.onLive?.(is)
  }
  while (!signal.aborted) {
    try {
      if (told.cursor === null) told.begin(await discussion.service.ask<Page>(discussion.page))
      if (!signal.aborted) await listen(discussion, { told, signal, live })
    } catch (error) {
      const code = error instanceof Refusal ? error.code : undefined
      if (final.has(code) || (code === 'NOT_FOUND' && told.cursor === null)) throw error
      // Where it cannot go on from its cursor (RESYNC above all), it begins anew with a page.
      if (!passing.has(code)) told.cursor = null
    }
    await pause(tries++, signal)
  }
}

/** Subscribes from the last cursor, over every interruption of the socket; throws what the subscription is refused with. */
async function listen<Page, Event extends LiveEvent>(
  { service: { client }, subscription }: Discussion<Page, Event>,
  { told, signal, live }: { told: Told<Page, Event>; signal: AbortSignal; live: (is: boolean) => void },
): Promise<void> {
  const from = () => told.cursor
  // The client writes its message anew for each connection, and so with the cursor of that moment.
  const variables = Object.defineProperty({ ...subscription.variables }, 'after', { get: from, enumerable: true })
  const deafen = client.on('closed', () => live(false))
  let leave = () => {}
  let stop = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      let over = false
      const next = ({ data, errors }: { data?: Record<string, Event> | null; errors?: readonly { message: string }[] }) => {
        const [event] = Object.values(data ?? {})
        // After an event that could not be told whole, none may move the cursor on.
        over ||= !event || errors !== undefined
        if (over || !event) reject(new Refusal(errors ?? []))
        else if (event.__typename === 'CommentEventsReady') live(true)
        else told.take(event)
      }
      const error = (reason: unknown) => reject(Array.isArray(reason) ? new Refusal(reason) : reason)
      leave = client.subscribe<Record<string, Event>>({ ...subscription, variables }, { next, error, complete: resolve })
      stop = resolve
      signal.addEventListener('abort', stop)
    })
  } finally {
    signal.removeEventListener('abort', stop)
    deafen()
    leave()
  }
}

/** Cursors that are remembered: more than come twice when a connection that was given up still delivers. */
const rememberedCursors = 1000

/** What has been told, so that nothing is told twice: a page may show what happens just after its cursor. */
class Told<Page, Event extends LiveEvent> {
  cursor: string | null = null
  private cursors = new Set<string>()
  private comments = new Set<string>()
  private pages: Page[] = []
  private events: Event[] = []
  private readonly discussion: Discussion<Page, Event>
  private readonly signal: AbortSignal

  constructor(discussion: Discussion<Page, Event>, signal: AbortSignal) {
    this.discussion = discussion
    this.signal = signal
  }

  begin(page: Page): void {
    const { cursorOf = cursorOfArticle } = this.discussion
    const cursor = cursorOf(page)
    if (cursor == null) throw new Refusal([{ message: 'There is no such discussion.', extensions: { code: 'NOT_FOUND' } }])
    this.cursor = cursor
    this.cursors = new Set()
    this.comments = new Set(idsIn(page))
    this.events = []
    this.pages = [page]
    setTimeout(() => this.tell())
  }

  take(event: Event): void {
    if (this.cursors.has(event.cursor)) return
    this.cursor = event.cursor
    this.cursors.add(event.cursor)
    const [oldest] = this.cursors
    if (this.cursors.size > rememberedCursors && oldest !== undefined) this.cursors.delete(oldest)
    if (event.__typename === 'CommentPosted' && event.comment) {
      if (this.comments.has(event.comment.id)) return
      this.comments.add(event.comment.id)
    }
    if (this.events.push(event) === 1) setTimeout(() => this.tell())
  }

  /** Called by a timer: what came together is told together, and what the receiver throws is theirs. */
  private tell(): void {
    if (this.signal.aborted) return
    for (const page of this.pages.splice(0)) this.discussion.onPage(page)
    if (this.events.length > 0) this.discussion.onEvents(this.events.splice(0))
  }
}

function idsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'id' in value && typeof value.id === 'string' ? [value.id] : []
  return [...own, ...Object.values(value).flatMap(idsIn)]
}

function cursorOfArticle(page: unknown): string | null | undefined {
  return (page as { article?: { cursor: string } | null }).article?.cursor
}
