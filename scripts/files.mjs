/** The files that we write ourselves, for the checks of this folder. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of the sources under these folders, without what is generated, built or installed. */
export function sources(folders, pattern = /\.(ts|tsx|js|mjs|cjs)$/) {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
    .filter((path) => pattern.test(path) && !/(^|\/)(generated|node_modules|dist)\//.test(path))
    .sort()
}

/** Ends a check: prints each fault, or what is well, and exits. */
export function conclude(faults, well) {
  if (faults.length === 0) console.log(well)
  for (const fault of faults) console.error(fault)
  process.exit(faults.length === 0 ? 0 : 1)
}
