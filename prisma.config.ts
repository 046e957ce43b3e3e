/** Prisma's CLI is used to generate the client only: migrations are plain SQL, applied by src/platform/migrate.ts. */
import { defineConfig } from 'prisma/config'

// `prisma generate` insists on a schema engine that it would download; it never runs it.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
