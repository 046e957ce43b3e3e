/** The settings of a process: the only reader of process.env, which reports every fault at once. */
import { z } from 'zod'
import { type SocketLimits, socketLimits } from './live/limits.js'
import { parseNetwork } from './platform/address.js'
import { type LogLevel, logLevels } from './platform/log.js'
import { parseUrl } from './platform/url.js'

/** One setting: how it is read, what holds without it, and what the table of the README says. */
interface Option<T> {
  variable: string
  reads: z.ZodType<T>
  absent: T
  /** Stands in the table where the value says too little. */
  absentText?: string
  about: string
  /** Its value is never shown, not even when it is wrong. */
  secret?: boolean
}

/** What readConfig throws: its message is for whoever starts the program. */
export class ConfigurationFault extends Error {
  override readonly name = 'ConfigurationFault'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `- ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most,
      `must be a whole number from ${least} to ${most}`,
    )
    .transform(Number)

const onOff = z.enum(['on', 'off'], 'must be "on" or "off"').transform((text) => text === 'on')

const text = z.string()

const databaseUrl = text.refine(
  (value) => isUrl(value, ['postgresql:', 'postgres:']),
  'must be a URL such as postgresql://user:password@host/database',
)

const redisUrls = list(
  text.refine((value) => isUrl(value, ['redis:', 'rediss:']), 'must be a URL such as redis://host:6379, or several with commas between'),
)

const publicUrl = text
  .refine(isBareUrl, 'must be an http or https URL without user, query and fragment')
  .transform((value) => new URL(value).href.replace(/\/+$/, ''))

const networks = list(
  text.refine((value) => parseNetwork(value) !== null, 'must be addresses or networks such as 10.0.0.0/8, with commas between'),
)

/** A key shorter than the hash it keys (32 bytes) can be guessed sooner than the hash can be broken. */
const secretBytes = 32

const secret = text.refine((value) => Buffer.byteLength(value) >= secretBytes, `must be at least ${secretBytes} bytes long`)

const options = {
  port: option({
    variable: 'PORT',
    reads: wholeNumber(0, 65_535),
    absent: 4000,
    about: 'Port for HTTP and WebSocket; 0 takes a free one.',
  }),
  host: option({
    variable: 'HOST',
    reads: text,
    absent: '127.0.0.1',
    about:
      'Address to listen on. Only this machine can reach the default; in a container, or without a proxy before it, set `0.0.0.0` or `::`.',
  }),
  databaseUrl: option<string | null>({
    variable: 'DATABASE_URL',
    reads: databaseUrl,
    absent: null,
    absentText: 'the embedded database',
    about: 'PostgreSQL 15 or newer, `postgresql://…`.',
    secret: true,
  }),
  redisUrls: option<readonly string[]>({
    variable: 'REDIS_URL',
    reads: redisUrls,
    absent: [],
    absentText: 'none, for one process',
    about:
      'Redis, `redis://…` or `rediss://…`; several URLs with commas between are nodes of one cluster. Needed when several processes share a database.',
    secret: true,
  }),
  dataDir: option({
    variable: 'DATA_DIR',
    reads: text,
    absent: './colloquy-data',
    about: 'Folder for the embedded database and the key file.',
  }),
  publicUrl: option<string | null>({
    variable: 'PUBLIC_URL',
    reads: publicUrl,
    absent: null,
    absentText: 'where it listens',
    about: 'Where browsers reach the service, `https://comments.example.org`.',
  }),
  secret: option<string | null>({
    variable: 'COLLOQUY_SECRET',
    reads: secret,
    absent: null,
    absentText: 'a key file in `DATA_DIR`',
    about: 'Signs tokens and keys addresses; at least 32 bytes, the same in every process.',
    secret: true,
  }),
  trustedProxies: option<readonly string[]>({
    variable: 'TRUSTED_PROXIES',
    reads: networks,
    absent: [],
    absentText: 'none',
    about: 'Networks of proxies whose `X-Forwarded-For` is believed, such as `10.0.0.0/8, fd00::/8`.',
  }),
  logLevel: option<LogLevel>({
    variable: 'COLLOQUY_LOG_LEVEL',
    reads: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`),
    absent: 'info',
    about: `What is logged: ${logLevels.map((level) => `\`${level}\``).join(', ')}.`,
  }),
  graphiql: option({ variable: 'COLLOQUY_GRAPHIQL', reads: onOff, absent: true, about: 'The page for trying queries at `/graphql`.' }),
  demo: option({
    variable: 'COLLOQUY_DEMO',
    reads: onOff,
    absent: true,
    about: 'A demonstration site where the embedded database is empty.',
  }),
  databaseReaders: option({
    variable: 'COLLOQUY_DATABASE_READERS',
    reads: wholeNumber(1, 100),
    absent: 6,
    about: 'Connections to PostgreSQL for reading, for each process.',
  }),
  databaseWriters: option({
    variable: 'COLLOQUY_DATABASE_WRITERS',
    reads: wholeNumber(1, 100),
    absent: 4,
    about: 'Connections to PostgreSQL for writing, for each process.',
  }),
  keptMegabytes: option({
    variable: 'COLLOQUY_KEPT_MEGABYTES',
    reads: wholeNumber(0, 100_000),
    absent: 64,
    about: 'Room for answers that everybody gets, for each process; 0 keeps none.',
  }),
  rateLimits: option({
    variable: 'COLLOQUY_RATE_LIMITS',
    reads: onOff,
    absent: true,
    about: 'Limits on how often people and addresses may act; `off` is for load tests only.',
  }),
}

/** Each limit of live connections: the end of its variable's name, the least and the most that it may be, what it limits. */
const socketOptions = {
  perAddress: socketOption('PER_ADDRESS', [1, 1_000_000], 'Live connections (sockets and streams) of one address, for each process.'),
  subscriptions: socketOption('SUBSCRIPTIONS', [1, 1000], 'Subscriptions on one socket.'),
  initTimeoutMs: socketOption('INIT_TIMEOUT_MS', [10, 600_000], 'Milliseconds within which a socket says `connection_init`.'),
  pingEveryMs: socketOption('PING_EVERY_MS', [10, 600_000], 'Milliseconds between two pings; who answers none is cut off.'),
  frameBytes: socketOption('FRAME_BYTES', [1024, 10_000_000], 'The largest message that a socket may send, in bytes.'),
  messagesASecond: socketOption('MESSAGES_A_SECOND', [1, 100_000], 'Messages that a socket may send in a second, for long.'),
  messageBurst: socketOption('MESSAGE_BURST', [1, 100_000], 'Messages that a socket may send at once.'),
  drainMs: socketOption('DRAIN_MS', [10, 600_000], 'Milliseconds for which a reader may take nothing of what is sent.'),
  expiryGraceMs: socketOption('EXPIRY_GRACE_MS', [0, 600_000], 'Milliseconds that a connection outlives its token.'),
  rightsEveryMs: socketOption('RIGHTS_EVERY_MS', [10, 60_000], 'Milliseconds after which a ban or a withdrawn token ends connections.'),
  checkEveryMs: socketOption('CHECK_EVERY_MS', [10, 60_000], 'Milliseconds between two looks at slow and silent connections.'),
} satisfies { [Limit in keyof SocketLimits]: unknown }

/** Every setting, checked. */
export type Config = { readonly [Field in keyof typeof options]: (typeof options)[Field]['absent'] } & { readonly sockets: SocketLimits }

/** Reads the settings; an empty variable counts as absent. Throws ConfigurationFault, which names every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const faults = unknownVariables(env)
  const read = ([field, { variable, reads, absent, secret: hidden }]: [string, Option<unknown>]) => {
    const given = env[variable]?.trim()
    if (!given) return [field, absent]
    const result = reads.safeParse(given)
    if (result.success) return [field, result.data]
    const rules = [...new Set(result.error.issues.map((issue) => issue.message))].join(' and ')
    faults.push(`${variable} ${rules}${hidden ? '' : `, but is "${given.slice(0, 100)}"`}.`)
    return [field, absent]
  }
  const flat = Object.fromEntries(Object.entries(options).map(read))
  const sockets = Object.fromEntries(Object.entries(socketTable()).map(read))
  const config = { ...flat, sockets } as Config
  if (faults.length > 0) throw new ConfigurationFault(faults)
  return config
}

/** The table of settings for the README, in Markdown. */
export function configurationTable(): string {
  const rows = all().map(({ variable, absent, absentText, about }) => {
    const shown = absentText ?? `\`${typeof absent === 'boolean' ? (absent ? 'on' : 'off') : String(absent)}\``
    return `| \`${variable}\` | ${shown} | ${about} |`
  })
  return ['| Variable | Without it | What it does |', '|---|---|---|', ...rows, ''].join('\n')
}

