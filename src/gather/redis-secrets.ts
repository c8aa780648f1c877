import type { Cluster } from '../cluster/cluster.ts';
import { Secret, type SecretSource } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import type { NodeEntry } from '../facts.ts';
import type { FoundSecret, RedisCredentials } from '../facts/redis.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { goTrim } from '../grafana/go-space.ts';
import { type NodePaths, nodePaths } from '../settings/node-paths.ts';
import type { World } from '../world.ts';
import { type HeldSecret, resolveSecret } from './secrets.ts';

interface Wanted {
  readonly source: SecretSource | undefined;
  readonly what: string;
  /** Line of the cluster file that names another source. */
  readonly flag: string;
  readonly setting: readonly [section: string, key: string];
  readonly file: keyof NodePaths;
}

/** Fetches the secrets of the Redis that this cluster uses, one after the other; undefined when it uses none. */
export async function resolveRedisSecrets(cluster: Cluster, nodes: readonly NodeEntry[], world: Pick<World, 'files' | 'local' | 'prompt'>): Promise<RedisCredentials | undefined> {
  const redis = cluster.alerting.mode === 'redis' ? cluster.redis : undefined;
  if (redis === undefined && cluster.live === undefined) return undefined;
  const password = await resolve({
    source: redis?.password, what: 'the password of Redis', flag: '[redis] password =', setting: ['unified_alerting', 'ha_redis_password'], file: 'redisPassword',
  }, cluster, nodes, world);
  const sentinelPassword = await resolve({
    source: redis?.sentinelPassword, what: 'the password of the Sentinels', flag: '[redis] sentinel_password =', setting: ['unified_alerting', 'ha_redis_sentinel_password'], file: 'redisSentinelPassword',
  }, cluster, nodes, world);
  // One source is asked once.
  const livePassword = cluster.live?.password !== undefined && cluster.live.password === redis?.password ? password : await resolve({
    source: cluster.live?.password, what: 'the password of the Redis for Live', flag: '[live] password =', setting: ['live', 'ha_engine_password'], file: 'livePassword',
  }, cluster, nodes, world);
  return {
    ...(password === undefined ? {} : { password }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(livePassword === undefined ? {} : { livePassword }),
  };
}

async function resolve(wanted: Wanted, cluster: Cluster, nodes: readonly NodeEntry[], world: Pick<World, 'files' | 'local' | 'prompt'>): Promise<FoundSecret | undefined> {
  if (wanted.source === undefined) return undefined;
  try {
    const found = await resolveSecret(wanted.source, { what: wanted.what, flag: wanted.flag, held: held(wanted, cluster, nodes) }, world);
    return found.ok ? { ok: true, facts: found.secret } : found;
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 130) throw error;
    return { ok: false, missing: `${wanted.what} is missing: ${error.message}`, hint: error.hint ?? `${wanted.flag} env:NAME` };
  }
}

/** What each node's Grafana reads, else the file an earlier push left. */
function held({ setting: [section, key], file }: Wanted, cluster: Cluster, nodes: readonly NodeEntry[]): readonly HeldSecret[] {
  return nodes.flatMap(({ name, node: gathered }) => {
    const node = cluster.nodes.find((one) => one.name === name);
    if (node === undefined || !gathered.ok) return [];
    const effective = effectiveOf(gathered.facts);
    const read = effective.ok ? effective.config.get(section, key)?.value ?? '' : '';
    const text = read === '' ? goTrim(gathered.facts.secretFiles.get(nodePaths(node, gathered.facts.configPath)[file])?.reveal() ?? '') : read;
    return text === '' ? [] : [{ node: name, secret: new Secret(text) }];
  });
}
