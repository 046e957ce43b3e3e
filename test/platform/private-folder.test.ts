import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { makePrivateFolder } from '../../src/platform/private-folder.js'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'cq-'))
})
afterEach(() => rm(place, { recursive: true }))

test('a folder is made with its missing parents, for this user alone, and twice is as once', async () => {
  const folder = join(place, 'a', 'b', 'c')
  await Promise.all([makePrivateFolder(folder), makePrivateFolder(folder)])
  await makePrivateFolder(folder)
  for (const each of [join(place, 'a'), folder]) expect((await stat(each)).mode & 0o777).toBe(0o700)
})

test('a file in the way is named', async () => {
  await writeFile(join(place, 'file'), '')
  await expect(makePrivateFolder(join(place, 'file'))).rejects.toThrow('EEXIST')
  await expect(makePrivateFolder(join(place, 'file', 'below', 'it'))).rejects.toThrow(
    `ENOTDIR: not a directory, mkdir '${place}/file/below'`,
  )
})

// Node's own recursive mkdir never returns here.
if (existsSync('/proc/self'))
  test('below a file system that takes no folders it throws', async () => {
    await expect(makePrivateFolder('/proc/colloquy/data')).rejects.toThrow('ENOENT')
  })
