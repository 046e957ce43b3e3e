/** What the program says when it is ready: where to look and what to try next. */
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config.js'
import { type DemoAccess, demoSite, demoUrl, moderatorDays } from '../demo.js'

interface Ready {
  /** Where it listens. */
  url: string
  config: Config
  demo: DemoAccess | null
  /** How many sites there are. */
  sites: number
}

/** Text of 100 columns at most, tokens and paths aside. */
export function welcome({ url, config, demo, sites }: Ready): string {
  const base = config.publicUrl ?? url
  const places = [
    ['API and GraphiQL', config.graphiql ? `${base}/graphql` : `${base}/graphql (GraphiQL is off)`],
    ['Schema', `${base}/schema.graphql`],
    ['Health', `${base}/health/ready`],
    ...(base === url ? [] : [['Listens on', url]]),
    ['Data', config.databaseUrl ? 'PostgreSQL' : `${resolve(config.dataDir)} (embedded database)`],
  ]
  const steps = demo ? demoSteps(url, demo) : sites === 0 ? firstSteps() : nextSteps()
  return [
    '',
    'Colloquy is ready.',
    '',
    ...places.map(([what = '', where]) => `  ${what.padEnd(18)}${where}`),
    '',
    ...(demo ? tokenLines(demo) : []),
    ...steps.flatMap(([what, command], i) => [`${i + 1}. ${what}`, '', ...command.split('\n').map((line) => `   ${line}`), '']),
  ].join('\n')
}

type Step = readonly [what: string, command: string]

function tokenLines({ moderator }: DemoAccess): string[] {
  return [
    `A moderator’s token for the demonstration site, good for ${moderatorDays} days:`,
    '',
    `   export TOKEN=${moderator}`,
    '',
    `An admin’s token: ${colloquy()} token --role admin`,
    '',
  ]
}

function demoSteps(url: string, { reader }: DemoAccess): Step[] {
  const read = `query($url: String!) { article(url: $url) { title commentCount comments(first: 3) { edges { node { score author { name } html replyCount } } } } }`
  const write = `mutation($input: PostCommentInput!) { postComment(input: $input) { __typename ... on PostCommentPayload { comment { id html } } ... on Error { message } } }`
  const pending = '{ pendingComments(first: 5) { edges { node { id author { name } source } } } }'
  return [
    ['Read the discussion:', curl(url, { query: read, variables: { url: demoUrl } })],
    [
      'Take part as a reader (the key makes a repeated request harmless: take a new one for each comment):',
      curl(url, { query: write, variables: { input: { key: 'my-first-comment', url: demoUrl, text: 'Hello from **curl**.' } } }, reader),
    ],
    ['Moderate, with the token above: see what waits. All other operations are tabs in GraphiQL.', curl(url, { query: pending }, '$TOKEN')],
  ]
}

function firstSteps(): Step[] {
  return [
    ['Make a site:', `${colloquy()} site create news --name 'The News' --origin https://www.example.com`],
    ['Get a token; roles are reader, moderator and admin:', `${colloquy()} token --site news --role moderator`],
    ['See what else can be done:', `${colloquy()} help`],
  ]
}

function nextSteps(): Step[] {
  return [
    ['See the sites:', `${colloquy()} site list`],
    ['Get a token; roles are reader, moderator and admin:', `${colloquy()} token --role moderator`],
    ['See what else can be done:', `${colloquy()} help`],
  ]
}

/** A command for a shell. A token of `$TOKEN` is taken from the environment. */
function curl(url: string, body: object, token?: string): string {
  const authorization = token ? ` -H "authorization: Bearer ${token}"` : ''
  const json = JSON.stringify(body).replaceAll("'", "'\\''")
  return `curl -s ${url}/graphql -H 'content-type: application/json' -H 'x-colloquy-site: ${demoSite}'${authorization} \\\n  -d '${json}'`
}

/** How this program's command line is called from here. */
function colloquy(): string {
  const own = fileURLToPath(new URL('main.js', import.meta.url))
  const path = relative(process.cwd(), own)
  return `node ${path.startsWith('..') ? own : path}`
}
