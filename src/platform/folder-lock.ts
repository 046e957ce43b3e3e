/**
 * One process at a time owns a data folder: two embedded databases on one folder would silently lose each other's rows.
 *
 * The lock is the symbolic link with the highest number in `<folder>/lock`; its text is the id of its owner, who listens on the
 * socket `<id>.sock` and rewrites `<id>.json` every two seconds. Why this is safe:
 * - A link is made whole or not at all, and only by one of those who want the same number. Its owner listens before he makes it, so
 *   there is no moment in which a living owner does not answer. Process ids play no part: in containers they are all 1.
 * - A dead owner's link is never removed to make room, which is where locks break (A and B see a dead lock, A removes and takes it, B
 *   removes A's). Whoever finds the highest number n dead tries to make n + 1, and of many only one can.
 * - Lower numbers are removed only by somebody who holds a higher one, so the highest number never falls. A starter who slept after
 *   reading n, while n + 1 came, went and was tidied away, can still make n + 1; so each looks again after making his link and
 *   withdraws if it is not the highest. (A listing of so small a folder is one call, in which local file systems hold still.)
 * - A socket that refuses proves death only on the owner's own kernel and mount, which the kernel's boot id and the device number
 *   tell. Elsewhere (a network volume, a virtual machine's share, after a reboot) the owner is dead once his file has been still for 15 s.
 * What no lock of files can do: hold back an owner on another machine who slept for 15 s in the middle of a write. He ends when he wakes.
 */
import { randomBytes } from 'node:crypto'
import { chmod, lstat, readdir, readFile, readlink, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makePrivateFolder } from './private-folder.js'
import { socketPath } from './socket-path.js'

/** Another process owns the folder; the message says which one and what the operator can do. */
export class FolderInUse extends Error {
  constructor(folder: string, owner: Owner | undefined) {
    const who = owner ? ` (process ${owner.pid} on ${owner.host}, since ${owner.since})` : ''
    super(
      `The data folder ${resolve(folder)} is in use by another running Colloquy${who}. Only one process can use the embedded database: ` +
        'stop that one, give this one a folder of its own with DATA_DIR, or use PostgreSQL with DATABASE_URL to run several.',
    )
    this.name = 'FolderInUse'
  }
}

export interface FolderLockOptions {
  /** Given each connection to `controlPath`; without it they are closed at once. */
  onConnection?: (socket: Socket) => void
  /** Told that the lock was lost (files removed, or this machine slept too long): nothing more may be written. By default the process ends. */
  onLost?: (error: Error) => void
}

const beatMs = 2000
const silentMs = 15_000

/** What starters that died before they had the lock leave behind is removed after an hour. */
const leftOverMs = 3_600_000

/** Makes this process the owner of `folder`, which is made if missing, or throws FolderInUse; takes 15 s after a crash on another machine. */
export async function lockFolder(folder: string, options: FolderLockOptions = {}): Promise<{ release(): Promise<void> }> {
  const place = lockPlace(folder)
  await makePrivateFolder(place)
  await chmod(place, 0o700)
  const self = await announce(place, options.onConnection)
  try {
    const generation = await claim(folder, place, self)
    await tidy(place, generation, self.id)
    await symlink(`${self.id}.sock`, join(place, `${self.id}.control`))
    await rename(join(place, `${self.id}.control`), join(place, control))
    const end = keepBeating(place, generation, self, options.onLost)
    return { release: () => end().then(() => withdraw(place, self)) }
  } catch (error) {
    await withdraw(place, self)
    throw error
  }
}

/** The socket of the process that owns `folder`; connecting fails when there is none. Only the folder's owner may connect. */
export function controlPath(folder: string): string {
  return socketPath(lockPlace(folder), control)
}

const control = 'control.sock'

/** Who owns the lock, as others can read it; `kernel` only where his socket can be trusted to tell whether he lives. */
interface Owner {
  kernel?: string
  host: string
  pid: number
  since: string
}

interface Self {
  id: string
  owner: Owner
  server: Server | undefined
}

const lockPlace = (folder: string) => join(resolve(folder), 'lock')

async function announce(place: string, onConnection: FolderLockOptions['onConnection']): Promise<Self> {
  const id = randomBytes(6).toString('hex')
  const server = await listen(socketPath(place, `${id}.sock`), onConnection ?? ((socket) => socket.destroy()))
  const owner: Owner = { host: hostname(), pid: process.pid, since: new Date().toISOString() }
  if (server) owner.kernel = await kernelOf(place)
  const self = { id, owner, server }
  await beat(place, self)
  return self
}

/** Undefined on file systems that hold no sockets, such as the shares of some virtual machines: there the heartbeat alone must do. */
function listen(path: string, onConnection: (socket: Socket) => void): Promise<Server | undefined> {
  const unsupported = ['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'ENOSYS', 'EINVAL']
  return new Promise((done, fail) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      onConnection(socket)
    })
    server.on('error', (error: NodeJS.ErrnoException) => (unsupported.includes(error.code ?? '') ? done(undefined) : fail(error)))
    server.listen(path, () => done(server.unref()))
  })
}

