import { defineConfig } from 'vitest/config';
import { CountReporter } from './count-reporter.ts';

/** Files that touch the outside have users, ports and networks of their own, and mostly wait: three at a time fill two cores. */
const outside = { maxWorkers: 3, testTimeout: 120_000, hookTimeout: 300_000 } as const;
/** Files whose hosts are this machine, or whose Grafana needs it whole, go one after the other. */
const alone = { ...outside, maxWorkers: 1 } as const;

/** Where `npm test` wants the count of this run. */
const countFile = process.env.TEST_COUNT_FILE;

export default defineConfig({
  test: {
    root: import.meta.dirname,
    reporters: ['default', ...(countFile === undefined ? [] : [new CountReporter(countFile)])],
    projects: [
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: ['io/**', 'e2e/**', 'lab/**', 'loopback/**', 'grafana-real/**'], testTimeout: 60_000 } },
      { test: { name: 'io', include: ['io/**/*.test.ts', 'lab/**/*.test.ts'], ...outside, sequence: { groupOrder: 1 } } },
      { test: { name: 'loopback', include: ['loopback/**/*.test.ts'], ...alone, testTimeout: 300_000, sequence: { groupOrder: 2 } } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], ...outside, testTimeout: 300_000, sequence: { groupOrder: 3 } } },
      { test: { name: 'grafana-real', include: ['grafana-real/**/*.test.ts'], ...alone, testTimeout: 600_000, sequence: { groupOrder: 4 } } },
    ],
  },
});
