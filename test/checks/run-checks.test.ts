import { describe, expect, it } from 'vitest';
import { check, failed, passed } from '../../src/checks/check.ts';
import { everyCheck } from '../../src/checks/every-check.ts';
import { hasFailure, runChecks } from '../../src/checks/run-checks.ts';
import { everyNode, wholeCluster } from '../../src/checks/subjects.ts';
import type { Ignored } from '../../src/cluster/cluster.ts';
import type { NodeEntry } from '../../src/facts.ts';
import { sampleCluster, sampleFacts } from '../sample.ts';

const finding = { code: 'wrong', found: 'this', expected: 'that', hint: 'type something' };
const words = { group: 'config', title: 'All is well', why: 'Because.', fix: 'Mend it.' } as const;
const checks = [
  check({ ...words, id: 'node.wrong', about: everyNode, judge: () => failed(finding) }),
  check({ ...words, id: 'node.right', about: everyNode, judge: () => passed() }),
  check({ ...words, id: 'cluster.none', about: wholeCluster, judge: () => undefined }),
];
const run = (ignored: readonly Ignored[], options: { only?: readonly string[]; ignore?: readonly string[] } = {}) =>
  runChecks(checks, sampleFacts(), sampleCluster({ ignored }), { today: '2027-01-04', fingerprint: () => '', ...options });

describe('running checks', () => {
  it('judges every subject and leaves out questions that do not arise', () => {
    expect(run([]).map(({ check: id, label, judgement }) => [id, label, judgement.outcome])).toEqual([
      ['node.wrong', 'graf-a', 'failed'], ['node.wrong', 'graf-b', 'failed'], ['node.right', 'graf-a', 'passed'], ['node.right', 'graf-b', 'passed'],
    ]);
    expect(hasFailure(run([]))).toBe(true);
  });

  it.each([[['node.right'], ['node.right']], [['node.*'], ['node.wrong', 'node.right']]])('judges only %j', (only, ids) => {
    expect([...new Set(run([], { only }).map(({ check: id }) => id))]).toEqual(ids);
  });

  it.each<[string, readonly Ignored[], boolean]>([
    ['accepted for ever', [{ check: 'node.wrong', why: 'known' }], false],
    ['accepted until today', [{ check: 'node.wrong', why: 'known', until: '2027-01-04' }], false],
    ['accepted until yesterday', [{ check: 'node.wrong', why: 'known', until: '2027-01-03' }], true],
    ['accepted on one node of two', [{ check: 'node.wrong', node: 'graf-a', why: 'known' }], true],
  ])('keeps showing a failure that is %s', (_, ignored, left) => {
    const results = run(ignored);
    expect(results.filter(({ judgement }) => judgement.outcome === 'failed')).toHaveLength(2);
    expect(hasFailure(results)).toBe(left);
  });

  it('accepts for one run what --ignore names', () => {
    expect(hasFailure(run([], { ignore: ['node.wrong@graf-a', 'node.wrong@graf-b'] }))).toBe(false);
  });

  it.each<[string, Partial<NodeEntry>, string]>([
    ['is not reached', { connection: { ok: false, failure: { kind: 'timeout', found: 'no answer', hint: 'ssh graf-a' } }, node: { ok: false, missing: 'no connection' } }, 'timeout'],
    ['stopped answering', { node: { ok: false, missing: 'graf-a stopped answering' } }, 'no-answer'],
  ])('tells with every check that it has nothing to look at on a node that %s', (_, entry, code) => {
    const facts = sampleFacts();
    const nodes = facts.nodes.map((node, index) => (index === 0 ? { ...node, ...entry } : node));
    const results = runChecks(everyCheck, { ...facts, nodes }, sampleCluster(), { today: '2027-01-04', only: ['node.config'], fingerprint: () => 'f' });
    expect(results.filter(({ node }) => node === 'graf-a').map(({ check: id, judgement }) => [id, judgement.outcome, 'code' in judgement ? judgement.code : undefined])).toEqual([
      ['node.ssh', 'failed', code], ['node.config', 'skipped', undefined],
    ]);
  });
});
