/** What sockets may ask of the service; each number can be configured. */
export const socketLimits = {
  /** Who has not said `connection_init` by then wants something else. Milliseconds. */
  initTimeoutMs: 5000,
  /** Shorter than the minute after which proxies drop a quiet connection. Milliseconds. */
  pingEveryMs: 12_000,
  /** A document of the largest size with its variables fits well. Bytes. */
  frameBytes: 64 * 1024,
  /** A page follows a discussion or two; a front page some more. */
  subscriptions: 20,
  /** A school or an office behind one address, each with a page or two; of IPv6 a /64 is one address. */
  perAddress: 500,
  /** Messages a second that are taken for long, and at once after a quiet while: a page that subscribes anew to all it shows. */
  messagesASecond: 20,
  messageBurst: 60,
  /** A reader who takes nothing for so long is sent away and comes back with a cursor. Milliseconds. */
  drainMs: 10_000,
  /** How much longer than its token a connection lives: the clocks of two machines differ. Milliseconds. */
  expiryGraceMs: 30_000,
  /** How often connections are looked after. Milliseconds. */
  checkEveryMs: 1000,
  /** How often it is asked whether those who are signed in may still follow as themselves. Milliseconds. */
  rightsEveryMs: 2000,
}

export type SocketLimits = Readonly<typeof socketLimits>
