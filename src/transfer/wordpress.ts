/**
 * Reads a WordPress export (WXR) as a stream of articles, comments and faults, in memory that grows neither with the file nor with an article.
 *
 * A WXR is an RSS file: `<item>` is an article, its address comes before its `<wp:comment>`s, comments mostly in the order of their ids, a parent
 * perhaps later or never. What is damaged is read on from the next element that WordPress writes. Names are read with the prefixes that WordPress
 * writes, declared or not. Markup inside a whole CDATA section is never taken for the file's: a reader's comment can quote an export, and could
 * otherwise forge comments. `wp:comment_author_IP` is never read.
 */
import { decodeXml } from './decode.js'
import type { Access, FaultCode, ImportRecord, Skipped } from './records.js'
import { ElementReader, type Level } from './wordpress-elements.js'
import { articleFrom, commentFrom, type Fields, knownMeta } from './wordpress-values.js'

/** The records of a WXR file in the order of the file; `now` decides which dates lie in the future. Where `input` fails, its own error is thrown. */
export async function* readWordPress(
  input: AsyncIterable<Uint8Array>,
  { now = new Date() }: { now?: Date } = {},
): AsyncGenerator<ImportRecord> {
  const records = new Records(now)
  const reader = new ElementReader(records)
  for await (const text of decodeXml(input, (code, detail) => records.fault(code, detail, 'NOTHING', 1))) {
    records.see(text)
    reader.write(text)
    yield* records.take()
  }
  reader.end()
  records.finish()
  yield* records.take()
}

interface Item {
  line: number
  fields: Fields
  access: Access
  /** What of that was handed on with it. */
  told: Access | null
  /** Whether it was handed on, which happens before its first comment, and whether it could be. */
  state: 'read' | 'placed' | 'lost'
}

interface Comment {
  line: number
  fields: Fields
  meta: Fields
  /** A fault that costs the whole comment was told of it. */
  lost: boolean
}

/** Makes records of fields. */
class Records {
  readonly #now: Date
  #waiting: ImportRecord[] = []
  #item: Item | null = null
  #comment: Comment | null = null
  #meta = { key: '', value: '' }
  #blogUrl = ''
  #items = 0
  #isEmpty = true
  #isWordPress = false

  constructor(now: Date) {
    this.#now = now
  }

  /** Hands over what has come together since the last time. */
  take(): ImportRecord[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }

  see(text: string): void {
    this.#isEmpty = this.#isEmpty && !/\S/.test(text)
  }

  /** Says so where the file held nothing of WordPress. */
  finish(): void {
    const why = this.#isEmpty ? 'is empty' : this.#items === 0 ? 'holds no <item>' : this.#isWordPress ? null : 'holds no element <wp:…>'
    if (why) this.fault('NOT_WORDPRESS', `the file ${why}: it is no export of WordPress`, 'NOTHING', 1)
  }

  begin(level: Level, line: number): void {
    if (level === 'item') {
      this.#items++
      this.#item = { line, fields: new Map(), access: { status: null, hasPassword: null }, told: null, state: 'read' }
    }
    if (level === 'comment') {
      this.#isWordPress = true
      this.#place()
      this.#comment = { line, fields: new Map(), meta: new Map(), lost: false }
    }
    if (level === 'meta') this.#meta = { key: '', value: '' }
  }

  value(level: Level, name: string, text: string | null): void {
    this.#isWordPress ||= name.startsWith('wp:')
    if (level === 'file') this.#blogUrl = this.#items === 0 ? (text ?? this.#blogUrl) : this.#blogUrl
    else if (level === 'item') this.#itemValue(name, text)
    else if (level === 'meta') this.#meta[name === 'wp:meta_key' ? 'key' : 'value'] = text ?? ''
    else if (this.#comment) this.#commentValue(this.#comment, name, text)
  }

  end(level: Level): void {
    if (level === 'meta' && knownMeta.has(this.#meta.key)) this.#comment?.meta.set(this.#meta.key, this.#meta.value)
    if (level === 'comment') this.#endComment()
    if (level === 'item') {
      this.#place()
      this.#tellAccess()
      this.#item = null
    }
  }

  truncated(level: Level): void {
    const line = this.#comment?.line ?? this.#item?.line ?? 1
    const inComment = level === 'comment' || level === 'meta'
    const skipped = inComment ? 'COMMENT' : level === 'item' && this.#item?.state === 'read' ? 'ARTICLE' : 'NOTHING'
    this.fault(
      'TRUNCATED',
      `the file stops in the midst of ${inComment ? 'a comment' : level === 'item' ? 'an article' : 'the list'}`,
      skipped,
      line,
    )
  }

  fault(code: FaultCode, detail: string, skipped: Skipped, line: number): void {
    const comment = this.#comment
    // A comment is lost once, whatever more is wrong with it.
    const cost = skipped === 'COMMENT' && comment?.lost ? 'NOTHING' : skipped
    if (comment && cost === 'COMMENT') comment.lost = true
    this.#waiting.push({ kind: 'fault', line, code, detail, skipped: cost, sourceId: comment?.fields.get('wp:comment_id') ?? null })
  }

  #itemValue(name: string, text: string | null): void {
    if (!this.#item) return
    const { access, fields } = this.#item
    // Where two contradict each other, or one cannot be read, the article is not for everybody.
    if (name === 'wp:status') access.status = access.status === null || access.status === text ? (text ?? '') : ''
    else if (name === 'wp:post_password') access.hasPassword = access.hasPassword || text !== ''
    else fields.set(name, text ?? '')
  }

  #commentValue(comment: Comment, name: string, text: string | null): void {
    if (comment.fields.has(name) && !comment.lost)
      this.fault('COMMENT_MIXED', `<${name}> stands twice: two comments have run into one`, 'COMMENT', comment.line)
    comment.fields.set(name, text ?? '')
  }

  #endComment(): void {
    const comment = this.#comment
    if (!comment) return
    const { line, fields, meta } = comment
    const tell = (code: FaultCode, detail: string, skipped: Skipped) => this.fault(code, detail, skipped, line)
    if (!comment.lost && this.#item?.state !== 'placed') tell('COMMENT_WITHOUT_ARTICLE', 'a comment that belongs to no article', 'COMMENT')
    else if (!comment.lost) {
      const record = commentFrom(fields, meta, { line, now: this.#now, tell })
      if (record) this.#waiting.push(record)
    }
    this.#comment = null
  }

  /** Hands the article on, once. */
  #place(): void {
    const item = this.#item
    if (item?.state !== 'read') return
    const { line, fields } = item
    const tell = (code: FaultCode, detail: string, skipped: Skipped) => this.fault(code, detail, skipped, line)
    item.told = { ...item.access }
    const record = articleFrom(fields, { line, blogUrl: this.#blogUrl, access: item.told, tell })
    item.state = record ? 'placed' : 'lost'
    if (record) this.#waiting.push(record)
    else tell('ARTICLE_WITHOUT_URL', 'an article without an address: neither link nor guid is a web address', 'ARTICLE')
  }
  /** Says what was not known of a whole article when it was handed on, or has been contradicted since. */
  #tellAccess(): void {
    if (this.#item?.state !== 'placed') return
    const { access, told } = this.#item
    const isKnown =
      told?.status === access.status && told.hasPassword === access.hasPassword && told.status !== null && told.hasPassword !== null
    if (!isKnown) this.#waiting.push({ kind: 'access', access })
  }
}
