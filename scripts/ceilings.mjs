/** No file of ours is longer than 300 lines, no function longer than 40; what `describe` and `test` are given does not count. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { conclude, sources } from './files.mjs'

const ceiling = { file: 300, function: 40 }
const testCalls = /^(describe|test|it|beforeAll|beforeEach|afterAll|afterEach)\b/

const paths = sources(['src', 'client', 'test', 'bench', 'scripts'])
const faults = paths.flatMap((path) => {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const length = source.text.trimEnd().split('\n').length
  const file = length > ceiling.file ? [`${path}: ${length} lines; a file has at most ${ceiling.file}`] : []
  return [
    ...file,
    ...longFunctions(source).map(({ line, lines }) => `${path}:${line}: a function of ${lines} lines; at most ${ceiling.function}`),
  ]
})
conclude(faults, `${paths.length} files under their ceilings.`)

function longFunctions(source) {
  const found = []
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body && !isGivenToTest(node)) {
      const line = lineOf(node.getStart())
      const lines = lineOf(node.end) - line + 1
      if (lines > ceiling.function) found.push({ line, lines })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isGivenToTest({ parent }) {
  return ts.isCallExpression(parent) && testCalls.test(parent.expression.getText())
}
