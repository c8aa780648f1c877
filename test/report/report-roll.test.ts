import { describe, expect, it } from 'vitest';
import { reportRoll } from '../../src/report/report-roll.ts';
import type { RolledReport } from '../../src/report/report-roll.ts';

const plain = (_: string, text: string): string => text;
type Node = RolledReport['nodes'][number];
const node = (change: Partial<Node> = {}): Node => ({ name: 'graf-a', state: 'healthy', seconds: 18, failures: [], ...change });
const report = (nodes: readonly Node[], change: Partial<RolledReport> = {}): string => reportRoll({ interrupted: false, nodes, ...change }, plain);

describe('the end of a push', () => {
  it.each<[string, Node, string]>([
    ['healthy, and sees all', node({ mesh: { kind: 'seen', sees: 2, of: 2, whole: true } }), '✔ graf-a  healthy 18 s, sees 2/2'],
    ['healthy, and misses one', node({ mesh: { kind: 'seen', sees: 2, of: 3, whole: false } }), '! graf-a  healthy 18 s, sees 2/3'],
    ['healthy, and the others have the old settings yet', node({ mesh: { kind: 'seen', sees: 1, of: 3, whole: false, joining: true } }), '✔ graf-a  healthy 18 s, sees 1/3 so far'],
    ['healthy, without pings', node({ mesh: { kind: 'seen', sees: 3, of: 3, whole: true, remark: 'no pings over UDP' } }), '! graf-a  healthy 18 s, sees 3/3; no pings over UDP'],
    ['healthy, and the mesh cannot be seen', node({ mesh: { kind: 'unseen', remark: 'its metrics want a login' } }), '✔ graf-a  healthy 18 s; its metrics want a login'],
    ['left alone', { name: 'graf-a', state: 'untouched', failures: [] }, '- graf-a  as it was before'],
    ['given its config back', { name: 'graf-a', state: 'restored', failures: [] }, '- graf-a  has its old config back, and is as it was before'],
  ])('of a node that is %s', (_, given, line) => {
    expect(report([given])).toBe(line);
  });

  it('says what failed, what it means and what to type', () => {
    const failures = [{ found: 'Grafana ended by itself (exit 1)', log: ['Error: ✗ pq: no'], explained: { id: 'x', means: 'The database refuses the login.', hint: 'grafana-ha validate', source: '12.2' } }];
    expect(report([node({ state: 'restored', failures })])).toMatch(/✖ graf-a[^]*found {2}Grafana ended[^]*means {2}The database[^]*type {3}grafana-ha validate[^]*Error: ✗ pq: no/);
  });

  it('that leaves the nodes different is called incomplete, with what finishes it', () => {
    expect(report([node()], { behind: ['graf-b', 'graf-c'] })).toContain('Incomplete: graf-b, graf-c are not as the cluster file says, so the nodes differ. Finish it: grafana-ha push --nodes graf-b graf-c');
  });

  it('that was interrupted says what goes on', () => {
    expect(report([node({ state: 'started' })], { interrupted: true })).toMatch(/nobody waited for it[^]*The next push goes on from here: grafana-ha push/);
  });
});
