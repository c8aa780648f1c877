import { describe, expect, it } from 'vitest';
import type { Cluster, Redis } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { NodeEntry } from '../../src/facts.ts';
import { resolveRedisSecrets } from '../../src/gather/redis-secrets.ts';
import { type FakeProgram, fakeWorld } from '../fake-world.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleNodeFacts } from '../sample.ts';

const address = { host: 'redis', port: 6379 };
const redis: Redis = { kind: 'single', addresses: [address], db: 0, prefix: 'prod', tls: false };
const overRedis = (change: Partial<Redis>, rest: Partial<Cluster> = {}): Cluster => sampleCluster({ alerting: { mode: 'redis', port: 9094, label: 'prod' }, redis: { ...redis, ...change }, ...rest });
const node = (name: string, text: string, files: readonly (readonly [string, string])[] = []): NodeEntry =>
  sampleEntry(name, { node: { ok: true, facts: sampleNodeFacts({ config: sampleConfig(text), secretFiles: new Map(files.map(([path, content]) => [path, new Secret(content)])) }) } });

/** Each secret by name, or why it is missing. */
async function resolve(cluster: Cluster, nodes: readonly NodeEntry[] = [], program: FakeProgram = {}) {
  const world = fakeWorld(program);
  const found = await resolveRedisSecrets(cluster, nodes, world);
  return { questions: world.questions, found: found && Object.fromEntries(Object.entries(found).map(([name, secret]) => [name, secret.ok ? secret.facts.reveal() : `${secret.missing} | ${secret.hint}`])) };
}

describe('the secrets of Redis', () => {
  it('are not looked for where nothing uses it', async () => {
    expect(await resolve(sampleCluster({ redis: { ...redis, password: { kind: 'ask' } } }))).toEqual({ found: undefined, questions: [] });
  });

  it('are asked once where Live uses the same', async () => {
    const password = { kind: 'ask' } as const;
    expect(await resolve(overRedis({ password }, { live: { address, prefix: 'prod', password } }), [], { answers: ['s3cret'] })).toEqual({ found: { password: 's3cret', livePassword: 's3cret' }, questions: ['the password of Redis'] });
  });

  it('come back from the nodes: from what Grafana reads, else from the file of an earlier push', async () => {
    const nodes = [node('graf-a', '[unified_alerting]\nha_redis_password = """s3cret"""\n'), node('graf-b', '', [['/etc/grafana/secrets/redis_password', 's3cret\n']])];
    expect((await resolve(overRedis({ password: { kind: 'nodes' } }), nodes)).found).toEqual({ password: 's3cret' });
  });

  it.each<[string, Partial<Redis>, readonly NodeEntry[], string]>([
    ['a variable that is not set', { password: { kind: 'env', name: 'R' } }, [], 'the password of Redis is missing: R is not set | export R=…'],
    ['nodes that have none', { password: { kind: 'nodes' } }, [], 'the password of Redis is missing: no node holds it yet | [redis] password = env:NAME'],
    ['nodes that differ', { password: { kind: 'nodes' } }, ['one', 'two'].map((text, index) => node(index === 0 ? 'graf-a' : 'graf-b', `[unified_alerting]\nha_redis_password = ${text}\n`)), 'the password of Redis is missing: graf-a and graf-b hold different ones | [redis] password = ask'],
  ])('say what keeps them away: %s', async (_, change, nodes, expected) => {
    expect((await resolve(overRedis(change), nodes)).found).toEqual({ password: expected });
  });
});
