import { describe, expect, it } from 'vitest';
import { lintChecks } from '../../src/checks/lint.ts';
import { runChecks, type Result } from '../../src/checks/run-checks.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { NodeFacts } from '../../src/facts.ts';
import { defaultsOf } from '../grafana/default-configs.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNodeFacts } from '../sample.ts';

function judge(config: string, change: Partial<NodeFacts> = {}): Result['judgement'] | undefined {
  const node = sampleNodeFacts({ defaults: defaultsOf('12.2.0'), config: sampleConfig(config), ...change });
  const facts = sampleFacts({ nodes: [sampleEntry('graf-a', { node: { ok: true, facts: node } })] });
  return runChecks(lintChecks, facts, sampleCluster(), { today: '2027-01-04', fingerprint: () => '' })[0]?.judgement;
}

describe('config.lint', () => {
  it('passes a config that says what it means', () => {
    expect(judge('[server]\nhttp_port = 3001\n')).toEqual({ outcome: 'passed' });
  });

  it('names file and line of what Grafana ignores', () => {
    expect(judge('\n[Database]\ntype = mysql\n')).toMatchObject({ outcome: 'warned', code: 'unknown-section', found: expect.stringContaining('/etc/grafana/grafana.ini:2 [Database]') as unknown });
  });

  it('fails over what keeps Grafana down, but not over what a push writes anew', () => {
    expect(judge('[live]\nha_engine = valkey\n')).toMatchObject({ outcome: 'failed', code: 'unknown-word' });
    expect(judge('[database]\ntype = postgresql\n')).toMatchObject({ outcome: 'warned', code: 'unknown-word' });
  });

  it("reads with the node's version, defaults, environment and addresses", () => {
    const old = { version: '9.4.0', edition: 'oss', homePath: '/usr/share/grafana' } as const;
    expect(judge('[unified_alerting]\nha_label = prod\n', { grafana: old, defaults: defaultsOf('9.4.0') })).toMatchObject({ code: 'later-key' });
    expect(judge('', { environment: [{ name: 'GF_LIVE_HA_ENGINE', value: new Secret('valkey'), origin: '/etc/default/grafana-server:3' }] })).toMatchObject({ outcome: 'failed', found: expect.stringContaining('outside the file') as unknown });
    expect(judge('[unified_alerting]\nha_advertise_address = 10.0.0.9:9094\n', { addresses: ['10.0.0.1'] })).toMatchObject({ outcome: 'warned', code: 'foreign-address' });
  });

  it('leaves the public key to the check of keys', () => {
    expect(judge('[security]\nsecret_key = SW2YcwTIb9zpOOhoPsMm\n')).toEqual({ outcome: 'passed' });
  });

  it('leaves a config that does not parse to node.config', () => {
    expect(judge('[database\n')).toBeUndefined();
  });
});
