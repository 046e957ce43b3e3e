/** Trusted documents: the saved operations, asked for by the hash of their text in place of the text. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { type DocumentNode, parse } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { Refused } from '../platform/errors.js'

export interface TrustedDocument {
  /** SHA-256 of the text, as hexadecimal digits. */
  id: string
  /** The file's name without its ending. */
  name: string
  text: string
  document: DocumentNode
}

export type TrustedDocuments = ReadonlyMap<string, TrustedDocument>

/** The documents in a folder's `*.graphql` files, by their ids. */
export function readTrusted(folder: URL): TrustedDocuments {
  const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'))
  const documents = files.map((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    const id = createHash('sha256').update(text).digest('hex')
    return { id, name: file.replace('.graphql', ''), text, document: parse(text) }
  })
  return new Map(documents.map((each) => [each.id, each]))
}

/** The text that a `documentId` stands for. Throws BAD_USER_INPUT where it is unknown, or where a text is sent, too. */
export function textOf(documents: TrustedDocuments, documentId: unknown, query: unknown): string {
  if (query) throw new Refused('BAD_USER_INPUT', 'Send either "query" or "documentId", not both.')
  const found = documents.get(String(documentId))
  if (found) return found.text
  throw new Refused(
    'BAD_USER_INPUT',
    'There is no document with this "documentId": see schema/documents.json, or send the text as "query".',
  )
}

/** What a client sends beside GraphQL's own parameters. */
export const trustedParameter = 'documentId'

/** Puts the text in the place of a `documentId`, in a body or a URL. */
export function acceptTrusted(documents: TrustedDocuments): Plugin {
  return {
    onParams({ params, request, setParams }) {
      const { [trustedParameter]: sent, ...rest } = params as typeof params & { [trustedParameter]?: unknown }
      const id = sent ?? (request.method === 'GET' ? new URL(request.url).searchParams.get(trustedParameter) : null)
      if (id == null) return
      setParams({ ...rest, query: textOf(documents, id, params.query) })
    },
  }
}
