module.exports = {
  // Of what hangs. Nothing is measured by it: a machine that does much else takes a minute too.
  testTimeout: 60_000,
  testEnvironment: 'node',
  testMatch: ['**/src/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { module: { type: 'es6' }, jsc: { target: 'es2023', parser: { syntax: 'typescript' } } },
    ],
  },
};
