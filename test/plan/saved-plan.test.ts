import { describe, expect, it } from 'vitest';
import type { NodePlan, Plan } from '../../src/plan/plan.ts';
import { comparePlans, parseSavedPlan } from '../../src/plan/saved-plan.ts';

const node = (name: string, change: Partial<NodePlan> = {}): NodePlan => ({
  name, running: true, action: 'restart', overridden: [], found: { path: '/etc/grafana/grafana.ini', hash: 'c0' },
  changes: [{ section: 'database', key: 'password', before: { kind: 'unset' }, after: { kind: 'secret', fingerprint: 'aaaaaa' } }],
  files: [{ what: 'secret', path: '/s/password', before: 'b0', hash: 'b1' }, { what: 'config', path: '/etc/grafana/grafana.ini', before: 'c0', hash: 'c1' }],
  ...change,
});
const plan = (...nodes: readonly NodePlan[]): Plan => ({ kind: 'roll', moved: [], founder: 'a', nodes });
const saved = plan(node('a'), node('b'));
const file = (index: number, change: object) => ({ files: node('b').files.map((one, at) => (at === index ? { ...one, ...change } : one)) });

describe('a saved plan', () => {
  it.each<[string, Plan, readonly string[]]>([
    ['is the same when only the salt of the fingerprints is another', plan(node('a', { changes: [{ ...node('a').changes[0]!, after: { kind: 'secret', fingerprint: 'bbbbbb' } }] }), node('b')), []],
    ['names a node that is gone', plan(node('a')), ['b: it is not reached']],
    ['names a config that somebody edited', plan(node('a'), node('b', { found: { path: '/etc/grafana/grafana.ini', hash: 'c9' } })), ['b: /etc/grafana/grafana.ini was changed']],
    ['names a secret file that somebody wrote', plan(node('a'), node('b', file(0, { before: 'b9' }))), ['b: /s/password was changed']],
    ['names a file that the cluster file makes something else of', plan(node('a'), node('b', file(1, { hash: 'c9' }))), ['b: /etc/grafana/grafana.ini would become something else: the cluster file, or a file or secret that it names, was changed']],
    ['names a Grafana that was stopped', plan(node('a'), node('b', { running: false, action: 'start' })), ['b: its Grafana was stopped']],
    ['notices another order', plan(node('b'), node('a')), ['the nodes, their order or the cluster file are not as they were']],
    ['says when it has nothing left to do', { ...saved, kind: 'nothing' }, ['the nodes are as the plan wants them already']],
  ])('%s', (_, now, found) => {
    expect(comparePlans(saved, now)).toEqual(found);
  });

  it('is read back, and nothing else is', () => {
    const text = JSON.stringify({ format: 1, cluster: 'prod', salt: '00', keyed: true, ...saved });
    expect(parseSavedPlan(text)).toMatchObject(saved);
    for (const other of ['', 'null', '{}', '[]', text.replace('"format":1', '"format":2'), text.slice(0, -1)]) expect(parseSavedPlan(other)).toBeUndefined();
  });
});
