// The house rules: who may import whom. Features stand in the order in which they may know of each other: each may
// import only those before it; those on one floor may not meet. What follows `live` serves or spans all features.
const storeys = [
  'audit',
  'sites',
  'identity',
  'articles',
  'comments',
  'votes|moderation|feedback',
  'notifications',
  'live',
  'delivery',
  'transfer',
  'privacy',
]
const anyFeature = storeys.join('|')

// A feature is entered by its door (comments/comments.ts), its rules, its errors, and these extra doors; all else in it is private.
const doors = [
  '^src/([^/]+)/\\1\\.ts$',
  '^src/[^/]+/(rules|errors)\\.ts$',
  '^src/identity/(viewer|standing)\\.ts$',
  '^src/sites/origins\\.ts$',
  '^src/articles/(log|events)\\.ts$',
  '^src/comments/(filter|importing|recount)\\.ts$',
]
const types = '^src/[^/]+/types\\.ts$' // what the API calls a feature's things, for those who extend them
const store = '[./]store\\.ts$'
const schema = '[./]schema\\.ts$'
const rules = '[./]rules\\.ts$'

const packages = (...names) => `node_modules/(${names.join('|')})/`
const rule = (name, from, to, comment) => ({ name, severity: 'error', from, to, ...(comment && { comment }) })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    rule('no-circles', {}, { circular: true }, 'An import circle has no reading order.'),
    ...storeys
      .slice(0, -1)
      .map((storey, i) =>
        rule(
          `only-downwards:${storey}`,
          { path: `^src/(${storey})/` },
          { path: `^src/(${storeys.slice(i + 1).join('|')})/` },
          'A lower feature must not know of a higher one: the higher one extends its types or listens to its events.',
        ),
      ),
    rule(
      'siblings-do-not-meet',
      { path: '^src/(votes|moderation|feedback)/' },
      { path: '^src/(votes|moderation|feedback)/', pathNot: '^src/$1/' },
      'Features of one floor speak through the floor below, or app.ts joins them.',
    ),
    rule(
      'enter-by-the-door',
      { path: `^src/(${anyFeature})/` },
      { path: `^src/(${anyFeature})/`, pathNot: ['^src/$1/', ...doors, types] },
      'A feature is entered by its door, its rules, its errors, or the extra doors that .dependency-cruiser.cjs names.',
    ),
    rule(
      'types-are-extended-in-schemas',
      { path: `^src/(${anyFeature})/`, pathNot: [schema, types] },
      { path: types, pathNot: '^src/$1/' },
      'Only a schema.ts extends what a lower feature calls its things in the API.',
    ),
    rule(
      'the-roof-enters-by-the-door',
      { path: '^src/([^/]+\\.ts$|cli/)', pathNot: '^src/schema\\.ts$' },
      { path: `^src/(${anyFeature})/`, pathNot: [...doors, '^src/live/(feeds?|limits|sockets)\\.ts$'] },
      'app.ts and the CLI use the same doors as everybody.',
    ),
    rule('sockets-are-opened-by-app', { path: '^src/', pathNot: '^src/(live/|app\\.ts$)' }, { path: '^src/live/sockets\\.ts$' }),
    rule('schema-collects-schemas', { path: '^src/schema\\.ts$' }, { path: `^src/(${anyFeature})/`, pathNot: schema }),
    rule('ground-floor-knows-no-feature', { path: '^src/(platform|graphql)/' }, { path: `^src/(${anyFeature})/` }),
    rule(
      'platform-knows-no-graphql',
      { path: '^src/platform/' },
      { path: `^src/graphql/|${packages('graphql', 'graphql-yoga', '@pothos')}` },
    ),
    rule(
      'rules-are-pure',
      { path: rules },
      {
        pathNot: [
          '[./](rules|errors)\\.ts$',
          '^src/identity/viewer\\.ts$',
          '^src/sites/origins\\.ts$',
          '^src/platform/(plain-text|url)\\.ts$',
          packages('zod'),
        ],
        dependencyTypesNot: ['type-only'],
      },
      'Rules decide from values they are given: no I/O, no clock, no database.',
    ),
    rule(
      'sql-lives-in-stores',
      // graphql/builder.ts: Pothos' Prisma plugin is given the client there, for the few types without rights.
      { path: '^src/', pathNot: [store, '^src/platform/', '^src/(app|main)\\.ts$', '^src/cli/', '^src/graphql/builder\\.ts$'] },
      { path: '^src/platform/client\\.ts$|^src/generated/prisma/', dependencyTypesNot: ['type-only'] },
      'Only a store can open a handle to the database.',
    ),
    rule('generated-types-stay-below', { path: '^src/', pathNot: [store, '^src/(platform|graphql)/'] }, { path: '^src/generated/' }),
    rule(
      'drivers-live-in-platform',
      { path: '^src/', pathNot: '^src/(platform/|app\\.ts)' },
      { path: packages('ioredis', 'pg', 'pino', 'nodemailer', '@electric-sql', '@prisma', 'rate-limiter-flexible') },
      'Machines stand in the cellar, each behind one door.',
    ),
    rule('sockets-live-in-live', { path: '^src/', pathNot: '^src/(live/|app\\.ts)' }, { path: packages('graphql-ws', 'ws') }),
    rule(
      'nobody-imports-the-roof',
      { path: '^src/', pathNot: '^src/((main|app)\\.ts$|cli/)' },
      { path: '^src/((main|app|schema)\\.ts$|cli/)' },
    ),
    rule('no-barrels', {}, { path: '^src/.*/index\\.ts$' }, 'A feature is entered by a file with its own name.'),
    rule('source-knows-no-test', { path: '^src/' }, { path: '^(test|bench|scripts)/' }),
    rule('only-declared-packages', { path: '^src/' }, { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] }),
    rule('no-unresolved', { path: '^src/' }, { couldNotResolve: true }),
    rule('no-orphans', { orphan: true }, {}),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules|^src/generated/' },
    exclude: { path: '^src/generated/.*/.*/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
