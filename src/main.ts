/** Starts the program and stops it: configuration, app, the demonstration where nothing is there yet, then listening until a signal. */
import { type App, buildApp } from './app.js'
import { startControl } from './cli/control.js'
import { explain } from './cli/faults.js'
import { groundOf } from './cli/ground.js'
import { verbs } from './cli/verbs.js'
import { welcome } from './cli/welcome.js'
import { type Config, readConfig } from './config.js'
import { demoAccess, plantDemo } from './demo.js'
import { type Example, examplesFor } from './examples.js'
import { createLog, type Log } from './platform/log.js'
import { allSites } from './sites/sites.js'

/** What runs may finish in this time after a signal. Milliseconds; orchestrators kill after 10 to 30 s. */
const stopWithinMs = 15_000

/** Lines of the log wait so long for the words to people, which come first. Milliseconds. */
const wordsFirstMs = 5000

let config: Config | undefined
const output = wordsBeforeLog()
try {
  config = readConfig()
  await start(config, createLog({ level: config.logLevel, destination: { write: output.log } }))
} catch (error) {
  output.release()
  const { text, exitCode } = explain(error, config)
  process.stderr.write(`${text}\n`)
  process.exit(exitCode) // what was opened before the fault may still hold the process
}

async function start(config: Config, log: Log): Promise<void> {
  const control = startControl({ log, verbs })
  const examples: Example[] = []
  const onControl = (socket: Parameters<typeof control.accept>[0], app: App) => control.accept(socket, groundOf(app, config, log))
  const app = await buildApp(config, { log, onControl, examples })
  const stop = async () => {
    await control.stop()
    await app.stop()
  }
  stopOnSignals(stop, log)
  try {
    const demo = app.embedded && config.demo ? await openDemo(app, config, log) : null
    examples.push(...(await examplesFor(app, demo, showsTokens(config))))
    const { url } = await app.listen()
    output.words(welcome({ url, config, demo, sites: (await allSites(app.db)).length }))
    output.release()
    warn(config, log)
    log.info({ url, embedded: app.embedded }, 'Colloquy is ready')
  } catch (error) {
    await stop()
    throw error
  }
}

/** The demonstration's tokens, where its site is there; it is made where there is no site at all. */
async function openDemo(app: App, config: Config, log: Log) {
  const ground = groundOf(app, config, log)
  if ((await allSites(app.db)).length === 0) await plantDemo(ground, ownOrigins(config))
  return demoAccess(ground)
}

function ownOrigins({ publicUrl, port }: Config): string[] {
  return publicUrl ? [new URL(publicUrl).origin] : [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
}

/** A page that only this machine can open may hold the demonstration's tokens. */
function showsTokens({ host, publicUrl, trustedProxies }: Config): boolean {
  return ['127.0.0.1', '::1', 'localhost'].includes(host) && publicUrl === null && trustedProxies.length === 0
}

function warn({ databaseUrl, redisUrls, secret }: Config, log: Log): void {
  if (!databaseUrl) return
  if (redisUrls.length === 0)
    log.warn({}, 'REDIS_URL is not set: several processes work, but hear of each other’s comments up to 2 s late and count limits apart.')
  if (!secret)
    log.warn(
      {},
      'COLLOQUY_SECRET is not set: tokens are signed with the key file in DATA_DIR. Several processes need the same secret in all of them.',
    )
}

function stopOnSignals(stop: () => Promise<void>, log: Log): void {
  let stopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1) // asked a second time: whoever asks does not want to wait
    stopping = true
    log.info({ signal }, 'Colloquy stops')
    setTimeout(() => {
      log.error({}, `Colloquy did not stop within ${stopWithinMs / 1000} seconds and is ended`)
      process.exit(1) // what hangs would hold it until the orchestrator kills it
    }, stopWithinMs).unref()
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'Colloquy did not stop well')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
}

/** The standard output: what people read first, then the lines of the log that came meanwhile. */
function wordsBeforeLog() {
  let held: string[] | null = []
  const release = () => {
    for (const line of held ?? []) process.stdout.write(line)
    held = null
  }
  setTimeout(release, wordsFirstMs).unref()
  return {
    words: (text: string) => void process.stdout.write(`${text}\n`),
    log: (line: string) => void (held ? held.push(line) : process.stdout.write(line)),
    release,
  }
}
