import { describe, expect, it } from 'vitest';
import { redisChecks } from '../../src/checks/redis.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster, Redis } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { Facts, NodeFacts } from '../../src/facts.ts';
import type { RedisServer, RedisState } from '../../src/facts/redis.ts';
import type { TlsOffer } from '../../src/world/database.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNodeFacts } from '../sample.ts';

const address = { host: 'redis.example.com', port: 6379 };
const redis: Redis = { kind: 'single', addresses: [address], db: 0, prefix: 'prod', tls: false };
const overRedis = (change: Partial<Redis> = {}, rest: Partial<Cluster> = {}): Cluster => sampleCluster({ alerting: { mode: 'redis', port: 9094, label: 'prod' }, redis: { ...redis, ...change }, ...rest });
const state = (change: Partial<RedisState> = {}): RedisState => ({ info: { version: '7.0.15', role: 'master', cluster: false, sentinel: false, maxMemory: 0, evictionPolicy: 'noeviction' }, usable: { ok: true }, ...change });
const server = (change: Partial<RedisServer> = {}): RedisServer => ({ purpose: 'alerting', address, session: { ok: true, roundTripMs: 1 }, state: state(), ...change });

/** Both nodes with a config, and what they see of Redis. */
function seen(servers: readonly RedisServer[], nodes: Readonly<Partial<Record<'graf-a' | 'graf-b', Partial<NodeFacts>>>> = {}, local: Partial<Facts['local']> = {}): Facts {
  const facts = sampleFacts();
  return {
    ...facts, local: { ...facts.local, ...local },
    nodes: (['graf-a', 'graf-b'] as const).map((name) => sampleEntry(name, { node: { ok: true, facts: sampleNodeFacts(nodes[name] ?? {}) } })),
    redis: ['graf-a', 'graf-b'].map((node) => ({ node, servers })),
  };
}

function findings(cluster: Cluster, facts: Facts): readonly string[] {
  return runChecks(redisChecks, facts, cluster, { today: '2027-01-04', fingerprint: () => 'f' })
    .flatMap(({ check, node, judgement }) => ('code' in judgement ? [`${judgement.outcome} ${check}${node === undefined ? '' : `@${node}`} ${judgement.code}`] : []));
}

const both = (finding: string): readonly string[] => ['graf-a', 'graf-b'].map((node) => finding.replace('@', `@${node}`));
const onRedis = (more = ''): Partial<NodeFacts> => ({ config: sampleConfig(`[unified_alerting]\nha_redis_address = redis.example.com:6379\nha_redis_prefix = prod\n${more}`) });
const uuid = (digit: number): string => `peer-0f8b7a3e-6c1d-4f6e-9a57-2f0d1c3b4a5${digit}`;
const offer: TlsOffer = { offered: true, subject: 'redis', issuer: 'CA', topIssuer: 'CA', names: ['DNS:redis.example.com'], notAfter: new Date('2028-01-01T00:00:00Z') };

