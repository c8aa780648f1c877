import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { nodeOutcomes } from '../../src/plan/node-outcome.ts';
import { sampleCluster, sampleEntry, sampleFacts, sampleNodeFacts } from '../sample.ts';

const path = '/etc/grafana/license.jwt';
const token = (issued: string): string => ['{}', JSON.stringify({ sub: 'https://grafana.example.com/', iat: Date.parse(issued) / 1000 }), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What happens to the license of a node that holds one, when another one is here. */
function outcome(here: string, there: string): readonly string[] {
  const node = sampleNodeFacts({
    addresses: ['10.0.0.11'], sourceAddresses: new Map([['graf-b', '10.0.0.11']]),
    files: new Map([[path, { path, sha256: sha256(there), owner: 'root:grafana', mode: '640' }]]),
    licenses: [{ path, text: new Secret(there), used: true }],
  });
  const facts = sampleFacts({ nodes: [sampleEntry('graf-a', { node: { ok: true, facts: node } })], local: { ...sampleFacts().local, license: { ok: true, text: here } } });
  const cluster = sampleCluster({ license: { path: '/work/license.jwt', autoRefresh: true } });
  const secrets = { databasePassword: new Secret('p'), secretKey: new Secret('k') };
  const gossip = { ...cluster, nodes: cluster.nodes.map((one, index) => ({ ...one, gossipAddress: { host: `10.0.0.1${index + 1}`, port: 9094 } })) };
  return nodeOutcomes({ cluster: gossip, facts, secrets, sha256 }).flatMap(({ files }) => files.flatMap(({ what, content }) => (what === 'license' ? [content?.reveal() ?? 'gone'] : [])));
}

describe('the license of a node', () => {
  const [older, newer] = [token('2027-01-01'), token('2027-01-08')];
  it('18, license.newest: is never replaced by an older one', () => {
    expect(outcome(older, newer)).toEqual([]);
  });
  it.each([['a newer one', newer, older], ['one in place of something else', older, 'no token']])('is replaced by %s', (_, here, there) => {
    expect(outcome(here, there)).toEqual([here]);
  });
});

describe('the certificate that a node shows to the database', () => {
  const gossip = sampleCluster().nodes.map((one, index) => ({ ...one, gossipAddress: { host: `10.0.0.1${index + 1}`, port: 9094 } }));
  const { database } = sampleCluster();
  const local = { ...sampleFacts().local, databaseClientCert: { ok: true, text: 'certificate' }, databaseClientKey: { ok: true, secret: new Secret('key') } } as const;
  const outcomes = (client: boolean, there: Readonly<Record<string, string>> = {}) => nodeOutcomes({
    cluster: sampleCluster({ nodes: gossip, ...(client ? { database: { ...database, client: { cert: '/ha/c.pem', key: { kind: 'env', name: 'KEY' } } } } : {}) }),
    facts: { ...sampleFacts(), nodes: [sampleEntry('graf-a', { node: { ok: true, facts: sampleNodeFacts({ files: new Map(Object.entries(there).map(([at, text]) => [at, { path: at, sha256: sha256(text), owner: 'root:grafana', mode: '640' }])) }) } })], local },
    secrets: { databasePassword: new Secret('p'), secretKey: new Secret('k') }, sha256,
  })[0]!;
  const [cert, key] = ['/etc/grafana/certs/database_client.pem', '/etc/grafana/secrets/database_client_key'];
  const carried = (client: boolean, there = {}) => outcomes(client, there).files.filter(({ path: at }) => [cert, key].includes(at));

  it('is carried with its key, the key as a secret, and named in the config', () => {
    expect(carried(true).map(({ what, path: at, content, access }) => [what, at, content?.reveal(), access?.mode])).toEqual([['certificate', cert, 'certificate', '0644'], ['secret', key, 'key\n', '0640']]);
    expect(outcomes(true).merged.text).toContain(`client_cert_path = ${cert}\nclient_key_path = ${key}\n`);
  });

  it('is left alone where it lies already, and where none is named', () => {
    expect(carried(true, { [cert]: 'certificate', [key]: 'key\n' })).toEqual([]);
    expect(carried(false)).toEqual([]);
    expect(outcomes(false).merged.text).not.toContain('client_');
  });
});
