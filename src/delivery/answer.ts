/** One kept answer: its bytes, plain and compressed, and how they are sent. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** What is sent, in each encoding that is ready. */
export interface Answer {
  etag: string
  plain: Buffer
  gzip: Buffer | null
  br: Buffer | null
}

/**
 * A browser asks each time whether what it has still holds; a shared cache may give it out for two seconds, and while it asks, and
 * for five minutes where nobody answers. Who has just written asks with `atLeast`, which makes it another URL.
 */
const cacheControl = 'public, max-age=0, s-maxage=2, stale-while-revalidate=10, stale-if-error=300'

const json = { plain: 'application/json; charset=utf-8', graphql: 'application/graphql-response+json; charset=utf-8' }

/** Above this the time to compress grows faster than the bytes shrink. */
const brotliQuality = 5

/** Shorter answers fit into one packet as they are. Bytes. */
const worthCompressing = 1000

export function answerOf(text: string): Answer {
  const plain = Buffer.from(text)
  return { etag: `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`, plain, gzip: null, br: null }
}

/** Compresses beside the requests, once; resolves when it is done, and leaves out what fails. */
export async function compress(answer: Answer): Promise<void> {
  if (answer.plain.length < worthCompressing) return
  const parameters = { [constants.BROTLI_PARAM_QUALITY]: brotliQuality, [constants.BROTLI_PARAM_SIZE_HINT]: answer.plain.length }
  const [zipped, brotli] = await Promise.allSettled([
    promisify(gzip)(answer.plain),
    promisify(brotliCompress)(answer.plain, { params: parameters }),
  ])
  if (zipped.status === 'fulfilled') answer.gzip = zipped.value
  if (brotli.status === 'fulfilled') answer.br = brotli.value
}

/** Bytes in all encodings. */
export function sizeOf({ plain, gzip: zipped, br }: Answer): number {
  return plain.length + (zipped?.length ?? 0) + (br?.length ?? 0)
}

/** Sends what the request accepts, or that nothing has changed. The same for every page that asks: no credentials are involved. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { headers, method } = request
  response.setHeader('cache-control', cacheControl)
  response.setHeader('etag', answer.etag)
  response.setHeader('vary', 'Accept, Accept-Encoding, Authorization, X-Colloquy-Site')
  response.setHeader('access-control-allow-origin', '*')
  if (headers['if-none-match']?.includes(answer.etag)) {
    response.writeHead(304).end()
    return
  }
  const { encoding, bytes } = encoded(answer, String(headers['accept-encoding'] ?? ''))
  if (encoding) response.setHeader('content-encoding', encoding)
  response.setHeader('content-type', headers.accept?.includes('application/graphql-response+json') ? json.graphql : json.plain)
  response.setHeader('content-length', bytes.length)
  response.writeHead(200).end(method === 'HEAD' ? undefined : bytes)
}

function encoded({ plain, gzip: zipped, br }: Answer, accepted: string): { encoding?: string; bytes: Buffer } {
  if (br && /\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted)) return { encoding: 'br', bytes: br }
  if (zipped && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted)) return { encoding: 'gzip', bytes: zipped }
  return { bytes: plain }
}
