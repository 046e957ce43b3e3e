/** The two kinds of failure that leave the program on purpose. */

/** A failure a person can be told about, declared by the mutation that may meet it; its code never changes. */
export abstract class UserError extends Error {
  abstract readonly code: string
}

/** Something the program needs is away or overloaded: nothing was done, and trying again later may work. */
export class Unavailable extends Error {
  readonly code = 'UNAVAILABLE'
  readonly retryAfterMs: number

  constructor(message = 'The service cannot answer just now; try again shortly.', retryAfterMs = 1000, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** What any operation may refuse as a whole: becomes a top-level error with this code in its extensions. */
export class Refused extends Error {
  readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT' | 'NOT_FOUND' | 'RATE_LIMITED' | 'RESYNC'
  readonly retryAfterMs: number | undefined

  constructor(code: Refused['code'], message: string, retryAfterMs?: number) {
    super(message)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** A transaction lost a race for a lock or a row; it may win the next time. Never leaves `transaction`. */
export class LostRace extends Error {}
