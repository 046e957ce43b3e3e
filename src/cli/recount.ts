/** `colloquy recount`: compares what is counted with what is there. */
import { countDrift, type Difference, repairCounts } from '../comments/recount.js'
import { voteDrift } from '../votes/votes.js'
import { isOn } from './arguments.js'
import type { DatabaseVerb, Io } from './verb.js'

/** More lines than this help nobody. */
const mostLines = 100

export const recount: DatabaseVerb = {
  words: 'recount',
  about: 'Compares the counts of comments, replies, threads and votes with the rows, and says where they differ.',
  needs: 'database',
  options: { fix: { about: 'Puts the counts of comments, replies and threads right.' } },
  async run({ db }, asked, io) {
    const say = sparing(io)
    let articles = 0
    let wrong = 0
    let repaired = 0
    for await (const { articleId, siteId, differences } of countDrift(db)) {
      io.signal.throwIfAborted()
      articles++
      if (differences.length === 0) continue
      wrong += differences.length
      for (const difference of differences) say(lineOf(difference))
      if (isOn(asked, 'fix')) repaired += await repairCounts(db, { articleId, siteId })
    }
    let votes = 0
    for await (const { id, up, down, votedUp, votedDown } of voteDrift(db)) {
      io.signal.throwIfAborted()
      votes++
      say(`comment ${id}: ${up} up and ${down} down are counted, ${votedUp} and ${votedDown} were cast`)
    }
    io.print(
      `${articles} ${articles === 1 ? 'article' : 'articles'} looked through: ${wrong} counts ${wrong === 1 ? 'differs' : 'differ'}, ${repaired} put right; votes of ${votes} comments differ.`,
    )
    return wrong - repaired === 0 && votes === 0 ? 0 : 1
  },
}

function lineOf({ of, id, column, kept, found }: Difference): string {
  return `${of} ${id}: ${column} is ${kept} and should be ${found}`
}

function sparing(io: Io): (line: string) => void {
  let lines = 0
  return (line) => {
    lines++
    if (lines <= mostLines) io.print(line)
    if (lines === mostLines + 1) io.print('…')
  }
}
