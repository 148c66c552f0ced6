import quick from './vitest.config.ts'

/** Tests that take long: signals at many moments, every report, every command of the README, runs that must not differ. */
export default { test: { ...quick.test, include: ['test/long/**/*.test.ts'], exclude: ['node_modules/**'] } }
