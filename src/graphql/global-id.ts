/** Relay's global ids: the type's name and the row's UUID, base64url, refused early where they are neither. */
import { validate } from 'uuid'
import { Refused } from '../platform/errors.js'

export function encodeGlobalId(typename: string, id: string | number | bigint): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url')
}

/** Throws BAD_USER_INPUT for what is not one of our ids. */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const [typename = '', id = '', ...more] = Buffer.from(globalId, 'base64url').toString().split(':')
  if (!/^[A-Za-z]+$/.test(typename) || !validate(id) || more.length > 0) throw notAnId(globalId)
  return { typename, id }
}

export function notAnId(globalId: string): Refused {
  return new Refused('BAD_USER_INPUT', `"${globalId.slice(0, 100)}" is not an id of this service.`)
}
