/**
 * Writes a WordPress export of N made-up comments to standard output: `tsx bench/make-wxr.ts 1000000 > export.xml`. The same N gives the same file.
 */
import { once } from 'node:events'

/** Shares that are easy to find again when one looks at what an import made of them. */
const shares = { pending: 0.03, spam: 0.02, trash: 0.01, ping: 0.01, member: 0.3, reply: 0.55, voted: 0.25, sticky: 0.001, closed: 0.002 }

const deepest = 6
const startMs = Date.UTC(2011, 0, 3)
const minuteMs = 60_000

const words =
  `the a of to and in is that it for not on with as you this but be are have from or they so what if one all more when there about
which their time would will no can people some like just know good year take see because than other new could these come give day most us city
river budget school night bridge council Straße café naïve façade Łódź 東京 привет اليوم 🙂 👩‍👩‍👧 ½ €20 “quoted” don’t …`.split(/\s+/)
const names = [
  'Ada',
  'Bo',
  'Çelik',
  'Dörte',
  'Eoin',
  'Farah',
  'Grażyna',
  'Hideo',
  'Ines',
  'Jürgen',
  'Kwame',
  'Lina',
  'Mário',
  'Nguyễn',
  'Oksana',
]

/** A small generator of even numbers between 0 and 1 (mulberry32), so that every run writes the same. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const roll = dice(20_111_103)

function pick<T>(list: readonly T[]): T {
  const picked = list[Math.floor(roll() * list.length)]
  if (picked === undefined) throw new Error('nothing to pick from')
  return picked
}

function sentence(length: number): string {
  return Array.from({ length }, () => pick(words)).join(' ')
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

function content(): string {
  const text = sentence(4 + Math.floor(roll() ** 3 * 160))
  const kind = roll()
  if (kind < 0.05) return `<p>${text}</p>\n<p>See <a href="https://example.org/?a=1&amp;b=${Math.floor(roll() * 99)}">this</a>.</p>`
  if (kind < 0.08) return `<blockquote>${sentence(9)}</blockquote>\n${text}`
  if (kind < 0.11) return `${text}\n\n<b>${sentence(3)}</b> & <em>${sentence(2)}</em>, 3 &lt; 4`
  if (kind < 0.12) return `<code>if (a[b[0]]>1) { return "]]>" }</code>`
  return text
}

function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

function status(): string {
  const drawn = roll()
  if (drawn < shares.pending) return '0'
  if (drawn < shares.pending + shares.spam) return 'spam'
  return drawn < shares.pending + shares.spam + shares.trash ? 'trash' : '1'
}

function meta(key: string, value: string | number): string {
  return `\t<wp:commentmeta>\n\t\t<wp:meta_key>${cdata(key)}</wp:meta_key>\n\t\t<wp:meta_value>${cdata(String(value))}</wp:meta_value>\n\t</wp:commentmeta>\n`
}

function votes(): string {
  const [up, down] = [Math.floor(roll() ** 4 * 300), Math.floor(roll() ** 6 * 90)]
  return meta('wpdiscuz_votes', up - down) + meta('wpdiscuz_votes_seperate', `a:2:{s:4:"like";i:${up};s:7:"dislike";i:${down};}`)
}

function comment({ id, parent, at }: { id: number; parent: number; at: number }): string {
  const person = Math.floor(roll() ** 2 * 40_000)
  const name = `${pick(names)} ${person % 7 === 0 ? 'O&#8217;Hara' : pick(names)}`
  const ping = parent === 0 && roll() < shares.ping
  const type = ping ? 'pingback' : parent === 0 && roll() < shares.sticky ? 'wpdiscuz_sticky' : 'comment'
  const notes = (roll() < shares.voted ? votes() : '') + (roll() < shares.closed ? meta('wpdiscuz_closed', 1) : '')
  return `<wp:comment>
\t<wp:comment_id>${id}</wp:comment_id>
\t<wp:comment_author>${cdata(name)}</wp:comment_author>
\t<wp:comment_author_email>${cdata(`reader${person}@example.net`)}</wp:comment_author_email>
\t<wp:comment_author_url>${person % 11 === 0 ? `https://reader${person}.example.net/?a=1&amp;b=2` : ''}</wp:comment_author_url>
\t<wp:comment_author_IP>${cdata(`192.0.2.${person % 250}`)}</wp:comment_author_IP>
\t<wp:comment_date>${cdata(stamp(at + 60 * minuteMs))}</wp:comment_date>
\t<wp:comment_date_gmt>${cdata(stamp(at))}</wp:comment_date_gmt>
\t<wp:comment_content>${cdata(content())}</wp:comment_content>
\t<wp:comment_approved>${cdata(status())}</wp:comment_approved>
\t<wp:comment_type>${cdata(type)}</wp:comment_type>
\t<wp:comment_parent>${parent}</wp:comment_parent>
\t<wp:comment_user_id>${roll() < shares.member ? (person % 5_000) + 1 : 0}</wp:comment_user_id>
${notes}</wp:comment>
`
}

function articleHead(id: number, at: number): string {
  return `<item>
<title>${cdata(sentence(6))}</title>
<link>https://news.example.org/${new Date(at).getUTCFullYear()}/article-${id}/</link>
<pubDate>${new Date(at).toUTCString()}</pubDate>
<guid isPermaLink="false">https://news.example.org/?p=${id}</guid>
<description></description>
<content:encoded>${cdata(`<p>${sentence(120)}</p>\n[wpdiscuz-feedback id="${id}" question="?" opened="0"]${sentence(5)}[/wpdiscuz-feedback]`)}</content:encoded>
<wp:post_id>${id}</wp:post_id>
<wp:post_date>${cdata(stamp(at + 60 * minuteMs))}</wp:post_date>
<wp:post_date_gmt>${cdata(stamp(at))}</wp:post_date_gmt>
<wp:comment_status>${cdata(id % 9 === 0 ? 'closed' : 'open')}</wp:comment_status>
<wp:status>${cdata('publish')}</wp:status>
<wp:post_type>${cdata('post')}</wp:post_type>
<wp:post_password>${cdata('')}</wp:post_password>
<wp:postmeta>
\t<wp:meta_key>${cdata('_edit_last')}</wp:meta_key>
\t<wp:meta_value>${cdata('1')}</wp:meta_value>
</wp:postmeta>
`
}

/** The file in pieces. One article holds a fifth of all comments, the others from none to a few hundred. */
function* exportOf(total: number): Generator<string> {
  yield `<?xml version="1.0" encoding="UTF-8" ?>
<!-- made up for measuring -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>News</title>
<link>https://news.example.org</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_blog_url>https://news.example.org</wp:base_blog_url>
`
  let id = 1
  for (let article = 1; id <= total; article++) {
    const size = article === 1 ? Math.ceil(total / 5) : Math.floor(roll() ** 4 * 900)
    const from = startMs + article * 90 * minuteMs
    yield articleHead(article, from)
    const recent: { id: number; depth: number }[] = []
    for (let index = 0; index < size && id <= total; index++, id++) {
      const parent = recent.length > 0 && roll() < shares.reply ? pick(recent) : { id: 0, depth: -1 }
      yield comment({ id, parent: parent.id, at: from + index * minuteMs })
      if (parent.depth + 1 < deepest - 1) recent[recent.length < 50 ? recent.length : id % 50] = { id, depth: parent.depth + 1 }
    }
    yield '</item>\n'
  }
  yield '</channel>\n</rss>\n'
}

let waiting = ''
for (const piece of exportOf(Number(process.argv[2] ?? 1_000))) {
  waiting += piece
  if (waiting.length < 65_536) continue
  if (!process.stdout.write(waiting)) await once(process.stdout, 'drain')
  waiting = ''
}
process.stdout.write(waiting)
