import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/interop/**', 'node_modules/**'],
    testTimeout: 30_000,
    maxWorkers: 2,
    // One line a file; only a test that takes unusually long is named.
    slowTestThreshold: 10_000,
  },
})
