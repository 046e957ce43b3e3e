/** The ways a site can refuse. */
import { UserError } from '../platform/errors.js'

export class SettingsNotAllowed extends UserError {
  static readonly description = 'A setting is not one that a site can have.'
  readonly code = 'SETTINGS_NOT_ALLOWED'
}
