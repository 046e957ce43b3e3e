/** Small WordPress exports for tests, and a short way to read them. */
import type { ArticleRecord, CommentRecord, FaultRecord, ImportRecord } from '../../src/transfer/records.js'
import { readWordPress } from '../../src/transfer/wordpress.js'

/** The moment at which every test reads. */
export const now = new Date('2026-03-01T12:00:00Z')

/** A whole file around items. */
export function wxr(items: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Harbour Post</title>
<link>https://harbour.example</link>
<wp:base_blog_url>https://harbour.example</wp:base_blog_url>
${items}
</channel>
</rss>
`
}

/** An article around comments; `fields` replaces what stands before them. */
export function item(comments: string, fields = itemFields(7)): string {
  return `<item>\n${fields}\n${comments}\n</item>`
}

export function itemFields(id: number): string {
  return `<title><![CDATA[Ferries & fares]]></title>
<link>https://harbour.example/ferries-${id}/</link>
<guid isPermaLink="false">https://harbour.example/?p=${id}</guid>
<content:encoded><![CDATA[<p>Nobody reads <title>this</title> here.</p>]]></content:encoded>
<wp:post_id>${id}</wp:post_id>
<wp:post_date_gmt><![CDATA[2019-05-06 07:08:09]]></wp:post_date_gmt>
<wp:comment_status><![CDATA[open]]></wp:comment_status><wp:status><![CDATA[publish]]></wp:status><wp:post_password></wp:post_password>
<wp:post_type><![CDATA[post]]></wp:post_type>`
}

/** The texts of a comment's elements without `comment_`, raw as they stand in the file; undefined leaves one out. */
export type CommentElements = Partial<Record<string, string | undefined>>

export function comment(elements: CommentElements = {}, meta = ''): string {
  const all: CommentElements = {
    id: '11',
    author: '<![CDATA[Maud]]>',
    author_email: '<![CDATA[maud@harbour.example]]>',
    author_url: '',
    author_IP: '<![CDATA[192.0.2.9]]>',
    date: '<![CDATA[2019-05-06 10:00:00]]>',
    date_gmt: '<![CDATA[2019-05-06 08:00:00]]>',
    content: '<![CDATA[The <b>early</b> boat is full.]]>',
    approved: '<![CDATA[1]]>',
    type: '<![CDATA[comment]]>',
    parent: '0',
    user_id: '0',
    ...elements,
  }
  const fields = Object.entries(all).map(([name, text]) => (text === undefined ? '' : `<wp:comment_${name}>${text}</wp:comment_${name}>\n`))
  return `<wp:comment>\n${fields.join('')}${meta}</wp:comment>\n`
}

export function meta(key: string, value: string): string {
  return `<wp:commentmeta><wp:meta_key><![CDATA[${key}]]></wp:meta_key><wp:meta_value><![CDATA[${value}]]></wp:meta_value></wp:commentmeta>\n`
}

export interface Reading {
  all: ImportRecord[]
  articles: ArticleRecord[]
  comments: CommentRecord[]
  faults: FaultRecord[]
}

/** Reads a file, in pieces of `size` bytes where that is given. */
export async function read(file: string | Uint8Array, size = Number.POSITIVE_INFINITY): Promise<Reading> {
  const all: ImportRecord[] = []
  for await (const record of readWordPress(pieces(Buffer.from(file), size), { now })) all.push(record)
  return {
    all,
    articles: all.filter((record) => record.kind === 'article'),
    comments: all.filter((record) => record.kind === 'comment'),
    faults: all.filter((record) => record.kind === 'fault'),
  }
}

/** Code and line of each fault, and what it cost. */
export function briefly(faults: readonly FaultRecord[]): string[] {
  return faults.map(({ code, skipped }) => `${code} ${skipped}`)
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, Math.min(at + size, bytes.length))
}
