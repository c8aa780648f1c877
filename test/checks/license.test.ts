import { describe, expect, it } from 'vitest';
import { licenseChecks } from '../../src/checks/license.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { Facts, NodeFacts } from '../../src/facts.ts';
import type { Egress } from '../../src/facts/license.ts';
import { sampleCluster, sampleEntry, sampleFacts, sampleNodeFacts } from '../sample.ts';

const url = 'https://grafana.example.com/';
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000;
const token = (claims: object = {}): string => ['{"alg":"ES512"}', JSON.stringify({ sub: url, iat: at('2027-01-01'), exp: at('2027-02-01'), prod: ['grafana-enterprise'], ...claims }), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const renewed = token({ iat: at('2027-01-03'), exp: at('2027-02-03') });
const stale = token({ iat: at('2026-10-01'), exp: at('2026-11-01') });
const managed: Partial<Cluster> = { license: { path: '/work/license.jwt', autoRefresh: true } };

/** Nodes of the Enterprise edition, unless told otherwise, with a token each. */
function findings(cluster: Partial<Cluster>, here: string | undefined, tokens: readonly (string | undefined)[], more: { readonly node?: Partial<NodeFacts>; readonly egress?: Egress } = {}): readonly string[] {
  const nodes = tokens.map((text, index) => sampleEntry(index === 0 ? 'graf-a' : 'graf-b', { node: { ok: true, facts: sampleNodeFacts({
    grafana: { version: '12.2.0', edition: 'enterprise', homePath: '' },
    licenses: text === undefined ? [] : [{ path: '/etc/grafana/license.jwt', text: new Secret(text), used: true }],
    ...more.node,
  }) } }));
  const { local } = sampleFacts();
  const facts: Facts = sampleFacts({ nodes, local: { ...local, ...(here === undefined ? {} : { license: { ok: true, text: here } }) }, ...(more.egress === undefined ? {} : { egress: new Map([['graf-a', more.egress]]) }) });
  return runChecks(licenseChecks, facts, sampleCluster(cluster), { today: '2027-01-04', fingerprint: () => '' })
    .flatMap(({ check, node, judgement }) => (judgement.outcome === 'failed' || judgement.outcome === 'warned' ? [`${judgement.outcome} ${check}${node === undefined ? '' : `@${node}`} ${judgement.code}`] : []));
}

describe('license checks', () => {
  it.each<[string, readonly string[]]>([
    ['the token of the cluster file is on all nodes', findings(managed, token(), [token(), token()])],
    ['a push has yet to bring it', findings(managed, token(), [undefined, undefined])],
    ['the nodes have one that nobody manages', findings({}, undefined, [token(), token()])],
    ['there is none, and no Enterprise', findings({}, undefined, [undefined, undefined], { node: { grafana: { version: '12.2.0', edition: 'oss', homePath: '' } } })],
    ['grafana.com answers', findings(managed, token(), [token(), token()], { egress: { kind: 'open' } })],
    ['Grafana goes through a proxy', findings(managed, token(), [token(), token()], { egress: { kind: 'proxy' } })],
  ])('find nothing when %s', (_, found) => {
    expect(found).toEqual([]);
  });

  it.each<[problem: string, found: readonly string[], expected: readonly string[]]>([
    ['18, license.same: on one node only', findings({}, undefined, [token(), undefined]), ['failed license.same differs']],
    ['18, license.same: a stale token on one disk', findings({}, undefined, [token(), stale]), ['failed license.same differs']],
    ['18, license.same: a push would settle it', findings(managed, token(), [token(), stale]), ['warned license.same differs']],
    ['license.newest: renewed on the nodes', findings(managed, token(), [renewed, renewed]), ['warned license.newest@graf-a newer-on-node', 'warned license.newest@graf-b newer-on-node']],
    ['19, license.token: for another URL', findings(managed, token({ sub: 'https://graf-a.example.com/' }), [undefined, undefined]), ['failed license.token subject-differs']],
    ['19, license.token: for another port', findings(managed, token({ sub: 'https://grafana.example.com:3000/' }), [undefined, undefined]), ['failed license.token subject-differs']],
    ['license.token: expired', findings(managed, stale, [undefined, undefined]), ['failed license.token token-expired']],
    ['license.token: not valid yet', findings(managed, token({ nbf: at('2027-03-01') }), [undefined, undefined]), ['failed license.token not-yet-valid']],
    ['license.token: it says that it ends soon', findings(managed, token({ tok_exp_warn_days: 30 }), [undefined, undefined]), ['warned license.token token-expires-soon']],
    ['license.token: another product', findings(managed, token({ prod: ['grafana-metrics'] }), [undefined, undefined]), ['warned license.token product-differs']],
    ['license.token: none', findings({}, undefined, [undefined, undefined]), ['warned license.token none']],
    ['license.edition: the open source edition', findings(managed, token(), [undefined, undefined], { node: { grafana: { version: '12.2.0', edition: 'oss', homePath: '' } } }), ['warned license.edition@graf-a oss', 'warned license.edition@graf-b oss']],
    ['license.renewal: grafana.com does not answer', findings(managed, token(), [token(), token()], { egress: { kind: 'closed', code: 'ECONNREFUSED', said: 'refused' } }), ['warned license.renewal@graf-a ECONNREFUSED']],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
