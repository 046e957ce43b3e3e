import { describe, expect, test } from '@jest/globals'
import { failureOf, Ledger, reportLines } from '../../src/transfer/report.js'
import { SeenIds } from '../../src/transfer/seen-ids.js'

describe('The report', () => {
  test('names what differs by its kind, line and comment, and what was lost', () => {
    const ledger = new Ledger()
    Object.assign(ledger.articles, { read: 3, withComments: 2, stored: 1 })
    Object.assign(ledger.comments, { read: 1200, taken: 1198 })
    ledger.comments.byStatus.APPROVED = 1198
    ledger.fault({ code: 'PARENT_MISSING', line: 40, sourceId: '7', detail: 'its parent is missing', skipped: 'VALUE' })
    ledger.fault({ code: 'DUPLICATE_ID', line: 90, sourceId: '8', detail: 'stands further up', skipped: 'COMMENT' })
    ledger.fault({ code: 'PARENT_MISSING', line: 20, sourceId: '5', detail: 'its parent is missing', skipped: 'VALUE' })
    ledger.fault({ code: 'ARTICLE_FOREIGN', line: 4, sourceId: null, detail: 'elsewhere', skipped: 'ARTICLE' })
    expect(reportLines({ ...ledger.report(), seconds: 2 })).toEqual([
      'Articles: 3 read, 2 with comments, 1 new here.',
      'Comments: 1,200 read, 1,198 taken, 0 there already, 1 left out.',
      'Taken as: 1,198 approved, 0 pending, 0 spam, 0 trash.',
      'Time: 2.0 s, 600 comments a second.',
      '',
      'What is not as it was in the file:',
      'ARTICLE_FOREIGN: 1',
      '  line 4: elsewhere (left out)',
      'DUPLICATE_ID: 1',
      '  line 90, comment 8: stands further up (left out)',
      'PARENT_MISSING: 2',
      '  line 20, comment 5: its parent is missing',
      '  line 40, comment 7: its parent is missing',
    ])
  })

  test('says that a file was in vain, and why, where nothing of it is here', () => {
    const ledger = new Ledger()
    expect(failureOf(ledger.report())).toBeNull()
    ledger.comments.read = 1
    ledger.fault({ code: 'BARE_AMPERSAND', line: 3, sourceId: null, detail: 'a sign', skipped: 'NOTHING' })
    ledger.fault({ code: 'ARTICLE_FOREIGN', line: 4, sourceId: null, detail: 'elsewhere', skipped: 'ARTICLE' })
    expect(failureOf(ledger.report())).toBe('Nothing was imported: the only comment was left out (ARTICLE_FOREIGN).')
    ledger.comments.there = 1
    expect(failureOf(ledger.report())).toBeNull()
    ledger.fault({ code: 'NOT_WORDPRESS', line: 1, sourceId: null, detail: 'the file is empty', skipped: 'NOTHING' })
    expect(failureOf(ledger.report())).toBe('Nothing was imported: the file is empty.')
  })

  test('of one comment a second is in the singular', () => {
    const ledger = new Ledger()
    ledger.comments.read = 1
    expect(reportLines({ ...ledger.report(), seconds: 1 })).toContain('Time: 1.0 s, 1 comment a second.')
  })

  test('counts all faults of a kind and names the first thousand', () => {
    const ledger = new Ledger()
    for (let line = 1; line <= 1500; line++)
      ledger.fault({ code: 'PING_LEFT_OUT', line, sourceId: null, detail: 'a pingback', skipped: 'COMMENT' })
    const lines = reportLines(ledger.report())
    expect(lines).toContain('PING_LEFT_OUT: 1,500')
    expect(lines.at(-2)).toBe('  line 1000: a pingback (left out)')
    expect(lines.at(-1)).toBe('  and 500 more')
  })
})

describe('The numbers that a file has named', () => {
  test('are known again, each for itself, however long they are', () => {
    const seen = new SeenIds()
    const ids = ['1', '8', '999', '1000', '1999', '18446744073709551615', '18446744073709551614', '99999999999999999999']
    expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => true))
    expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => false))
    expect(seen.add('2')).toBe(true)
  })
})
