/** The ways a site can refuse. */
import { UserError } from '../platform/errors.js'

export class SettingsNotAllowed extends UserError {
  static readonly description = 'A name, an origin or a setting is not one that a site can have.'
  readonly code = 'SETTINGS_NOT_ALLOWED'
}

export class OriginTaken extends UserError {
  static readonly description =
    'An origin, or a host that is to stand for one, belongs to another site of this installation; http and https are the same here.'
  readonly code = 'ORIGIN_TAKEN'

  constructor(place: string) {
    super(`Another site of this installation has ${place} already: a URL can belong to one site only.`)
  }
}
