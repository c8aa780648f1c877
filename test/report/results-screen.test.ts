import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/checks/run-checks.ts';
import { reportResults } from '../../src/report/results-screen.ts';
import { resultsJson } from '../../src/report/results-json.ts';

const result = (check: string, group: Result['group'], node: string | undefined, judgement: Result['judgement'], ignored?: Result['ignored']): Result => ({
  check, group, title: 'All is well', label: node ?? '', ...(node === undefined ? {} : { node }), judgement, ...(ignored === undefined ? {} : { ignored }),
});
const failure = { outcome: 'failed', code: 'wrong', found: 'this', expected: 'that', hint: 'type it' } as const;
const ok = (detail?: string): Result['judgement'] => ({ outcome: 'passed', ...(detail === undefined ? {} : { detail }) });

const results: readonly Result[] = [
  result('node.version', 'grafana', 'graf-a', ok('12.3.1')), result('node.version', 'grafana', 'graf-b', ok('12.3.1')), result('node.version', 'grafana', 'graf-c', ok('12.3.1')),
  result('node.config', 'config', 'graf-a', ok('/etc/a')), result('node.config', 'config', 'graf-b', { ...failure, found: 'a broken line' }), result('node.config', 'config', 'graf-c', { outcome: 'skipped', missing: 'no connection to graf-c' }),
  result('gossip.address', 'gossip', 'graf-a', failure), result('gossip.address', 'gossip', 'graf-b', ok()), result('gossip.address', 'gossip', 'graf-c', { ...failure, hint: 'type another' }),
  result('node.clock', 'grafana', 'graf-b', { ...failure, outcome: 'warned' }, { why: 'test host', until: '2027-02-01' }),
  result('license.token', 'cluster', undefined, { ...failure, outcome: 'warned', found: 'ends in 3 days' }),
];
const screen = { heading: 'prod · 3 nodes', nodes: ['graf-a', 'graf-b', 'graf-c'], results, seconds: 14, exitCode: 3, paint: (_: string, text: string) => text };

describe('results on a screen', () => {
  it('show a table, every finding once with what to type, and one line of sums', () => {
    expect(reportResults(screen)).toBe(`prod · 3 nodes

         graf-a  graf-b  graf-c
grafana    ✔       ✔       ✔     12.3.1
config     ✔       ✖       -
gossip     ✖       ✔       ✖

✖ node.config  graf-b
  found     a broken line
  expected  that
  type      type it

✖ gossip.address  graf-a, graf-c
  found     this
  expected  that
  type      type it
            type another

! node.clock  graf-b
  found     this
  expected  that
  type      type it
  accepted  test host (until 2027-02-01)

! license.token
  found     ends in 3 days
  expected  that
  type      type it

- 1 skipped: no connection to graf-c

3 failed · 1 warning · 5 passed · 1 skipped · 1 accepted · 14 s · exit 3
Again    grafana-ha validate --only node.config,gossip.address
Why      grafana-ha validate --explain node.config,gossip.address
Accept   grafana-ha validate --ignore node.config@graf-b,gossip.address@graf-a,gossip.address@graf-c`);
  });

  it('offer nothing to run again when all is well', () => {
    expect(reportResults({ ...screen, results: results.slice(0, 3), exitCode: 0 })).toMatch(/\n\n0 failed · 3 passed · 14 s · exit 0$/);
  });

  it('are painted by the paint that is passed in', () => {
    expect(reportResults({ ...screen, paint: (colour, text) => `<${colour}>${text}` })).toContain('<red>✖ <bold>node.config  graf-b');
  });

  it('are the same in JSON, with stable ids and codes', () => {
    expect(JSON.parse(resultsJson('prod', results.slice(4, 5)))).toEqual({
      cluster: 'prod',
      results: [{ check: 'node.config', group: 'config', title: 'All is well', node: 'graf-b', subject: 'graf-b', ...failure, found: 'a broken line' }],
    });
  });
});
