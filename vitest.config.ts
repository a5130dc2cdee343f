import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { sources } from './scripts/sources.mjs';

// Tests read the packages' sources, not what was built, so that a failing line is a line somebody wrote.
export default defineConfig({
  resolve: {
    alias: Object.entries(sources).map(([name, path]) => ({ find: new RegExp(`^${name}$`), replacement: path })),
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'embedded/test/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['embedded/src/vitest-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Each has servers of its own beside it.
    maxWorkers: Math.max(2, Math.floor(availableParallelism() * 0.75)),
  },
});
