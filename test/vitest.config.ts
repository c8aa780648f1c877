import { defineConfig } from 'vitest/config';

/** Suites that touch the outside take their files one after the other: they share ports, bridges and users. */
const outside = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 300_000 } as const;

export default defineConfig({
  test: {
    root: import.meta.dirname,
    projects: [
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: ['io/**', 'e2e/**', 'lab/**', 'loopback/**', 'grafana-real/**'], testTimeout: 60_000 } },
      { test: { name: 'io', include: ['io/**/*.test.ts', 'lab/**/*.test.ts'], ...outside } },
      { test: { name: 'loopback', include: ['loopback/**/*.test.ts'], ...outside, testTimeout: 300_000 } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], ...outside, testTimeout: 300_000 } },
      { test: { name: 'grafana-real', include: ['grafana-real/**/*.test.ts'], ...outside, testTimeout: 600_000 } },
    ],
  },
});
