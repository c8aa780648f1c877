import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { DatabasePath, NodeFacts } from '../../src/facts.ts';
import { settleSecrets } from '../../src/push/settle-secrets.ts';
import { fakeWorld } from '../fake-world.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNodeFacts, samplePath } from '../sample.ts';

const section = '[secrets_manager.encryption.secret_key.v1]';
const publicKey = 'SW2YcwTIb9zpOOhoPsMm';
const newer = { defaults: `${sampleNodeFacts().defaults}\n${section}\nsecret_key = ${publicKey}\n` };
const onDatabase = '[database]\ntype = postgres\nhost = db.example.com:5432\nuser = grafana\n';
const inUse = (secretsManagerRows: number): Partial<DatabasePath> => ({ server: { ...samplePath().server!, schema: { kind: 'grafana', users: 1, dashboards: 0, encryptedRows: 4, secretsManagerRows } } });

/** The second key that is settled for two nodes, or the message of the refusal. */
async function second(nodes: readonly Partial<NodeFacts>[], path: Partial<DatabasePath> = {}, security: Partial<Cluster['security']> = {}): Promise<string | undefined> {
  const cluster = sampleCluster();
  const facts = { ...sampleFacts(), nodes: nodes.map((change, index) => sampleEntry(cluster.nodes[index]!.name, { node: { ok: true, facts: sampleNodeFacts(change) }, database: { ok: true, facts: samplePath(path) } })) };
  const world = fakeWorld({ env: { SECOND: 'given' } });
  const settled = settleSecrets({ cluster: { ...cluster, security: { ...cluster.security, ...security } }, facts, databasePassword: { ok: true, secret: new Secret('pw') }, adminPassword: new Secret('first') }, world);
  return settled.then(({ secretsManagerKey }) => secretsManagerKey?.reveal(), (error: Error) => error.message);
}

describe('the key of the secrets manager', () => {
  const own = { ...newer, config: sampleConfig(`${onDatabase}[security]\nsecret_key = k\n${section}\nsecret_key = mine\n`) };
  const shipped = { ...newer, config: sampleConfig(`${onDatabase}[security]\nsecret_key = k\n`) };

  it('is left alone where Grafana does not know it', async () => {
    expect(await second([{}, {}])).toBeUndefined();
  });

  it('is made new for an empty database', async () => {
    expect(await second([newer, newer])).toMatch(/^[\w-]{40}$/);
  });

  it('is adopted from the node that has one', async () => {
    expect(await second([newer, { ...newer, config: sampleConfig(`${section}\nsecret_key = mine\n`) }])).toBe('mine');
  });

  it('is kept over what it encrypted, be it the public one', async () => {
    expect(await second([shipped, shipped], inUse(2))).toBe(publicKey);
    expect(await second([own, own], inUse(2))).toBe('mine');
  });

  it('is refused where two nodes on the database have two', async () => {
    expect(await second([own, shipped], inUse(2))).toMatch(/different secrets_manager_keys: graf-a \w+, graf-b \w+/);
  });

  it('is taken from the cluster file, but not over what another encrypted', async () => {
    const given = { secretsManagerKey: { kind: 'env', name: 'SECOND' } } as const;
    expect(await second([shipped, shipped], inUse(0), given)).toBe('given');
    expect(await second([shipped, shipped], inUse(2), given)).toMatch(/not the one that encrypted/);
  });
});
