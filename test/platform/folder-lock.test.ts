import type { ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { controlPath, FolderInUse, lockFolder } from '../../src/platform/folder-lock.js'
import { longestSocketPath } from '../../src/platform/socket-path.js'
import { kill, nextMessage, startChild } from './child.js'
import { until } from './until.js'

let folder: string
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'colloquy-lock-'))
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  await rm(folder, { recursive: true })
})

async function startRacers(count: number): Promise<ChildProcess[]> {
  const racers = Array.from({ length: count }, () => startChild('lock-racer', folder))
  children.push(...racers)
  await Promise.all(racers.map(nextMessage))
  return racers
}

function tryToLock(racer: ChildProcess): Promise<unknown> {
  const answer = nextMessage(racer)
  racer.send('lock')
  return answer
}

const names = (ending: string) => readdir(join(folder, 'lock')).then((all) => all.filter((name) => name.endsWith(ending)))

describe('the lock on a data folder', () => {
  test('a second owner in the same process is refused until the first lets go', async () => {
    const first = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse)
    await first.release()
    const second = await lockFolder(folder)
    await second.release()
  })

  test('a second process is refused with the folder, the owner and what to do', async () => {
    const [racer] = await startRacers(1)
    if (!racer) throw new Error('unreachable')
    expect(await tryToLock(racer)).toBe('won')
    const refusal = await lockFolder(folder).catch((error: Error) => error.message)
    expect(refusal).toContain(folder)
    expect(refusal).toContain(`process ${racer.pid}`)
    expect(refusal).toContain('DATA_DIR')
  })

  test('after kill -9 the next start has it at once, and of many racing for it exactly one', async () => {
    let racers = await startRacers(8)
    while (racers.length > 0) {
      const began = performance.now()
      const answers = await Promise.all(racers.map(tryToLock))
      expect(answers.toSorted()).toEqual([...racers.slice(1).map(() => 'refused'), 'won'])
      expect(performance.now() - began).toBeLessThan(5000)
      const winner = racers[answers.indexOf('won')]
      if (winner) await kill(winner)
      racers = racers.filter((racer) => racer !== winner)
    }
  })

  test('the dead leave nothing behind once somebody has the lock', async () => {
    const racers = await startRacers(3)
    for (const racer of racers) {
      await tryToLock(racer)
      await kill(racer)
    }
    const lock = await lockFolder(folder)
    const { length } = await readdir(join(folder, 'lock'))
    expect(length).toBe(4) // the claim, the owner's file and socket, the way to the socket
    await lock.release()
  })

  test('an owner on another machine is believed while his file changes', async () => {
    const heartbeat = await ownerElsewhere()
    const timer = setInterval(() => void writeFile(heartbeat, '{"kernel":"elsewhere"}'), 100)
    await expect(lockFolder(folder)).rejects.toThrow(FolderInUse)
    clearInterval(timer)
  })

  test('an owner on another machine whose file has long been still is dead', async () => {
    await utimes(await ownerElsewhere(), 1000, 1000)
    const lock = await lockFolder(folder)
    await lock.release()
  })

  test('an owner whose lock is taken from him is told', async () => {
    const lost: Error[] = []
    const lock = await lockFolder(folder, { onLost: (error) => void lost.push(error) })
    await symlink('aaaaaaaaaaaa', join(folder, 'lock', '2'))
    await until('the owner was told', () => lost.length > 0)
    expect(lost[0]?.message).toContain('must not write')
    await lock.release()
  })

  async function ownerElsewhere(): Promise<string> {
    await (await lockFolder(folder)).release()
    const heartbeat = join(folder, 'lock', 'aaaaaaaaaaaa.json')
    await writeFile(heartbeat, '{"kernel":"elsewhere"}')
    await symlink('aaaaaaaaaaaa', join(folder, 'lock', '2'))
    return heartbeat
  }
})

describe('the way to the process that holds the lock', () => {
  const ask = (socketPath: string) =>
    new Promise<string>((resolve, reject) => {
      get({ socketPath, path: '/', agent: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve)
      }).on('error', reject)
    })

  test.each(['short', 'long'])('a request reaches its HTTP server, also when the path is %s', async (length) => {
    const data = join(folder, length === 'long' ? 'long'.repeat(40) : '')
    const server = createServer((_request, response) => void response.end('at your service'))
    const lock = await lockFolder(data, { onConnection: (socket) => void server.emit('connection', socket) })
    expect(Buffer.byteLength(controlPath(data))).toBeLessThanOrEqual(longestSocketPath)
    expect(await ask(controlPath(data))).toBe('at your service')
    await lock.release()
    await expect(ask(controlPath(data))).rejects.toThrow(/ENOENT|ECONNREFUSED/)
  })

  test('after a crash it leads to the new owner', async () => {
    const [racer] = await startRacers(1)
    if (racer) {
      await tryToLock(racer)
      await kill(racer)
    }
    await expect(ask(controlPath(folder))).rejects.toThrow('ECONNREFUSED')
    const server = createServer((_request, response) => void response.end('new'))
    const lock = await lockFolder(folder, { onConnection: (socket) => void server.emit('connection', socket) })
    expect(await ask(controlPath(folder))).toBe('new')
    await lock.release()
  })

  test('only the user who owns the folder may connect, even where it was open to all', async () => {
    await (await lockFolder(folder)).release()
    await chmod(join(folder, 'lock'), 0o777)
    const lock = await lockFolder(folder)
    expect((await stat(join(folder, 'lock'))).mode & 0o777).toBe(0o700)
    const [file = ''] = await names('.json')
    expect(JSON.parse(await readFile(join(folder, 'lock', file), 'utf8'))).toMatchObject({ pid: process.pid })
    await lock.release()
  })
})
