/** The baseline: what one socket says goes to all others as it is, over ws alone. Run as a process of its own. */
import { WebSocketServer } from 'ws'

const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
sockets.on('connection', (from) => {
  from.on('message', (bytes: Buffer) => {
    for (const to of sockets.clients) if (to !== from) to.send(bytes, { binary: false })
  })
})
sockets.on('listening', () => console.log(JSON.stringify(sockets.address())))
