import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**', 'test/interop/**', 'node_modules/**'],
    // Generous, because other programs may be running; a hang still ends.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // One line a file; only a test that takes unusually long is named.
    slowTestThreshold: 10_000,
  },
})
