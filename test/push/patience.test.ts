import { expect, it } from 'vitest';
import { patienceFor } from '../../src/push/patience.ts';

const near = { schema: 'grafana', migrates: false, rows: 200, roundTripMs: 1, peers: 2 } as const;

it.each([
  ['a start on tables that are there', near, 60, 120],
  ['the same over a long way', { ...near, roundTripMs: 100 }, 120, 200],
  ['a first start', { ...near, schema: 'empty', rows: 0 }, 150, 300],
  ['a first start over a long way', { ...near, schema: 'empty', rows: 0, roundTripMs: 100 }, 1500, 3000],
  ['a newer Grafana on a few dashboards', { ...near, migrates: true }, 100, 300],
  ['a newer Grafana on many', { ...near, migrates: true, rows: 50_000 }, 1500, 3000],
  ['nine silent peers', { ...near, peers: 9 }, 150, 200],
] as const)('patience for %s', (_, size, least, most) => {
  expect(patienceFor(size)).toBeGreaterThanOrEqual(least);
  expect(patienceFor(size)).toBeLessThanOrEqual(most);
});
