import { describe, expect, it } from 'vitest';
import type { Cluster, Redis } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import { mergeConfig } from '../../src/settings/merge-config.ts';
import { nodeSettings } from '../../src/settings/node-settings.ts';
import { sampleCluster, sampleConfig, sampleFacts, sampleNodeFacts } from '../sample.ts';

const redis: Redis = { kind: 'single', addresses: [{ host: 'redis', port: 6379 }], db: 0, prefix: 'prod', tls: false };
const overRedis = (change: Partial<Redis> = {}, rest: Partial<Cluster> = {}): Cluster => sampleCluster({ alerting: { mode: 'redis', port: 9094, label: 'prod' }, redis: { ...redis, ...change }, ...rest });
const all = { password: new Secret("p#w; '"), sentinelPassword: new Secret('sentinel'), livePassword: new Secret('live') };

/** Lines of a fresh config's sections for alerting and Live, after a push; the nodes' addresses are not known. */
function written(cluster: Cluster, redisSecrets: Partial<typeof all> = {}, text = '') {
  const facts = sampleFacts({ nodes: [] });
  const node = sampleNodeFacts({ config: sampleConfig(text) });
  const secrets = { databasePassword: new Secret('x'), secretKey: new Secret('k'), redis: redisSecrets };
  const { text: after, secretFiles } = mergeConfig('graf-a', node, nodeSettings(cluster.nodes[0]!, node, { cluster, facts, secrets }));
  const part = (section: string) => (after.split(/^(?=\[)/m).find((one) => one.startsWith(`[${section}]`))?.split('\n').slice(1) ?? []).filter((line) => line !== '');
  return { alerting: part('unified_alerting'), live: part('live'), files: Object.fromEntries([...secretFiles].map(([path, content]) => [path, content.reveal()])) };
}

describe('what Grafana is told about Redis', () => {
  it.each<[string, Cluster, Partial<typeof all>, readonly string[]]>([
    ['a single one', overRedis(), {}, ['ha_redis_address = redis:6379', 'ha_redis_prefix = prod', 'ha_redis_peer_name = graf-a']],
    ['a user', overRedis({ username: 'grafana', db: 3 }), { password: all.password }, [
      'ha_redis_address = redis:6379', 'ha_redis_username = grafana', 'ha_redis_password = $__file{/etc/grafana/secrets/redis_password}', 'ha_redis_db = 3', 'ha_redis_prefix = prod', 'ha_redis_peer_name = graf-a',
    ]],
    ['Sentinels', overRedis({ kind: 'sentinel', masterName: 'mymaster', addresses: [{ host: 's1', port: 26379 }, { host: 's2', port: 26379 }] }), { sentinelPassword: all.sentinelPassword }, [
      'ha_redis_address = s1:26379,s2:26379', 'ha_redis_prefix = prod', 'ha_redis_peer_name = graf-a', 'ha_redis_sentinel_mode_enabled = true', 'ha_redis_sentinel_master_name = mymaster',
      'ha_redis_sentinel_password = $__file{/etc/grafana/secrets/redis_sentinel_password}',
    ]],
    ['a cluster with TLS', overRedis({ kind: 'cluster', tls: true, caCert: '/home/ops/ca.pem' }), {}, [
      'ha_redis_address = redis:6379', 'ha_redis_prefix = prod', 'ha_redis_peer_name = graf-a', 'ha_redis_cluster_mode_enabled = true', 'ha_redis_tls_enabled = true', 'ha_redis_tls_ca_path = /etc/grafana/certs/redis_ca.pem',
    ]],
    ['secrets in the config', overRedis({}, { secrets: 'inline' }), { password: all.password }, [
      'ha_redis_address = redis:6379', `ha_redis_password = """p#w; '"""`, 'ha_redis_prefix = prod', 'ha_redis_peer_name = graf-a',
    ]],
    ['nothing at all when it is off', sampleCluster({ alerting: { mode: 'off', reason: 'no alerts', port: 9094, label: 'prod' } }), {}, []],
  ])('%s', (_, cluster, secrets, lines) => {
    expect(written(cluster, secrets).alerting).toEqual(lines);
  });

  it('writes each secret into a file of its own', () => {
    const live = { address: { host: 'live', port: 6379 }, prefix: 'prod' };
    expect(written(overRedis({ kind: 'sentinel', masterName: 'm' }, { live }), all).files).toMatchObject({
      '/etc/grafana/secrets/redis_password': "p#w; '\n", '/etc/grafana/secrets/redis_sentinel_password': 'sentinel\n', '/etc/grafana/secrets/live_password': 'live\n',
    });
  });

  it('tells Live where its events go, and leaves an engine alone that nobody manages', () => {
    const live = { address: { host: 'live', port: 6380 }, prefix: 'events' };
    expect(written(sampleCluster({ alerting: { mode: 'off', reason: 'x', port: 9094, label: '' }, live }), { livePassword: all.livePassword }).live)
      .toEqual(['ha_engine = redis', 'ha_engine_address = live:6380', 'ha_prefix = events', 'ha_engine_password = $__file{/etc/grafana/secrets/live_password}']);
    expect(written(overRedis(), {}, '[live]\nha_engine = redis\n').live).toEqual(['ha_engine = redis']);
  });

  it('takes away what would win over it: peers beside Redis, Redis beside gossip or off, an old user, another mode', () => {
    const before = '[unified_alerting]\nha_peers = x:9094\nha_redis_address = old:6379\nha_redis_username = old\nha_redis_password = old\nha_redis_sentinel_mode_enabled = true\n';
    expect(written(overRedis(), {}, before).alerting.toSorted())
      .toEqual(['ha_redis_address = redis:6379', 'ha_redis_peer_name = graf-a', 'ha_redis_prefix = prod', 'ha_redis_sentinel_mode_enabled = false']);
    expect(written(sampleCluster({ alerting: { mode: 'off', reason: 'x', port: 9094, label: '' } }), {}, '[unified_alerting]\nha_peers = x:9094\nha_redis_address = old:6379\n').alerting).toEqual([]);
  });

  it.each<[string, string]>([
    ['no name, which Grafana then chooses', 'ha_redis_address = redis:6379\nha_redis_prefix = prod'],
    ['an address in other letters', 'ha_redis_address = Redis:6379\nha_redis_prefix = prod\nha_redis_peer_name = graf-a'],
  ])('keeps what does the same: %s', (_, lines) => {
    expect(written(overRedis(), {}, `[unified_alerting]\n${lines}\n`).alerting).toEqual(lines.split('\n'));
  });

  it.each([[true, ['ha_redis_tls_ca_path = /own/ca.pem']], [false, []]])('keeps the CA file that a config names, if it is there: %s', (there, lines) => {
    const node = sampleNodeFacts({ config: sampleConfig('[unified_alerting]\nha_redis_tls_ca_path = /own/ca.pem\n'), ...(there ? { redisCa: { path: '/own/ca.pem', pem: 'PEM' } } : {}) });
    const cluster = overRedis({ tls: true });
    const { text } = mergeConfig('graf-a', node, nodeSettings(cluster.nodes[0]!, node, { cluster, facts: sampleFacts({ nodes: [] }), secrets: { databasePassword: new Secret('x'), secretKey: new Secret('k') } }));
    expect(text.split('\n').filter((line) => line.includes('ca_path'))).toEqual(lines);
  });

  it('keeps what does the same: a prefix with its colon, and no database named', () => {
    const before = '[unified_alerting]\nha_redis_address = redis:6379\nha_redis_prefix = prod:\nha_redis_peer_name = graf-a\n';
    expect(written(overRedis(), {}, before).alerting).toEqual(['ha_redis_address = redis:6379', 'ha_redis_prefix = prod:', 'ha_redis_peer_name = graf-a']);
  });
});
