import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { sources } from './scripts/sources.mjs';

// Node reads every certificate in it each time that it starts, which takes longer than the rest of its start; of the tests only
// pack.test.ts talks to others, by npm.
process.env.BUS_TESTS_CA_CERTS ??= process.env.NODE_EXTRA_CA_CERTS ?? '';
delete process.env.NODE_EXTRA_CA_CERTS;

/** Short files that take long: each goes through many cases that are written elsewhere. */
const long = /\/test\/(scenario|mission|property|property-manifest|manifest-history|crash\/\w+|faults\/\w+)\.test\.ts$/;

/** The largest files first, as vitest has it, but the long ones before: begun last, one would keep all waiting. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// Tests read the packages' sources, not what was built, so that a failing line is a line somebody wrote.
export default defineConfig({
  resolve: {
    alias: Object.entries(sources).map(([name, path]) => ({ find: new RegExp(`^${name}$`), replacement: path })),
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'embedded/test/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['embedded/src/vitest-setup.ts'],
    // For what hangs: on a busy machine whatever goes on takes many times its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    // Each has servers of its own beside it, and often waits for them.
    maxWorkers: Math.max(3, Math.floor(availableParallelism() * 0.75)),
  },
});
