import { formatAddress, parseAddress } from './address.ts';
import type { Address, Alerting, Live, Redis } from './cluster.ts';
import type { SettingsReader } from './cluster-file-reader.ts';
import { localPath, oneOf, parseText, secretSource } from './cluster-file-values.ts';
import { accepted, refused } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { present } from './present.ts';

const redisPort = 6379;
const sentinelPort = 26379;

/** Reads how the nodes agree on who notifies; to leave that off needs a reason. */
export function readAlertingMode(read: SettingsReader): Pick<Alerting, 'mode' | 'reason'> {
  const mode = read.optional('alerting', 'mode', oneOf('gossip', 'redis', 'off')) ?? 'gossip';
  if (mode === 'off') return present({ mode, reason: read.required('alerting', 'reason', parseText, 'reason = why every node may send every notification') });
  read.optional('alerting', 'reason', () => refused('this is for mode = off', 'Remove the line'));
  if (mode === 'redis' && !hasSection(read, 'redis')) read.required('redis', 'address', parseText, 'address = redis.example.com:6379');
  return { mode };
}

/** Reads `[redis]`; undefined when there is none, or when its address is missing or refused. */
export function readRedis(read: SettingsReader, folder: string, clusterName: string): Redis | undefined {
  if (!hasSection(read, 'redis')) return undefined;
  const kind = read.optional('redis', 'kind', oneOf('single', 'sentinel', 'cluster')) ?? 'single';
  const addresses = read.required('redis', 'address', (text) => parseAddresses(text, kind), 'address = redis.example.com:6379');
  const ofSentinel = kind === 'sentinel';
  if (!ofSentinel) for (const key of ['master_name', 'sentinel_password']) read.optional('redis', key, () => refused('this is for kind = sentinel', 'Remove the line'));
  const tls = (read.optional('redis', 'tls', oneOf('yes', 'no')) ?? 'no') === 'yes';
  const masterName = ofSentinel ? read.required('redis', 'master_name', parseText, 'master_name = mymaster') : undefined;
  const rest = present({
    masterName,
    username: read.optional('redis', 'username', parseText),
    password: read.optional('redis', 'password', secretSource(folder)),
    sentinelPassword: ofSentinel ? read.optional('redis', 'sentinel_password', secretSource(folder)) : undefined,
    db: read.optional('redis', 'db', (text) => parseDb(text, kind)) ?? 0,
    prefix: read.optional('redis', 'prefix', parsePrefix) ?? clusterName,
    tls,
    caCert: read.optional('redis', 'ca_cert', tls ? localPath(folder) : () => refused('this is for tls = yes', 'Add tls = yes, or remove the line')),
  });
  return addresses && { kind, addresses, ...rest };
}

/** Reads `[live]`, whose address, prefix and password are those of a single `[redis]` where it names none. */
export function readLive(read: SettingsReader, folder: string, { redis, name }: { readonly redis: Redis | undefined; readonly name: string }): Live | undefined {
  const engine = read.optional('live', 'engine', oneOf('memory', 'redis')) ?? 'memory';
  if (engine === 'memory') {
    for (const key of ['address', 'prefix', 'password']) read.optional('live', key, () => refused('this is for engine = redis', 'Add engine = redis, or remove the line'));
    return undefined;
  }
  const parse = (text: string): Parsed<Address> => parseAddress(text, redisPort);
  const inherited = liveAddress(redis);
  const named = inherited === undefined && !isBroken(read) ? read.required('live', 'address', parse, 'address = redis.example.com:6379') : read.optional('live', 'address', parse);
  const address = named ?? inherited;
  const password = read.optional('live', 'password', secretSource(folder)) ?? livePassword(redis, address);
  const prefix = read.optional('live', 'prefix', parsePrefix) ?? livePrefix(redis, name);
  return address && present({ address, prefix, password });
}

/** What `[live]` uses where it names no address: one Redis without TLS, since Live speaks none. */
export function liveAddress(redis: Redis | undefined): Address | undefined {
  return redis?.kind === 'single' && !redis.tls ? redis.addresses[0] : undefined;
}

/** What `[live]` uses where it names no password: that of `[redis]`, as long as it is the same server and the user Live logs in as. */
export function livePassword(redis: Redis | undefined, address: Address | undefined): Live['password'] {
  const inherited = liveAddress(redis);
  const same = address !== undefined && inherited !== undefined && formatAddress(address) === formatAddress(inherited);
  return same && redis?.username === undefined ? redis?.password : undefined;
}

/** What `[live]` uses where it names no prefix. */
export function livePrefix(redis: Redis | undefined, clusterName: string): string {
  return redis?.prefix ?? clusterName;
}

function hasSection(read: SettingsReader, section: string): boolean {
  return read.all(section).length > 0;
}

/** The Redis that Live would share has a problem of its own already. */
function isBroken(read: SettingsReader): boolean {
  return hasSection(read, 'redis') && read.problems.some(({ problem }) => problem.startsWith('[redis] address'));
}

function parseAddresses(text: string, kind: Redis['kind']): Parsed<readonly Address[]> {
  const addresses: Address[] = [];
  for (const part of text.split(',')) {
    const parsed = parseAddress(part, kind === 'sentinel' ? sentinelPort : redisPort);
    if (!parsed.ok) return parsed;
    addresses.push(parsed.value);
  }
  if (kind !== 'single' || addresses.length === 1) return accepted(addresses);
  return refused(`${addresses.length} addresses were found, and a single Redis has one`, 'Name one of them, or add kind = sentinel or kind = cluster');
}

function parseDb(text: string, kind: Redis['kind']): Parsed<number> {
  if (!/^\d{1,4}$/.test(text)) return refused(`"${text}" is not the number of a database`, 'Type a number from 0');
  return kind === 'cluster' && Number(text) !== 0 ? refused('a Redis Cluster has database 0 alone', 'Remove the line') : accepted(Number(text));
}

/** Grafana looks for its peers by the pattern PREFIX:*, in which some characters stand for others; without a prefix by *. */
export function parsePrefix(text: string): Parsed<string> {
  return /^[\w.:-]{0,64}$/.test(text) ? accepted(text) : refused(`"${text}" is not a prefix for keys`, 'Use letters, digits, . : - and _, such as prod');
}
