import { defineConfig } from 'vitest/config';

/** Files that touch this machine go one after the other: they share its ports and users. */
const outside = { maxWorkers: 1, testTimeout: 120_000, hookTimeout: 300_000 } as const;
/** Files with hosts on a network of their own mostly wait: three at a time fill two cores. */
const apart = { ...outside, maxWorkers: 3 } as const;

export default defineConfig({
  test: {
    root: import.meta.dirname,
    projects: [
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: ['io/**', 'e2e/**', 'lab/**', 'loopback/**', 'grafana-real/**'], testTimeout: 60_000 } },
      { test: { name: 'io', include: ['io/**/*.test.ts', 'lab/**/*.test.ts'], ...outside, sequence: { groupOrder: 1 } } },
      { test: { name: 'loopback', include: ['loopback/**/*.test.ts'], ...outside, testTimeout: 300_000, sequence: { groupOrder: 2 } } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], ...apart, testTimeout: 300_000, sequence: { groupOrder: 3 } } },
      { test: { name: 'grafana-real', include: ['grafana-real/**/*.test.ts'], ...outside, testTimeout: 600_000, sequence: { groupOrder: 4 } } },
    ],
  },
});
