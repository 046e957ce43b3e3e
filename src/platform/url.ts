/** URLs as a browser reads them. */

/** null for what is none. Not by `URL.canParse`: in Node 20, once it is hot, it refuses hosts with letters such as `ü`. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