async function claim(folder: string, place: string, self: Self): Promise<number> {
  for (;;) {
    const last = await lastClaim(place)
    if (last && (await isAlive(place, last.id, self))) throw new FolderInUse(folder, await readOwner(place, last.id))
    const generation = (last?.generation ?? 0) + 1
    if (!(await linkOnce(self.id, join(place, String(generation))))) continue
    if ((await lastClaim(place))?.generation === generation) return generation
    await unlink(join(place, String(generation)))
  }
}

async function lastClaim(place: string): Promise<{ generation: number; id: string } | undefined> {
  for (;;) {
    const generation = highest(await readdir(place))
    if (generation === 0) return undefined
    const id = await unlessMissing(readlink(join(place, String(generation))))
    if (id !== undefined) return { generation, id }
  }
}

const claimsIn = (names: string[]) => names.filter((name) => /^\d+$/.test(name)).map(Number)
const highest = (names: string[]) => Math.max(0, ...claimsIn(names))

async function linkOnce(text: string, path: string): Promise<boolean> {
  try {
    await symlink(text, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isAlive(place: string, id: string, self: Self): Promise<boolean> {
  const owner = await readOwner(place, id)
  if (!owner) return false
  if (await answers(socketPath(place, `${id}.sock`))) return true
  if (owner.kernel !== undefined && owner.kernel === (await kernelOf(place))) return false
  return isBeating(place, id, self)
}

/** Undefined when its owner has left; an empty owner when a power cut left a torn file. */
async function readOwner(place: string, id: string): Promise<Owner | undefined> {
  const text = await unlessMissing(readFile(join(place, `${id}.json`), 'utf8'))
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Owner
  } catch {
    return { host: 'an unknown machine', pid: 0, since: 'an unknown time' }
  }
}

/** A full queue of connections is an answer too: only a missing or refusing socket is none. */
function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => done(!['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(error.code ?? '')))
  })
}

/** Compares times of the same file system's clock, then waits for a change: clocks of other machines are not believed. */
async function isBeating(place: string, id: string, self: Self): Promise<boolean> {
  const first = await lastBeat(place, id)
  for (const began = Date.now(); Date.now() - began < silentMs; await delay(beatMs / 4)) {
    const latest = await lastBeat(place, id)
    if (latest === undefined) return false
    if (latest !== first) return true
    await beat(place, self)
    const now = await lastBeat(place, self.id)
    if (now !== undefined && now - latest > silentMs) return false
  }
  return false
}

const lastBeat = async (place: string, id: string) => (await unlessMissing(stat(join(place, `${id}.json`))))?.mtimeMs

/** Written beside and renamed, so that nobody reads half of it. */
async function beat(place: string, self: Self): Promise<void> {
  const path = join(place, `${self.id}.json`)
  await writeFile(`${path}.next`, JSON.stringify(self.owner), { mode: 0o600 })
  await rename(`${path}.next`, path)
}

function keepBeating(place: string, generation: number, self: Self, onLost: (error: Error) => void = endProcess): () => Promise<void> {
  let beating = Promise.resolve()
  const timer = setInterval(() => {
    beating = beating.then(() => beatOrLose()).catch(() => {}) // a disk that is away for a moment; the next beat tries again
  }, beatMs).unref()
  async function beatOrLose(): Promise<void> {
    const names = await readdir(place)
    const needed = self.server ? [`${self.id}.json`, `${self.id}.sock`] : [`${self.id}.json`]
    if (highest(names) === generation && needed.every((name) => names.includes(name))) return beat(place, self)
    clearInterval(timer)
    onLost(
      new Error(
        `The lock in ${place} was taken over or removed while this process held it. It must not write to the data folder any more.`,
      ),
    )
  }
  return () => {
    clearInterval(timer)
    return beating
  }
}

/** Thrown where nobody can catch it, so that the process ends before it harms the new owner's data. */
function endProcess(error: Error): void {
  setImmediate(() => {
    throw error
  })
}

/** Removes what dead owners left: lower claims with their owners' files, and files of starters that died before they had the lock. */
async function tidy(place: string, generation: number, ownId: string): Promise<void> {
  const names = await readdir(place)
  for (const lower of claimsIn(names).filter((number) => number < generation)) {
    const id = await unlessMissing(readlink(join(place, String(lower))))
    await rm(join(place, String(lower)), { force: true })
    if (id !== undefined && id !== ownId) await removeFiles(place, id)
  }
  const now = (await lastBeat(place, ownId)) ?? 0
  for (const name of names.filter((file) => /^[0-9a-f]{12}\./.test(file) && !file.startsWith(ownId))) {
    const changed = (await unlessMissing(lstat(join(place, name))))?.mtimeMs ?? now
    if (now - changed > leftOverMs) await rm(join(place, name), { force: true })
  }
}

async function withdraw(place: string, self: Self): Promise<void> {
  self.server?.close()
  await removeFiles(place, self.id)
}

async function removeFiles(place: string, id: string): Promise<void> {
  for (const ending of ['json', 'json.next', 'sock', 'control']) await rm(join(place, `${id}.${ending}`), { force: true })
}

/** Which kernel and mount this is: two processes in which both agree see each other's sockets. */
async function kernelOf(place: string): Promise<string> {
  const kernel = await unlessMissing(readFile('/proc/sys/kernel/random/boot_id', 'utf8'))
  return `${kernel?.trim() ?? hostname()} ${(await stat(place)).dev}`
}

async function unlessMissing<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
