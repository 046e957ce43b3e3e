/** The type that higher features add fields to. */
import { builder } from '../graphql/builder.js'
import type { Site } from './rules.js'

export const SiteType = builder.objectRef<Site>('Site')
