/** The whole schema: each feature adds its own part by being imported. */
import './graphql/scalars.js'
import './graphql/errors.js'
import './graphql/nodes.js'
import './sites/schema.js'
import './identity/schema.js'
import './identity/site.schema.js'
import './articles/schema.js'
import './comments/schema.js'
import './comments/mutations.schema.js'
import './votes/schema.js'
import './moderation/schema.js'
import './audit/schema.js'
import './live/schema.js'
import { builder } from './graphql/builder.js'

export const schema = builder.toSchema()
