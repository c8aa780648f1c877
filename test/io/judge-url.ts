import net from 'node:net';
import { runChecks } from '../../src/checks/run-checks.ts';
import { urlChecks } from '../../src/checks/url.ts';
import type { NodeEntry } from '../../src/facts.ts';
import { gatherUrl } from '../../src/gather/url.ts';
import { makeClock } from '../../src/io/clock.ts';
import { http } from '../../src/io/http.ts';
import { makeLocal } from '../../src/io/local.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNode, sampleNodeFacts } from '../sample.ts';

export interface Judged {
  /** Such as `failed url.host host-rewritten`. */
  readonly findings: readonly string[];
  readonly skipped: readonly string[];
  readonly passed: readonly string[];
  /** All words of all results. */
  readonly details: string;
}

export interface Scenery {
  readonly rootUrl: string;
  /** Undefined: the name does not resolve. */
  readonly addresses: readonly string[] | undefined;
  /** Whether Grafana runs on the nodes. */
  readonly active: boolean;
  /** What the nodes' Grafana reads. */
  readonly config: string;
}

/** What the checks of the shared name say of a cluster of three nodes, all of them on this machine. */
export async function judgeUrl({ rootUrl, addresses, active, config }: Scenery): Promise<Judged> {
  const cluster = sampleCluster({ rootUrl, nodes: ['graf-a', 'graf-b', 'graf-c'].map((name) => sampleNode(name, '127.0.0.1')) });
  const { service } = sampleNodeFacts();
  const node: NodeEntry['node'] = { ok: true, facts: sampleNodeFacts({ service: { ...service, active }, config: sampleConfig(config) }) };
  const nodes = cluster.nodes.map(({ name }) => sampleEntry(name, { node }));
  const world = { http: http(), clock: makeClock(), local: makeLocal() };
  const url = await gatherUrl(cluster, nodes, addresses, () => (address) => net.connect(address), world);
  const results = runChecks(urlChecks, sampleFacts({ nodes, url, at: new Date() }), cluster, { today: '2027-01-01', fingerprint: () => '' });
  const of = (outcome: string): readonly string[] => results.flatMap(({ check, judgement }) => (judgement.outcome === outcome ? [check] : []));
  return {
    findings: results.flatMap(({ check, judgement }) => (judgement.outcome === 'failed' || judgement.outcome === 'warned' ? [`${judgement.outcome} ${check} ${judgement.code}`] : [])),
    skipped: of('skipped'), passed: of('passed'), details: JSON.stringify(results.map(({ judgement }) => judgement)),
  };
}
