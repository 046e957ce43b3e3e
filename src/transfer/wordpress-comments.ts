/** What a comment of WordPress becomes here. */
import { type ImportedComment, importedText } from '../comments/importing.js'
import { markdownFromHtml } from './markdown.js'
import { oneLine } from './one-line.js'
import type { CommentRecord, ImportedStatus } from './records.js'
import type { ImportFault } from './report.js'

/** What is to be done with the notices that other sites leave: `keep` makes comments of them. */
export type Pings = 'keep' | 'skip'

const pings = new Set(['pingback', 'trackback', 'webmention'])

/** What readers wrote for readers. Plugins keep their own notes as comments too, and some are private: a shop's notes on an order, for one. */
const forReaders = new Set(['comment', 'review'])

/** Why a comment is left out by its type; null where it is taken. */
export function leftOutByType({ type }: CommentRecord, choice: Pings): Pick<ImportFault, 'code' | 'detail' | 'skipped'> | null {
  if (pings.has(type)) return choice === 'keep' ? null : { code: 'PING_LEFT_OUT', detail: `a ${type}`, skipped: 'COMMENT' }
  if (forReaders.has(type)) return null
  const named = /^[\w-]{1,40}$/.test(type) ? `"${type}"` : 'no known name'
  return { code: 'TYPE_LEFT_OUT', detail: `its type is ${named}: a plugin’s note, which may not be meant for readers`, skipped: 'COMMENT' }
}

/** All of a comment but its place. */
export type Converted = Omit<ImportedComment, 'articleId' | 'final'>

/** A comment trashed there was removed by a moderator. */
const statuses = { APPROVED: 'APPROVED', PENDING: 'PENDING', SPAM: 'SPAM', TRASH: 'REJECTED' } as const satisfies Record<
  ImportedStatus,
  string
>

/** WordPress shows this in place of a missing name. */
const nobody = 'Anonymous'

const longestName = 50

/** Makes a comment of a record, and says what of it could not stay as it was. The author's own address on the web is not taken along. */
export function convert(
  record: CommentRecord,
  source: string,
): { comment: Converted; faults: Pick<ImportFault, 'code' | 'detail' | 'skipped'>[] } {
  const { sourceId, parentSourceId, authorUserId, createdAt, votes, sticky, closed } = record
  const name = oneLine(record.authorName, longestName)
  const text = importedText(markdownFromHtml(record.text), record.text)
  const author = {
    issuer: source,
    memberId: authorUserId,
    name: name.value ?? nobody,
    email: record.authorEmail?.toLowerCase() ?? null,
    since: createdAt,
    seed: `comment:${source}:${sourceId}`,
  }
  const comment = { source, sourceId, parentSourceId, author, createdAt, status: statuses[record.status], text, votes, sticky, closed }
  return {
    comment,
    faults: [
      ...(name.changed
        ? [{ code: 'NAME_CHANGED', detail: 'the author’s name is too long, or has signs that no name needs', skipped: 'VALUE' } as const]
        : []),
      ...(text.kept === 'EMPTY' ? [{ code: 'TEXT_EMPTY', detail: 'nothing of its text can be seen', skipped: 'NOTHING' } as const] : []),
      ...(text.kept === 'WHOLE'
        ? [{ code: 'TEXT_KEPT_WHOLE', detail: 'its text is longer than one can be here; kept whole', skipped: 'NOTHING' } as const]
        : []),
      ...(record.passageId
        ? [{ code: 'PASSAGE_NOT_KEPT', detail: 'it answers a question on a passage of the article', skipped: 'VALUE' } as const]
        : []),
    ],
  }
}
