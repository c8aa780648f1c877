import type { Address } from '../cluster/cluster.ts';
import type { RedisInfo, RedisState } from '../facts/redis.ts';
import type { RedisAnswer, RedisSession } from '../world/redis.ts';
import { codeAndWords } from './database-words.ts';

export interface StateQuestion {
  readonly prefix: string;
  readonly db: number;
  readonly listPeers: boolean;
}

/** A Grafana renews its key every 5 s, and the key lives for 300 s (redis_peer.go). */
const freshMs = (300 - 15) * 1000;

/** Rounds of SCAN before a Redis counts as too full to be searched. */
const mostRounds = 200;

/** What a Redis says of itself, and whether this user may do there what Grafana does; nothing is written. Afterwards the session takes no more commands: it listens. */
export async function readState(session: RedisSession, { prefix, db, listPeers }: StateQuestion): Promise<RedisState> {
  if (db !== 0) {
    const refused = await refusalOf(session, ['SELECT', String(db)]);
    if (refused !== undefined) return { usable: refused };
  }
  const info = await session.command('INFO').then((text) => parseInfo(String(text)), noPermission);
  const peers = listPeers ? await freshPeers(session, withColon(prefix)).catch(noPermission) : undefined;
  const usable = await tryCommands(session, withColon(prefix));
  return { ...(info === undefined ? {} : { info }), usable, ...(peers === undefined ? {} : { peers }) };
}

/** As Grafana writes it before a name. */
function withColon(prefix: string): string {
  return prefix === '' || prefix.endsWith(':') ? prefix : `${prefix}:`;
}

function noPermission(error: unknown): undefined {
  const { code } = codeAndWords(error);
  if (code === 'NOPERM' || code === 'ERR') return undefined;
  throw error;
}

function parseInfo(text: string): RedisInfo {
  const values = new Map([...text.matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value] as const));
  return {
    version: values.get('redis_version') ?? '',
    role: values.get('role') === 'slave' ? 'replica' : 'master',
    cluster: values.get('cluster_enabled') === '1',
    sentinel: values.get('redis_mode') === 'sentinel',
    maxMemory: Number(values.get('maxmemory') ?? 0),
    evictionPolicy: values.get('maxmemory_policy') ?? '',
  };
}

/** XX writes only over a key that is there, and this one is not; nobody listens on the channel. */
async function tryCommands(session: RedisSession, prefix: string): Promise<RedisState['usable']> {
  const ours = `${prefix}grafana-ha-looks`;
  const needed = [
    ['SET', ours, '1', 'XX', 'EX', '1'], ['SCAN', '0', 'MATCH', `${ours}*`, 'COUNT', '1'], ['MGET', ours], ['PUBLISH', ours, ''], ['SUBSCRIBE', ours],
  ];
  for (const words of needed) {
    const refused = await refusalOf(session, words);
    if (refused !== undefined) return refused;
  }
  return { ok: true };
}

async function refusalOf(session: RedisSession, [name = '', ...words]: readonly string[]): Promise<Extract<RedisState['usable'], { ok: false }> | undefined> {
  try {
    await session.command(name, ...words);
    return undefined;
  } catch (error) {
    const { code, said } = codeAndWords(error);
    // In a cluster the key may belong to another server, to which Grafana then turns.
    return code === 'MOVED' ? undefined : { ok: false, code, command: name, said };
  }
}

async function freshPeers(session: RedisSession, prefix: string): Promise<readonly string[] | undefined> {
  const names: string[] = [];
  let cursor = '0';
  for (let round = 0; round < mostRounds; round += 1) {
    const [next, keys] = asList(await session.command('SCAN', cursor, 'MATCH', `${prefix}*`, 'COUNT', '1000'));
    for (const key of asList(keys).map(String)) {
      if (Number(await session.command('PTTL', key)) > freshMs && !names.includes(key.slice(prefix.length))) names.push(key.slice(prefix.length));
    }
    cursor = String(next);
    if (cursor === '0') return names;
  }
  return undefined;
}

/** The address at which a Sentinel says the master is. */
export async function masterOf(session: RedisSession, name: string): Promise<{ readonly address?: Address }> {
  const [host, port] = asList(await session.command('SENTINEL', 'get-master-addr-by-name', name));
  return host === undefined ? {} : { address: { host: String(host), port: Number(port) } };
}

/** The masters that a Redis Cluster announces; none where it is no cluster, or where this user may not ask. */
export async function clusterNodes(session: RedisSession): Promise<readonly Address[]> {
  const slots = await session.command('CLUSTER', 'SLOTS').catch(noPermission);
  const masters = asList(slots ?? []).map((slot) => asList(asList(slot)[2] ?? []));
  return masters.flatMap(([host, port]) => (host === undefined || host === null || host === '' ? [] : [{ host: String(host), port: Number(port) }]));
}

function asList(answer: RedisAnswer | undefined): readonly RedisAnswer[] {
  return Array.isArray(answer) ? (answer as readonly RedisAnswer[]) : [];
}
