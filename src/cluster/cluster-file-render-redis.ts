import { formatAddress } from './address.ts';
import type { Cluster } from './cluster.ts';
import { liveAddress, livePassword, livePrefix } from './cluster-file-redis.ts';
import type { Line } from './cluster-file-render.ts';
import { formatSecretSource } from './secret-source.ts';
import type { SecretSource } from './secret.ts';

/** How texts of the cluster are written: local paths and secret sources relative to the file. */
export interface Writing {
  readonly path: (text: string | undefined) => string | undefined;
  readonly source: (from: SecretSource) => string;
}

/** Lines of `[redis]`, defaults left out. */
export function redisLines({ redis, name }: Pick<Cluster, 'redis' | 'name'>, { path, source }: Writing): readonly Line[] {
  if (redis === undefined) return [];
  return [
    ['address', redis.addresses.map(formatAddress).join(',')],
    ['kind', redis.kind === 'single' ? undefined : redis.kind],
    ['master_name', redis.masterName],
    ['username', redis.username],
    ['password', redis.password && source(redis.password)],
    ['sentinel_password', redis.sentinelPassword && source(redis.sentinelPassword)],
    ['db', redis.db === 0 ? undefined : redis.db],
    ['prefix', redis.prefix === name ? undefined : redis.prefix],
    ['tls', redis.tls ? 'yes' : undefined],
    ['ca_cert', path(redis.caCert)],
  ];
}

/** Lines of `[live]`; what `[redis]` says already is left out. */
export function liveLines({ live, redis, name }: Pick<Cluster, 'live' | 'redis' | 'name'>, { source }: Pick<Writing, 'source'>): readonly Line[] {
  if (live === undefined) return [];
  const inherited = liveAddress(redis);
  const write = (from: SecretSource | undefined): string | undefined => from && formatSecretSource(from);
  return [
    ['engine', 'redis'],
    ['address', inherited !== undefined && formatAddress(inherited) === formatAddress(live.address) ? undefined : formatAddress(live.address)],
    ['prefix', live.prefix === livePrefix(redis, name) ? undefined : live.prefix],
    ['password', live.password === undefined || write(live.password) === write(livePassword(redis, live.address)) ? undefined : source(live.password)],
  ];
}
