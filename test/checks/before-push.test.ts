import { describe, expect, it } from 'vitest';
import { checksBeforePush } from '../../src/checks/before-push.ts';
import type { Check } from '../../src/checks/check.ts';
import { everyCheck } from '../../src/checks/every-check.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNodeFacts, samplePath } from '../sample.ts';

/** Both nodes run on the database of the cluster, and neither names a peer. */
const running = sampleNodeFacts({
  config: sampleConfig('[database]\ntype = postgres\nhost = db.example.com:5432\nname = grafana\n'),
  service: { unit: 'grafana-server', known: true, active: true, enabled: true, restarts: 0, user: 'grafana', group: 'grafana' },
});
const facts = sampleFacts({ nodes: ['graf-a', 'graf-b'].map((name) => sampleEntry(name, { node: { ok: true, facts: running } })) });
const outcomes = (checks: readonly Check[]) => runChecks(checks, facts, sampleCluster(), { today: '2027-01-04', fingerprint: () => 'f', only: ['gossip.peers'] }).map(({ judgement }) => judgement.outcome);

describe('what has to hold before a push', () => {
  it('is told, and stops none, where the push itself mends it', () => {
    expect(outcomes(everyCheck)).toEqual(['failed', 'failed']);
    expect(outcomes(checksBeforePush)).toEqual(['warned', 'warned']);
  });

  it('is told, and stops none, where the push itself waits until it is over', () => {
    const { server, ...path } = samplePath();
    const migrated = sampleFacts({ nodes: ['graf-a', 'graf-b'].map((name) => sampleEntry(name, { database: { ok: true, facts: { ...path, server: { ...server!, migrating: 'the migration lock' } } } })) });
    const judged = (checks: readonly Check[]) => runChecks(checks, migrated, sampleCluster(), { today: '2027-01-04', fingerprint: () => 'f', only: ['database.migrations'] }).map(({ judgement }) => judgement.outcome);
    expect(judged(everyCheck)).toEqual(['failed']);
    expect(judged(checksBeforePush)).toEqual(['warned']);
  });

  it('is not what people reach the nodes through', () => {
    expect(everyCheck.some(({ group }) => group === 'url')).toBe(true);
    expect(checksBeforePush.some(({ group }) => group === 'url')).toBe(false);
  });
});
