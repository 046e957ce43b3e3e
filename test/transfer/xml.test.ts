import { describe, expect, test } from '@jest/globals'
import { SaxesParser } from 'saxes'
import { type XmlEvents, XmlScanner } from '../../src/transfer/xml.js'

/** What is told, one line an event; texts that follow each other are one. */
class Transcript implements XmlEvents {
  readonly lines: string[] = []
  #text = ''

  open(name: string): void {
    this.#add(`<${name}>`)
  }

  close(name: string): void {
    this.#add(`</${name}>`)
  }

  text(piece: string): void {
    this.#text += piece
  }

  cdata(): void {}

  fault(code: string): void {
    this.#add(`! ${code}`)
  }

  done(): string[] {
    this.#add('')
    return this.lines
  }

  #add(line: string): void {
    if (this.#text) this.lines.push(JSON.stringify(this.#text))
    this.#text = ''
    if (line) this.lines.push(line)
  }
}

function scan(text: string, size = Number.POSITIVE_INFINITY): string[] {
  const transcript = new Transcript()
  const scanner = new XmlScanner(transcript)
  for (let at = 0; at < text.length; at += size) scanner.write(text.slice(at, Math.min(at + size, text.length)))
  scanner.end()
  return transcript.done()
}

/** The same by a strict parser that others wrote. */
function scanStrictly(text: string): string[] {
  const transcript = new Transcript()
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => transcript.open(name))
  parser.on('closetag', ({ name }) => transcript.close(name))
  parser.on('text', (piece) => transcript.text(piece))
  parser.on('cdata', (piece) => transcript.text(piece))
  parser.write(text).close()
  return transcript.done()
}

const wellFormed = [
  '<a/>',
  '<a><b x="1>2" y=\'"\'>t</b ><c\n/></a>',
  '<a>1 &lt; 2 &amp;&amp; &quot;x&quot; &apos;&#65;&#x1F642;&#x41;</a>',
  '<a><![CDATA[<b>&amp;</b>]]]]><![CDATA[>]]> <![CDATA[]]></a>',
  '<?xml version="1.0"?><!-- <a> -- ><a><!----><?php echo "<b>" ?>x<!-- & < --></a>'.replace('-- >', '-->'),
  '<é:ü.x-1_2>Łódź 🙂 東京</é:ü.x-1_2>',
  `<a>${'long text '.repeat(20_000)}<b/>${'&amp;'.repeat(20_000)}</a>`,
]

describe('a well-formed document', () => {
  test.each(wellFormed)('reads as a strict parser reads it: %.60s', (text) => {
    expect(scan(text)).toEqual(scanStrictly(text))
  })

  test.each(wellFormed.filter(({ length }) => length < 1_000))('reads the same in pieces of any size: %.60s', (text) => {
    for (const size of [1, 2, 3, 5, 8]) expect(scan(text, size)).toEqual(scan(text))
  })
})

test('lines are counted over pieces, remarks and CDATA', () => {
  const lines: number[] = []
  const transcript = new Transcript()
  const scanner = new XmlScanner(Object.assign(transcript, { open: () => lines.push(scanner.line) }))
  for (const char of '<a>\n<!--\n\n--><b\nx="1"/>text\n\n<![CDATA[\n]]><c/></a>') scanner.write(char)
  scanner.end()
  expect(lines).toEqual([1, 5, 8])
})
