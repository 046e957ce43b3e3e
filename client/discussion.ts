/** Follows a discussion so that nothing is missed and nothing told twice: reads its page, subscribes from there, and comes back by itself. */
import { type Operation, pause, Refusal, type Service } from './service.js'

export { connect, type Operation, Refusal, type Service, type ServiceOptions } from './service.js'

/** What every event has: select `__typename` and `cursor` of all of them. */
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
  /**
   * Given what happens after the page's cursor, in order, each event once: those that came together, together.
   * The page may show some of it already, so put a posted comment in the place of the one with its id.
   */
  onEvents: (events: Event[]) => void
  /** Told when events begin to arrive as they happen, and when that is interrupted or refused. */
  onLive?: (live: boolean) => void
  /** The cursor in a page, null where there is no such discussion; without it that of the field `article`. */
  cursorOf?: (page: Page) => string | null | undefined
}

export interface Following {
  /** Resolves after `stop`. Rejects with a Refusal that no patience mends: no such article, a token that is not good, a faulty operation. */
  ended: Promise<void>
  stop(): void
  /** Reads the page again and goes on from there: after an event that says so, or whenever its order or counts are to be fresh. */
  pageAgain(): void
}

/** The service is away or asks to wait: the same again, later. What never reached it or broke on the way has no code. */
const passing = new Set<string | undefined>([undefined, 'UNAVAILABLE', 'RATE_LIMITED'])

/** Asking again would be refused again. */
const final = new Set<string | undefined>(['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT'])

export function followDiscussion<Page, Event extends LiveEvent>(discussion: Discussion<Page, Event>): Following {
  const left = new AbortController()
  const told = new Told(discussion, left.signal)
  return { ended: follow(discussion, told, left.signal), stop: () => left.abort(), pageAgain: () => told.wishPage() }
}

async function follow<Page, Event extends LiveEvent>(
  discussion: Discussion<Page, Event>,
  told: Told<Page, Event>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if (told.wantsPage) await told.begin()
      if (!told.wantsPage && !signal.aborted) await listen(discussion, told, signal)
    } catch (error) {
      const code = error instanceof Refusal ? error.code : undefined
      if (final.has(code) || (code === 'NOT_FOUND' && told.wantsPage)) {
        await told.end()
        throw error
      }
      // Where it cannot go on from its cursor (RESYNC above all), it begins anew with a page.
      if (!passing.has(code)) told.wishPage()
    }
    told.live(false)
    await pause(told.tries++, signal)
  }
}

/** Subscribes from the last cursor, over every interruption of the socket, until a page is wished for; throws what the subscription is refused with. */
async function listen<Page, Event extends LiveEvent>(
  { service: { client }, subscription }: Discussion<Page, Event>,
  told: Told<Page, Event>,
  signal: AbortSignal,
): Promise<void> {
  let asked = told.cursor
  const from = () => {
    asked = told.cursor
    return asked
  }
  // The client writes its message anew for each connection, and so with the cursor of that moment.
  const variables = Object.defineProperty({ ...subscription.variables }, 'after', { get: from, enumerable: true })
  const deafen = client.on('closed', () => told.live(false))
  let leave = () => {}
  let stop = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      let over = false
      const next = (answer: Answer<Event>) => {
        // After an event that could not be told whole, none may move the cursor on.
        if (over) return
        try {
          told.hear(answer, asked)
        } catch (error) {
          over = true
          reject(error)
        }
      }
      const error = (reason: unknown) => reject(Array.isArray(reason) ? new Refusal(reason) : reason)
      stop = resolve
      told.onWish = resolve
      signal.addEventListener('abort', stop)
      leave = client.subscribe<Record<string, Event>>({ ...subscription, variables }, { next, error, complete: resolve })
    })
  } finally {
    signal.removeEventListener('abort', stop)
    deafen()
    leave()
  }
}

