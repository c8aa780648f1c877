import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { findSchemaChange } from '../../src/push/start-facts.ts';
import { fakeWorld } from '../fake-world.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNodeFacts, samplePath } from '../sample.ts';

const cluster = sampleCluster();
const names = cluster.nodes.map(({ name }) => name);
const onDatabase = `[database]\ntype = postgres\nhost = ${cluster.database.address.host}:${cluster.database.address.port}\nname = grafana\nuser = grafana\n`;

interface Scene {
  /** What is on disk, by node in order. */
  readonly installed: readonly string[];
  /** What `/api/health` of each says; undefined: it does not run. */
  readonly running: readonly (string | undefined)[];
  readonly schema?: 'grafana' | 'empty';
  readonly config?: string;
}

async function change({ installed, running, schema = 'grafana', config = onDatabase }: Scene) {
  const world = fakeWorld({
    nodes: Object.fromEntries(names.map((name) => [name, { dial: () => Object.assign(new Duplex({ read() {}, write() {} }), { node: name }) }])),
    request: ({ dial }) => {
      const { node } = dial() as Duplex & { readonly node: string };
      const version = running[names.indexOf(node)];
      return version === undefined ? Promise.reject(new Error('refused')) : Promise.resolve({ status: 200, headers: {}, body: `{"database": "ok", "version": "${version}"}` });
    },
  });
  const connections = (await world.connect(cluster.nodes, { perHop: 8 })).flatMap((outcome) => ('connection' in outcome ? [outcome.connection] : []));
  const sample = samplePath();
  const path = { ...sample, server: { ...sample.server!, schema: schema === 'empty' ? { kind: 'empty' } as const : { kind: 'grafana', users: 1, dashboards: 2, encryptedRows: 0 } as const } };
  const facts = { ...sampleFacts(), nodes: names.map((name, index) => {
    const node = sampleNodeFacts({ config: sampleConfig(config) });
    return sampleEntry(name, {
      node: { ok: true, facts: { ...node, grafana: { ...node.grafana!, version: installed[index]! }, service: { ...node.service, active: running[index] !== undefined } } },
      database: { ok: true, facts: path },
    });
  }) };
  const nodes = names.map((name) => ({ name, changes: [], overridden: [], files: [], action: 'restart', running: true } as const));
  return findSchemaChange(facts, cluster, { nodes }, connections, world);
}

const all = (version: string): readonly string[] => names.map(() => version);

describe('a start that changes the tables', () => {
  it('is seen where the package is newer than what runs', async () => {
    expect(await change({ installed: all('12.2.0'), running: all('12.1.1') })).toEqual({ from: '12.1.1', to: '12.2.0' });
  });

  it.each<[string, Scene]>([
    ['the same runs', { installed: all('12.2.0'), running: all('12.2.0') }],
    ['one node runs what is installed: it has changed them', { installed: all('12.2.0'), running: ['12.2.0', '12.1.0', '12.1.0'] }],
    ['an older one is installed', { installed: all('12.1.0'), running: all('12.2.0') }],
    ['nothing runs there', { installed: all('12.2.0'), running: names.map(() => undefined) }],
    ['the database is empty', { installed: all('12.2.0'), running: all('12.1.0'), schema: 'empty' }],
    ['what runs is on another database', { installed: all('12.2.0'), running: all('12.1.0'), config: onDatabase.replace('name = grafana', 'name = other') }],
  ])('is not one where %s', async (_, scene) => {
    expect(await change(scene)).toBeUndefined();
  });
});