function option<T>(one: Option<T>): Option<T> {
  return one
}

function all(): Option<unknown>[] {
  return [...Object.values(options), ...Object.values(socketTable())]
}

function socketOption(name: string, [least, most]: [number, number], about: string): Omit<Option<number>, 'absent'> {
  return { variable: `COLLOQUY_SOCKET_${name}`, reads: wholeNumber(least, most), about }
}

/** What holds without a variable stands beside its reason in live/limits.ts. */
function socketTable(): Record<string, Option<number>> {
  return Object.fromEntries(
    Object.entries(socketOptions).map(([limit, option]) => [limit, { ...option, absent: socketLimits[limit as keyof SocketLimits] }]),
  )
}

/** Entries with commas between, each by its own rule. */
function list<T>(entry: z.ZodType<T, string>) {
  return text.transform((value) => value.split(',').flatMap((part) => part.trim() || [])).pipe(z.array(entry))
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  return protocols.includes(parseUrl(value)?.protocol ?? '')
}

function isBareUrl(value: string): boolean {
  if (!isUrl(value, ['http:', 'https:'])) return false
  const { username, password, search, hash } = new URL(value)
  return username + password + search + hash === ''
}

const ours = 'COLLOQUY_'

/** A misspelt variable would otherwise be ignored without a word. */
function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = all().map(({ variable }) => variable)
  return Object.keys(env)
    .filter((name) => name.startsWith(ours) && !known.includes(name))
    .map((name) => `${name} is not known${suggestion(name, known)}`)
}

/** The known variable that a misspelt one is most likely to mean, where no more than a third of its letters differ. */
function suggestion(name: string, known: readonly string[]): string {
  const bare = (variable: string) => variable.replace(ours, '')
  const ranked = known.map((variable) => ({ variable, distance: distance(bare(name), bare(variable)) }))
  const nearest = ranked.reduce((best, next) => (next.distance < best.distance ? next : best))
  return nearest.distance <= bare(name).length / 3 ? `; did you mean ${nearest.variable}?` : '; see the README for those that are.'
}

/** Letters to insert, drop or change to make one word of the other (Levenshtein 1966), row by row. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, against] of [...other].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === against ? 0 : 1)))
    }
    row = next
  }
  return row[other.length] ?? 0
}