/** What the socket brings of a subscription. */
interface Answer<Event> {
  data?: Record<string, Event> | null
  errors?: readonly { message: string }[]
}

/** Cursors that are remembered: more than come twice when a connection that was given up still delivers. */
const rememberedCursors = 1000

/** What has been told and what is to be: each event once, by its cursor. */
class Told<Page, Event extends LiveEvent> {
  cursor = ''
  /** Since it was last live. */
  tries = 0
  /** Called when the page is to be read again. */
  onWish = () => {}
  private wishes = 1
  private granted = 0
  private isLive: boolean | null = null
  private cursors = new Set<string>()
  private pages: Page[] = []
  private events: Event[] = []
  private readonly discussion: Discussion<Page, Event>
  private readonly signal: AbortSignal

  constructor(discussion: Discussion<Page, Event>, signal: AbortSignal) {
    this.discussion = discussion
    this.signal = signal
  }

  /** Whether to begin with a page: at first, and when one was wished for since the last was asked for. */
  get wantsPage(): boolean {
    return this.granted < this.wishes
  }

  wishPage(): void {
    this.wishes++
    this.onWish()
  }

  /** Reads the page. Throws NOT_FOUND where there is none, and what the service refuses it with. */
  async begin(): Promise<void> {
    const { wishes, discussion } = this
    const { service, cursorOf = cursorOfArticle } = discussion
    const page = await service.ask<Page>(discussion.page)
    const cursor = cursorOf(page)
    if (cursor == null) throw refusal('NOT_FOUND', 'There is no such discussion.')
    this.granted = wishes
    this.cursor = cursor
    this.cursors = new Set()
    this.events = []
    this.pages = [page]
    setTimeout(() => this.tell())
  }

  /** Takes what came of the subscription that was sent with the cursor `asked`. Throws Refusal where following cannot go on with it. */
  hear({ data, errors }: Answer<Event>, asked: string): void {
    const [event] = Object.values(data ?? {})
    if (errors || !event) throw new Refusal(errors ?? [])
    if (!event.__typename || !event.cursor) throw refusal('BAD_USER_INPUT', unselected)
    if (event.__typename !== 'CommentEventsReady') this.take(event)
    else if (event.cursor !== asked) throw refusal('BAD_USER_INPUT', unused)
    else {
      this.tries = 0
      this.live(true)
    }
  }

  live(is: boolean): void {
    if (this.isLive === is) return
    this.isLive = is
    setTimeout(() => this.signal.aborted || this.discussion.onLive?.(is))
  }

  /** Resolves when all has been told. */
  async end(): Promise<void> {
    this.live(false)
    await new Promise((resolve) => setTimeout(resolve))
  }

  private take(event: Event): void {
    if (this.cursors.has(event.cursor)) return
    this.cursor = event.cursor
    this.cursors.add(event.cursor)
    const [oldest] = this.cursors
    if (this.cursors.size > rememberedCursors && oldest !== undefined) this.cursors.delete(oldest)
    if (this.events.push(event) === 1) setTimeout(() => this.tell())
  }

  /** Called by a timer: what came together is told together, and what the receiver throws is theirs. */
  private tell(): void {
    if (this.signal.aborted) return
    for (const page of this.pages.splice(0)) this.discussion.onPage(page)
    if (this.events.length > 0) this.discussion.onEvents(this.events.splice(0))
  }
}

/** Without these, an interruption would lose events without a word. */
const unselected = 'Select `__typename` and `cursor` of every event: `__typename ... on LiveEvent { cursor }`.'
const unused =
  'The subscription did not begin with the cursor that it was given: declare `$after: Cursor`, and give its field `after: $after`.'

function refusal(code: string, message: string): Refusal {
  return new Refusal([{ message, extensions: { code } }])
}

function cursorOfArticle(page: unknown): string | null | undefined {
  return (page as { article?: { cursor: string } | null }).article?.cursor
}
