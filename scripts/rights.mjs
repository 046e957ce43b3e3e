/** What has rights reaches the API through its feature's `visible(ctx, ids)` only, never straight from its table. */
import { readFileSync } from 'node:fs'
import { conclude, sources } from './files.mjs'

const shortcuts =
  /\b(prismaNode|prismaObject|prismaInterface|prismaField|prismaFields|prismaObjectField|prismaConnection|relatedConnection|relationCount)\b|\bt\.relation\b/

const schemas = sources(['src'], /\.ts$/).filter((path) => !/^src\/(audit|sites|graphql|platform)\//.test(path))
const faults = schemas.flatMap((path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, i) => (shortcuts.test(line) ? [`${path}:${i + 1}: ${line.trim()} — reads the table past visible(ctx, ids)`] : [])),
)
conclude(faults, 'No type with rights is read straight from its table.')
