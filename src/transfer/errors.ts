/** The ways in which an import can end early. */
import { UserError } from '../platform/errors.js'

export class ImportDisturbed extends UserError {
  static readonly description = 'Another import of this file has begun.'
  readonly code = 'IMPORT_DISTURBED'
  override message = 'Another import of this file into this site has begun meanwhile. Import it again when that one has ended.'
}
