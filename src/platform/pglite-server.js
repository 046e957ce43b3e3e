/** Serves PGlite on a unix socket, to one connection after the other: the next waits in line until the one before has gone. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** First words of a connection (https://www.postgresql.org/docs/18/protocol-message-formats.html): encryption is declined, a cancel cannot be heeded. */
const encryptionRequests = [80877103, 80877104]
const cancelRequest = 80877102

const terminate = 'X'.charCodeAt(0)

/**
 * Listens on `path`; returns the stop, which cuts the connections.
 * @param {import('@electric-sql/pglite').PGlite} db
 * @param {string} path
 */
export async function serve(db, path) {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  let line = Promise.resolve()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}) // the line below learns of it by itself
    socket.on('close', () => sockets.delete(socket))
    line = line
      .then(() => talk(db, socket))
      .catch(() => {})
      .then(() => cleanSession(db))
      .finally(() => socket.destroy())
  })
  server.listen(path)
  await once(server, 'listening')
  return async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await line
  }
}

/** Hands each message of the connection to the database until either side ends it. */
async function talk(db, socket) {
  let started = false
  for await (const message of messages(socket, () => started)) {
    const code = started ? 0 : message.readInt32BE(4)
    if (message[0] === terminate || code === cancelRequest) return
    if (encryptionRequests.includes(code)) {
      socket.write('N')
      continue
    }
    started = true
    const onRawData = (data) => socket.write(Buffer.from(data))
    await db.runExclusive(() => db.execProtocolRawStream(new Uint8Array(message), { onRawData }))
  }
}

/** The first message has no type before its length, all others have one of a byte. */
async function* messages(socket, isStarted) {
  let parts = []
  let size = 0
  for await (const part of socket) {
    parts.push(part)
    size += part.length
    if (size < 5 || size < lengthOf(peek(parts), isStarted())) continue
    let rest = Buffer.concat(parts, size)
    while (rest.length >= 5 && rest.length >= lengthOf(rest, isStarted())) {
      const length = lengthOf(rest, isStarted())
      yield rest.subarray(0, length)
      rest = rest.subarray(length)
    }
    parts = [rest]
    size = rest.length
  }
}

const lengthOf = (bytes, started) => (started ? bytes.readInt32BE(1) + 1 : bytes.readInt32BE(0))

/** The first bytes, without joining a long message anew for each of its parts. */
const peek = (parts) => (parts[0].length >= 5 ? parts[0] : Buffer.concat(parts))

/** All connections share PGlite's one session: each is to find it as a new one would be. */
function cleanSession(db) {
  return db.runExclusive(async () => {
    for (const text of ['ROLLBACK', 'DISCARD ALL']) db.execProtocolRawSync(simpleQuery(text))
  })
}

function simpleQuery(text) {
  const message = Buffer.alloc(text.length + 6)
  message.write('Q', 0)
  message.writeInt32BE(text.length + 5, 1)
  message.write(text, 5)
  return new Uint8Array(message)
}
