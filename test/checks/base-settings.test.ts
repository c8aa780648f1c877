import { describe, expect, it } from 'vitest';
import { baseSettingsChecks } from '../../src/checks/base-settings.ts';
import type { LocalFacts } from '../../src/facts.ts';
import { sampleCluster, sampleFacts } from '../sample.ts';

const judge = (baseSettings: LocalFacts['baseSettings']) => {
  const facts = sampleFacts();
  const scene = { cluster: sampleCluster({ settings: '/ha/base.ini' }), facts: { ...facts, local: { ...facts.local, ...(baseSettings === undefined ? {} : { baseSettings }) } }, fingerprint: () => '' };
  return baseSettingsChecks.flatMap((one) => one.judgeAll(scene)).map(({ judgement }) => ('code' in judgement ? judgement.code : judgement.outcome));
};

describe('cluster.settings', () => {
  it.each<[string, LocalFacts['baseSettings'], readonly string[]]>([
    ['passes an ini that Grafana reads', { ok: true, text: '[smtp]\nenabled = true\n' }, ['passed']],
    ['fails for a line that Grafana does not read', { ok: true, text: '[smtp]\nenabled\n' }, ['unreadable']],
    ['fails for a file that is not there', { ok: false, missing: 'there is no file /ha/base.ini' }, ['not-here']],
    ['is not asked where nothing is named', undefined, []],
  ])('%s', (_, found, outcome) => {
    expect(judge(found)).toEqual(outcome);
  });
});
