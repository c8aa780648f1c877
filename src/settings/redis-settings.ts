import { formatAddress } from '../cluster/address.ts';
import type { Cluster, Node, Redis } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { absent, type ManagedSetting, secret, text } from './managed-setting.ts';
import { type NodePaths, nodePaths } from './node-paths.ts';

/** Those that the cluster file names a source for. */
export interface RedisSecrets {
  readonly password?: Secret;
  readonly sentinelPassword?: Secret;
  readonly livePassword?: Secret;
}

export interface RedisInput {
  readonly secrets: { readonly redis?: RedisSecrets };
  readonly configPath: string;
  /** A CA file that the node's config names already, and that is there. */
  readonly presentRedisCa?: string;
  readonly present?: EffectiveConfig;
}

const alerting = 'unified_alerting';

/** What a node's Grafana is to be told for alerting over Redis; nothing without a [redis]. */
export function redisSettings({ redis, secrets }: Cluster, node: Node, input: RedisInput): readonly ManagedSetting[] {
  if (redis === undefined) return [];
  const paths = nodePaths(node, input.configPath);
  const given = input.secrets.redis ?? {};
  const place = (file: string): string | undefined => (secrets === 'files' ? file : undefined);
  const maybeSecret = (key: string, value: Secret | undefined, file: string): ManagedSetting => (value === undefined ? absent(alerting, key) : secret(alerting, key, value, place(file)));
  return [
    text(alerting, 'ha_redis_address', redis.addresses.map(formatAddress).join(',')),
    redis.username === undefined ? absent(alerting, 'ha_redis_username') : text(alerting, 'ha_redis_username', redis.username),
    maybeSecret('ha_redis_password', given.password, paths.redisPassword),
    text(alerting, 'ha_redis_db', String(redis.db)),
    text(alerting, 'ha_redis_prefix', redis.prefix),
    // Its own choice is a new name at each start, and the old one stays a member for a minute (redis_peer.go).
    text(alerting, 'ha_redis_peer_name', node.name),
    ...flag('ha_redis_cluster_mode_enabled', redis.kind === 'cluster', input),
    ...flag('ha_redis_sentinel_mode_enabled', redis.kind === 'sentinel', input),
    ...(redis.kind !== 'sentinel' ? [] : [
      text(alerting, 'ha_redis_sentinel_master_name', redis.masterName ?? ''),
      maybeSecret('ha_redis_sentinel_password', given.sentinelPassword, paths.redisSentinelPassword),
    ]),
    ...tlsSettings(redis, paths, input),
  ];
}

/** Go takes the name to compare from what it dials; a name of its own would be compared with every node of a cluster. */
function tlsSettings(redis: Redis, { redisCa }: NodePaths, input: RedisInput): readonly ManagedSetting[] {
  const ca = redis.caCert === undefined ? input.presentRedisCa : redisCa;
  return [
    ...flag('ha_redis_tls_enabled', redis.tls, input),
    ...(!redis.tls ? [] : [ca === undefined ? absent(alerting, 'ha_redis_tls_ca_path') : text(alerting, 'ha_redis_tls_ca_path', ca)]),
  ];
}

/** Off is what a Grafana that says nothing does, and one that does not know the key. */
function flag(key: string, on: boolean, { present }: RedisInput): readonly ManagedSetting[] {
  if (on) return [text(alerting, key, 'true')];
  return (present?.get(alerting, key)?.value ?? '') === '' ? [] : [text(alerting, key, 'false')];
}

/** What carries Live events between the nodes; without [live] an engine that is set stays. */
export function liveSettings({ live, secrets }: Cluster, node: Node, input: RedisInput): readonly ManagedSetting[] {
  if (live === undefined) return [];
  const { livePassword: file } = nodePaths(node, input.configPath);
  const password = input.secrets.redis?.livePassword;
  return [
    text('live', 'ha_engine', 'redis'),
    text('live', 'ha_engine_address', formatAddress(live.address)),
    text('live', 'ha_prefix', live.prefix),
    password === undefined ? absent('live', 'ha_engine_password') : secret('live', 'ha_engine_password', password, secrets === 'files' ? file : undefined),
  ];
}