describe('the checks of Redis, alerting and Live', () => {
  it.each<[string, Cluster, Facts]>([
    ['gossip, and nobody asked for Redis', sampleCluster(), sampleFacts()],
    ['one Redis, nodes fresh', overRedis(), seen([server({ state: state({ peers: [] }) })])],
    ['nodes that are there under their names', overRedis(), seen([server({ state: state({ peers: ['graf-a', 'graf-b'] }) })], { 'graf-a': onRedis('ha_redis_peer_name = graf-a\n'), 'graf-b': onRedis('ha_redis_peer_name = graf-b\n') })],
    ['nodes under names that Grafana chose', overRedis(), seen([server({ state: state({ peers: [uuid(1), uuid(2)] }) })], { 'graf-a': onRedis(), 'graf-b': onRedis() })],
    ['one of them just restarted', overRedis(), seen([server({ state: state({ peers: [uuid(1), uuid(2), uuid(3)] }) })], { 'graf-a': onRedis(), 'graf-b': onRedis() })],
    ['a user who may not ask for INFO', overRedis(), seen([server({ state: { usable: { ok: true } } })])],
    ['an eviction policy without a limit', overRedis(), seen([server({ state: state({ info: { ...state().info!, evictionPolicy: 'allkeys-lru' } }) })])],
    ['a policy that leaves the newest', overRedis(), seen([server({ state: state({ info: { ...state().info!, maxMemory: 1, evictionPolicy: 'volatile-lru' } }) })])],
    ['TLS', overRedis({ tls: true }), seen([server({ tls: offer })])],
    ['Live in memory on all nodes', sampleCluster(), seen([])],
    ['a first push of Live', sampleCluster({ live: { address, prefix: 'prod' } }), seen([server({ purpose: 'live' })], { 'graf-a': { config: sampleConfig('[live]\nha_engine = redis\n') } })],
  ])('find nothing wrong with %s', (_, cluster, facts) => {
    expect(findings(cluster, facts)).toEqual([]);
  });

  it.each<[string, Cluster, Facts, readonly string[]]>([
    ['alerting.mode: off', sampleCluster({ alerting: { mode: 'off', reason: 'nobody is paged', port: 9094, label: '' } }), sampleFacts(), ['warned alerting.mode off']],
    ['live.engine: Redis on one node alone', sampleCluster(), seen([], { 'graf-a': { config: sampleConfig('[live]\nha_engine = redis\n') } }), ['warned live.engine differs']],
    ['live.engine: two servers', sampleCluster(), seen([], { 'graf-a': { config: sampleConfig('[live]\nha_engine = redis\nha_engine_address = a:1\n') }, 'graf-b': { config: sampleConfig('[live]\nha_engine = redis\nha_engine_address = b:1\n') } }), ['warned live.engine differs']],
    ['redis.version: before Redis', overRedis(), seen([], { 'graf-a': { grafana: { version: '9.4.7', edition: 'oss', homePath: '/x' } } }), ['failed redis.version@graf-a too-old']],
    ['redis.version: before TLS', overRedis({ tls: true }), seen([], { 'graf-a': { grafana: { version: '10.4.0', edition: 'oss', homePath: '/x' } } }), ['failed redis.version@graf-a too-old']],
    ['redis.version: before clusters', overRedis({ kind: 'cluster' }), seen([], { 'graf-a': { grafana: { version: '11.0.0', edition: 'oss', homePath: '/x' } } }), ['failed redis.version@graf-a too-old']],
    ['redis.version: before Sentinels', overRedis({ kind: 'sentinel', masterName: 'm' }), seen([], { 'graf-a': { grafana: { version: '12.0.2', edition: 'oss', homePath: '/x' } } }), ['failed redis.version@graf-a too-old']],
    ['redis.credentials: missing', overRedis(), seen([], {}, { redis: { password: { ok: false, missing: 'R is not set', hint: 'export R=…' } } }), ['failed redis.credentials missing']],
    ['redis.ca: missing', overRedis({ tls: true, caCert: '/ca.pem' }), seen([], {}, { redisCa: { ok: false, missing: 'there is no file /ca.pem' } }), ['failed redis.ca missing']],
    ['redis.ca: no PEM', overRedis({ tls: true, caCert: '/ca.pem' }), seen([], {}, { redisCa: { ok: true, text: 'junk' } }), ['failed redis.ca no-pem']],
    ['redis.tls: no names', overRedis({ tls: true }), seen([server({ tls: { ...offer, names: [] } })]), both('failed redis.tls@ no-names')],
    ['redis.tls: about to end', overRedis({ tls: true }), seen([server({ tls: { ...offer, notAfter: new Date('2027-01-10T00:00:00Z') } })]), both('warned redis.tls@ expires')],
    ['redis.login: protected mode', overRedis(), seen([server({ session: { ok: false, code: 'DENIED', said: 'DENIED Redis is running in protected mode' } })]), both('failed redis.login@ DENIED')],
    ['redis.sentinel: two opinions', overRedis({ kind: 'sentinel', masterName: 'm' }), seen([
      server({ purpose: 'sentinel', address: { host: 's1', port: 1 }, master: { address } }), server({ purpose: 'sentinel', address: { host: 's2', port: 1 }, master: { address: { host: 'old', port: 6379 } } }),
    ]), [...both('warned redis.sentinel@ sentinels-differ').flatMap((one) => [one, one])]],
    ['redis.kind: a Sentinel where a Redis is named', overRedis(), seen([server({ state: state({ info: { ...state().info!, sentinel: true } }) })]), both('failed redis.kind@ sentinel')],
    ['redis.commands: no memory left', overRedis(), seen([server({ state: state({ usable: { ok: false, code: 'OOM', command: 'SET', said: 'OOM command not allowed' } }) })]), both('failed redis.commands@ OOM')],
    ['redis.prefix: somebody under another name', overRedis(), seen([server({ state: state({ peers: ['graf-x'] }) })]), ['failed redis.prefix foreign']],
    ['redis.prefix: one of our names, while that node is not there', overRedis(), seen([server({ state: state({ peers: ['graf-a'] }) })]), ['failed redis.prefix foreign']],
    ['redis.prefix: too many that Grafana named', overRedis(), seen([server({ state: state({ peers: [uuid(1), uuid(2), uuid(3)] }) })], { 'graf-a': onRedis() }), ['failed redis.prefix foreign']],
  ])('%s', (_, cluster, facts, expected) => {
    expect(findings(cluster, facts)).toEqual(expected);
  });

  it('show no secret', () => {
    const text = JSON.stringify(runChecks(redisChecks, seen([], {}, { redis: { password: { ok: true, facts: new Secret('hush') } } }), overRedis(), { today: '2027-01-04', fingerprint: () => 'f' }));
    expect(text).not.toContain('hush');
  });
});
