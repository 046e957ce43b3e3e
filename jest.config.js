/** Tests are chosen by what they need: `TEST_GROUP` is node (default), postgres or redis; scripts/test.mjs runs the groups. */
const group = process.env.TEST_GROUP ?? 'node'
const needs = ['postgres', 'redis']

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/watchful-environment.js',
  roots: ['<rootDir>/test'],
  testMatch: group === 'node' ? ['**/*.test.ts', ...needs.map((need) => `!**/*.${need}.test.ts`)] : [`**/*.${group}.test.ts`],
  testTimeout: 30_000,
  maxWorkers: 2,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'nodenext' } }],
  },
  coverageProvider: 'babel',
  collectCoverageFrom: ['src/**/*.ts', '!src/generated/**'],
}
