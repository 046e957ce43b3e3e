/** Those who write: each comment has a key, and is sent again with it until it is acknowledged. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

export interface Writing {
  /** Comments by the global ids that were answered, and when that was, in milliseconds since 1970. */
  acknowledged: ReadonlyMap<string, number>
  /** Tries that failed and were repeated. */
  repeated(): number
  /** Throws where a comment was refused for good. */
  assertTaken(): void
  /** Ends when everything that was begun is acknowledged. */
  stop(): Promise<void>
}

const mutation = `mutation($input: PostCommentInput!) { postComment(input: $input) {
  __typename ... on PostCommentPayload { comment { id } } ... on Error { code message } } }`

/** A request without an answer is repeated after so long; who hears nothing at all gives up. Milliseconds. */
const [patienceMs, despairMs] = [5000, 60_000]

/** Begins so many comments a second, by several people in turn, whether or not those before are answered. */
export function startWriting({ url, site, article, tokens, aSecond }: WriterOptions): Writing {
  const acknowledged = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  const world = { url, site, article, acknowledged, repeated: 0 }
  let begun = 0
  let refusal: unknown
  const timer = setInterval(() => {
    const one = write(world, tokens[begun++ % tokens.length] ?? '')
      .catch((error: unknown) => {
        refusal ??= error
      })
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }, 1000 / aSecond)
  const assertTaken = () => {
    if (refusal !== undefined) throw refusal
  }
  return {
    acknowledged,
    repeated: () => world.repeated,
    assertTaken,
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
      assertTaken()
    },
  }
}

export interface WriterOptions {
  url: string
  site: string
  /** The URL of the article to write under. */
  article: string
  tokens: readonly string[]
  aSecond: number
}

interface World extends Pick<WriterOptions, 'url' | 'site' | 'article'> {
  acknowledged: Map<string, number>
  repeated: number
}

async function write(world: World, token: string): Promise<void> {
  const key = randomUUID()
  const input = { key, url: world.article, text: `Said once: ${key}` }
  const deadline = Date.now() + despairMs
  for (;;) {
    const id = await send(world, token, input)
    if (id) return void world.acknowledged.set(id, Date.now())
    if (Date.now() > deadline) throw new Error(`A comment was not acknowledged within ${despairMs / 1000} s.`)
    world.repeated++
    await pause(100 + Math.random() * 200)
  }
}

/** The comment's id; null where there was no answer, or one to try again. Throws where the service refuses. */
async function send({ url, site }: World, token: string, input: object): Promise<string | null> {
  const headers = { 'content-type': 'application/json', 'x-colloquy-site': site, authorization: `Bearer ${token}` }
  const body = JSON.stringify({ query: mutation, variables: { input } })
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: AbortSignal.timeout(patienceMs) })
    .then((response) => response.json() as Promise<Answer>)
    .catch(() => null)
  if (!answer || answer.errors?.every(({ extensions }) => extensions?.code === 'UNAVAILABLE')) return null
  const id = answer.data?.postComment.comment?.id
  if (!id) throw new Error(`A comment was refused: ${JSON.stringify(answer)}`)
  return id
}

interface Answer {
  data?: { postComment: { comment?: { id: string } } }
  errors?: { extensions?: { code?: string } }[]
}
