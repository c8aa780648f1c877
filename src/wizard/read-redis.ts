import { formatAddress, parseAddress } from '../cluster/address.ts';
import type { Redis } from '../cluster/cluster.ts';
import { parsePrefix } from '../cluster/cluster-file-redis.ts';
import type { Parsed } from '../cluster/parsed.ts';
import { present } from '../cluster/present.ts';
import { UserError } from '../errors.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';

/** The Redis over which the alerting of a running node goes, its passwords left on the nodes; undefined: it names none. UserError for what a cluster file cannot say. */
export function readRedis(name: string, config: EffectiveConfig): Redis | undefined {
  const value = (key: string): string => config.get('unified_alerting', `ha_redis_${key}`)?.value ?? '';
  const isOn = (key: string): boolean => /^(1|t|true|y|yes|on)$/i.test(value(key));
  const accept = <Value>(key: string, parsed: Parsed<Value>): Value => {
    if (parsed.ok) return parsed.value;
    throw new UserError(`${name}: [unified_alerting] ha_redis_${key}: ${parsed.problem}.`, { hint: `${parsed.hint}, on every node; nothing was changed or written.` });
  };
  if (value('address') === '') return undefined;
  const fromNodes = (key: string) => (value(key) === '' ? undefined : { kind: 'nodes' as const });
  const kind: Redis['kind'] = isOn('cluster_mode_enabled') ? 'cluster' : isOn('sentinel_mode_enabled') ? 'sentinel' : 'single';
  return present({
    kind,
    addresses: value('address').split(',').map((part) => accept('address', parseAddress(part, kind === 'sentinel' ? 26379 : 6379))),
    masterName: kind === 'sentinel' ? value('sentinel_master_name') : undefined,
    username: value('username') === '' ? undefined : value('username'),
    password: fromNodes('password'),
    sentinelPassword: kind === 'sentinel' ? fromNodes('sentinel_password') : undefined,
    db: Number(value('db')) || 0,
    prefix: accept('prefix', parsePrefix(value('prefix').replace(/:$/, ''))),
    tls: isOn('tls_enabled'),
  });
}

/** Such as `sentinel mymaster at s1:26379,s2:26379, prefix prod, database 3`; one text for one meaning. */
export function describeRedis({ kind, addresses, masterName, username, db, prefix, tls }: Redis): string {
  const what = kind === 'single' ? '' : masterName === undefined ? `${kind} at ` : `${kind} ${masterName} at `;
  const rest = [...(username === undefined ? [] : [`user ${username}`]), ...(prefix === '' ? [] : [`prefix ${prefix}`]), ...(db === 0 ? [] : [`database ${db}`]), ...(tls ? ['TLS'] : [])];
  return [`${what}${addresses.map(formatAddress).join(',')}`, ...rest].join(', ');
}
