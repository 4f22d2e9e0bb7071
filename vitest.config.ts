import type { TestProjectConfiguration } from 'vitest/config';
import { defineConfig } from 'vitest/config';
import { searchPath } from './scripts/search-path.ts';

/**
 * Folders whose tests run real programs (git, php-fpm, rsync, shells). Every other test file belongs to `unit`,
 * so that a new folder can never fall between the two projects.
 */
const withRealPrograms = [
  'adapters',
  'triggers',
  'contracts',
  'integration',
  'end-to-end',
  'packaging',
  'charts',
].map((folder) => `test/${folder}/**/*.test.ts`);
const faults = ['test/faults/**/*.test.ts'];

/** Only there when it is asked for: figures are worth nothing beside other tests. */
const bench: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'bench',
    include: ['bench/**/*.bench.ts'],
    testTimeout: 30 * 60_000,
    hookTimeout: 60_000,
    sequence: { groupOrder: 4 },
  },
};

const packages = ['test/packages/**/*.test.ts'];

/** Only there when it is asked for: clean systems in containers take minutes. One after the other. */
const inContainers: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'packages',
    include: packages,
    testTimeout: 5 * 60_000,
    hookTimeout: 15 * 60_000, // the first time, images are made
    maxWorkers: 1,
    globalSetup: ['./test/helpers/build.ts'],
    sequence: { groupOrder: 5 },
  },
};

export default defineConfig({
  test: {
    env: { PATH: searchPath() },
    maxWorkers: 2,
    reporters: ['default', './scripts/closing-line-reporter.mjs'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'html'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...withRealPrograms, ...faults, ...packages],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: withRealPrograms,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: ['./test/helpers/build.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: faults,
          testTimeout: 180 * 60_000, // a sweep ends when its points do
          hookTimeout: 60_000,
          globalSetup: ['./test/helpers/build.ts'],
          sequence: { groupOrder: 3 },
        },
      },
      ...(process.env.BENCH === undefined ? [] : [bench]),
      ...(process.env.PACKAGES === undefined ? [] : [inContainers]),
    ],
  },
});
