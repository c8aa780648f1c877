import type { Address, Cluster } from '../cluster/cluster.ts';
import type { RedisPath, RedisServer } from '../facts/redis.ts';
import type { Dial } from '../world/database.ts';
import type { World } from '../world.ts';
import { codeAndWords } from './database-words.ts';

/** One way to Redis, from a node. */
export interface Way {
  readonly node: string;
  readonly dial: Dial;
  /** PEM that the node's Grafana trusts there. */
  readonly ca: string;
}

interface Door {
  readonly purpose: RedisServer['purpose'];
  readonly address: Address;
  readonly tls: boolean;
}

/** Tries without a password whether anything answers on a way, so that what hangs costs its time once; undefined: something does. */
export async function knock(way: Way, cluster: Cluster, outside: Pick<World, 'redis'>): Promise<RedisPath | undefined> {
  const servers = await Promise.all(doorsOf(cluster).map((door) => knockAt(door, way, outside)));
  const silent = servers.flatMap((server) => (server === undefined ? [] : [server]));
  return silent.length < servers.length ? undefined : { node: way.node, servers: silent };
}

function doorsOf({ alerting, redis, live }: Cluster): readonly Door[] {
  const { kind, addresses, tls } = alerting.mode === 'redis' && redis !== undefined ? redis : { kind: 'single', addresses: [], tls: false } as const;
  return [
    ...addresses.map((address) => ({ purpose: kind === 'sentinel' ? 'sentinel' as const : 'alerting' as const, address, tls })),
    ...(live === undefined ? [] : [{ purpose: 'live' as const, address: live.address, tls: false }]),
  ];
}

async function knockAt({ purpose, address, tls }: Door, { dial, ca }: Way, { redis }: Pick<World, 'redis'>): Promise<RedisServer | undefined> {
  try {
    if (tls) await redis.probeTls({ dial, address, serverName: address.host, ca });
    else await (await redis.open({ dial, address, tls: false, timeoutMs: 5_000 })).close();
    return undefined;
  } catch (error) {
    const { code, said } = codeAndWords(error);
    return isNetwork(code) ? { purpose, address, session: { ok: false, code, said } } : undefined;
  }
}

/** Redis's own words are ERR, NOAUTH and the like; the network's begin with E, OpenSSL's with ERR_. */
function isNetwork(code: string): boolean {
  return code !== 'ERR' && /^(E[A-Z]|ERR_|DEPTH_|SELF_|UNABLE_|CERT_)/.test(code);
}
