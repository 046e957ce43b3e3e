/** The database as features see it: opaque handles, so that SQL can be written in stores only. */

/** Reads outside a transaction; each statement sees what was committed when it began. */
export interface Database {
  readonly inTransaction: false
}

/** A transaction in progress. */
export interface Tx {
  readonly inTransaction: true
}

/** A context inside a transaction: the outer database is out of reach, since waiting for it there can wait for ever. */
export type Inside<C extends { db: Database }> = Omit<C, 'db'> & { tx: Tx }
