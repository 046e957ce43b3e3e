/** Takes Prisma's query compilers of other databases out of a production install: two thirds of its size, and never loaded. */
import { readdirSync, rmSync } from 'node:fs'

const folder = 'node_modules/@prisma/client/runtime'
const compiler = /^query_compiler_\w+_bg\.(\w+)\./
const others = readdirSync(folder).filter((name) => compiler.test(name) && compiler.exec(name)?.[1] !== 'postgresql')
for (const name of others) rmSync(`${folder}/${name}`)
console.log(`Removed ${others.length} files of other databases from ${folder}.`)
