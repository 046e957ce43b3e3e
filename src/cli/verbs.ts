/** All verbs but `help` and `start`, which are cli/main.ts's own. A new verb is a file beside this one and a line here. */
import { backup } from './backup.js'
import { importFromWordPress } from './import.js'
import { recount } from './recount.js'
import { changeSiteVerb, createSiteVerb, listSites } from './site.js'
import { token } from './token.js'
import type { Verb } from './verb.js'

export const verbs: readonly Verb[] = [token, createSiteVerb, changeSiteVerb, listSites, importFromWordPress, recount, backup]
