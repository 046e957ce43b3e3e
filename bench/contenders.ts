/** Who is measured at live delivery: the program, the program where nothing can be shared, and ws alone. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { collectsWhenTold, type Measured, startMeasured } from './processes.js'
import { type Readers, startReaders } from './readers.js'
import { moment, origin, type Writer } from './writing.js'

/** Words of the usual length, in one byte a letter and in two. */
export const words = {
  ascii: 'What somebody has to say about an article, at the usual length. '.repeat(3),
  cyrillic: 'То, что кто-нибудь хочет сказать об этой статье, обычной длины. '.repeat(3),
}

export type Script = keyof typeof words

export interface Contender {
  name: string
  /** Whether what is sent to one reader is made once for all. */
  shares: boolean
  process: Measured
  /** Opens sockets that follow so many articles in turn. */
  open(sockets: number, articles?: number): Promise<Readers>
  /** Says something in an article, by its number; resolves with the moment at which it was so. */
  say(script: Script, article?: number): Promise<number>
  /** The URL of an article, by its number. */
  urlOf(article: number): string
  stop(): Promise<void>
}

const document = (more: string) => `subscription Live($url: String!) {
  commentEvents(url: $url) {
    __typename
    ... on LiveEvent { cursor }
    ... on CommentPosted { comment { ...said } }
    ... on CommentEdited { comment { ...said } }
    ... on CommentRemoved { commentId }
    ... on ScoresChanged { pageAgain comments { id score } }
  }
}
fragment said on Comment { id html createdAt score replyCount parent { id } author { id name avatarUrl role } ${more} }`

/** Without `shares`, each reader asks for their own vote as well, which nobody else can be given. */
export async function startColloquy(env: NodeJS.ProcessEnv, writer: Writer, { shares }: { shares: boolean }): Promise<Contender> {
  const query = document(shares ? '' : 'viewerVote')
  const address = /http:\/\/[\d.]+:(\d+)/
  const server = await startMeasured([...collectsWhenTold, 'dist/main.js'], { ...env, PORT: '0' }, (line) => address.test(line))
  const port = Number(address.exec(server.line)?.[1])
  const urlOf = (article: number) => `${origin}/${port}/${article}`
  let said = 0
  return {
    name: shares ? 'Colloquy' : 'Colloquy, nothing to share',
    shares,
    process: server,
    urlOf,
    open: (sockets, articles = 1) =>
      startReaders({ port, sockets, subscriptions: Array.from({ length: articles }, (_, i) => ({ query, variables: { url: urlOf(i) } })) }),
    say: (script, article = 0) => writer.post(urlOf(article), `${words[script]} ${++said}`),
    stop: server.stop,
  }
}

/** Says what `frames` holds at that time: the bytes that the program sent. */
export async function startRaw(frames: Readonly<Record<Script, string>>): Promise<Contender> {
  const address = /"port":(\d+)/
  const server = await startMeasured([...collectsWhenTold, '--import', 'tsx', 'bench/raw-broadcast.ts'], {}, (line) => address.test(line))
  const port = Number(address.exec(server.line)?.[1])
  const speaker = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(speaker, 'open')
  return {
    name: 'raw ws',
    shares: true,
    process: server,
    urlOf: String,
    open: (sockets) => startReaders({ port, sockets, subscriptions: null }),
    say: async (script) => {
      const began = moment()
      speaker.send(frames[script])
      return began
    },
    stop: async () => {
      speaker.terminate()
      await server.stop()
    },
  }
}
