import { splitHostPort } from '../cluster/address.ts';
import { classifyIp, isIp } from '../cluster/ip.ts';
import { type LintFinding, place } from './lint-finding.ts';
import type { LintRule, SeenValue, Sight } from './lint-sight.ts';
import { parseVersion } from './versions.ts';

/** [unified_alerting] and [live]: what splits a cluster or keeps a node down. */
export const alertingRules: readonly LintRule[] = [judgePeers, judgeAdvertise, judgeListen, judgeIntervals, judgeRedis, judgeHighAvailability, judgeLegacy];

type Words = Pick<LintFinding, 'id' | 'found' | 'expected' | 'hint'> & { readonly weight?: LintFinding['weight'] };

function given(sight: Sight, key: string): SeenValue | undefined {
  const seen = sight.see('unified_alerting', key);
  return seen?.isSet === true && seen.value !== '' ? seen : undefined;
}

function about(key: string, { line }: SeenValue, { weight = 'error', ...words }: Words): LintFinding {
  return { ...words, weight, section: 'unified_alerting', key, ...place(line) };
}

const dead = 'Grafana does not start';

function judgePeers(sight: Sight): readonly LintFinding[] {
  const peers = given(sight, 'ha_peers');
  const words = peers === undefined ? undefined : peersProblem(peers.value);
  return peers === undefined || words === undefined ? [] : [about('ha_peers', peers, { id: 'bad-peers', expected: 'HOST:PORT,HOST:PORT', ...words })];
}

function peersProblem(value: string): Omit<Words, 'id' | 'expected'> | undefined {
  if (value.includes(';')) return { found: `${value}, with ; between peers: ${dead}`, hint: `ha_peers = ${value.split(/[;,\s]+/).filter(Boolean).join(',')}` };
  const peers = value.split(',').map((peer) => peer.trim());
  const whole = peers.filter((peer) => peer !== '');
  if (whole.some((peer) => /\s/.test(peer))) return { found: `${value}, with blanks between peers: ${dead}`, hint: `ha_peers = ${value.split(/[,\s]+/).filter(Boolean).join(',')}` };
  if (peers.includes('')) return { found: `${value}, with a comma too many: ${dead} on 9.4`, hint: `ha_peers = ${whole.join(',')}` };
  const scheme = whole.find((peer) => peer.includes('://'));
  if (scheme !== undefined) return { found: `${scheme}, which is a URL: ${dead}`, hint: `ha_peers = ${whole.map((peer) => peer.replace(/^.*:\/\//, '').replace(/\/.*$/, '')).join(',')}` };
  for (const peer of whole) {
    const parts = splitHostPort(peer);
    if (!parts.ok) return { found: `${peer}: ${parts.problem}`, hint: 'ha_peers = HOST:9094,HOST:9094' };
    if (parts.value.port === undefined) return { found: `${peer}, without a port: ${dead}`, hint: `ha_peers = ${whole.map((one) => (/:\d+$/.test(one) && one !== peer ? one : `${one}:9094`)).join(',')}` };
  }
  return undefined;
}

/** memberlist wants an IP literal here, though the documentation speaks of names. */
function judgeAdvertise(sight: Sight): readonly LintFinding[] {
  const address = given(sight, 'ha_advertise_address');
  if (address === undefined) return [];
  const words = { id: 'bad-advertise-address', expected: 'an IP address of this node with a port', hint: 'ha_advertise_address = IP:9094' };
  const parts = splitHostPort(address.value);
  if (!parts.ok) return [about('ha_advertise_address', address, { ...words, found: `${address.value}: ${parts.problem}` })];
  const { host, port } = parts.value;
  const of = (found: string, weight: LintFinding['weight'] = 'error'): readonly LintFinding[] => [about('ha_advertise_address', address, { ...words, found, weight })];
  if (!isIp(host)) return of(`${address.value}, which is a host name: ${dead}`);
  if (port === undefined) return of(`${address.value}, without a port: ${dead}`);
  if (classifyIp(host) === 'unspecified') return of(`${address.value}, which peers cannot reach`);
  if (classifyIp(host) === 'loopback') return areLoopback(given(sight, 'ha_peers')) ? [] : of(`${address.value}, which is another machine for every peer`, 'warning');
  if (sight.addresses.length === 0 || sight.addresses.includes(host)) return [];
  return [about('ha_advertise_address', address, { ...words, id: 'foreign-address', weight: 'warning', found: `${address.value}, which is none of this node's: ${sight.addresses.join(', ')}`, expected: 'an address of this node, unless a translated one is meant' })];
}

function judgeListen(sight: Sight): readonly LintFinding[] {
  const address = given(sight, 'ha_listen_address');
  if (address === undefined) return [];
  const words = { id: 'bad-listen-address', expected: 'IP:PORT or :PORT', hint: 'ha_listen_address = 0.0.0.0:9094' };
  const of = (found: string, weight: LintFinding['weight'] = 'error'): readonly LintFinding[] => [about('ha_listen_address', address, { ...words, found, weight })];
  const parts = splitHostPort(address.value);
  if (!parts.ok) return of(`${address.value}: ${parts.problem}`);
  const { host, port } = parts.value;
  if (port === undefined) return of(`${address.value}, without a port: ${dead}`);
  if (host === '') return [];
  if (!isIp(host)) return of(`${address.value}, which is a host name: gossip listens on all addresses and tells peers a wrong one`, 'warning');
  const peers = given(sight, 'ha_peers');
  return classifyIp(host) === 'loopback' && peers !== undefined && !areLoopback(peers) ? of(`${address.value}, where no peer can reach it`, 'warning') : [];
}

function areLoopback(peers: SeenValue | undefined): boolean {
  return peers !== undefined && peers.value.split(',').every((peer) => /^\s*(127\.|localhost|\[::1\])/.test(peer));
}

const units = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function milliseconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * units[match[2] as keyof typeof units];
}

/** The two intervals stand side by side in sample.ini: gossip is meant to be short, the full exchange long. */
function judgeIntervals(sight: Sight): readonly LintFinding[] {
  const [exchange, gossip] = [given(sight, 'ha_push_pull_interval'), given(sight, 'ha_gossip_interval')];
  const exchanged = exchange === undefined ? undefined : milliseconds(exchange.value);
  const gossiped = gossip === undefined ? undefined : milliseconds(gossip.value);
  return [
    ...(exchange === undefined || exchanged === undefined || exchanged >= 1000 ? [] : [about('ha_push_pull_interval', exchange, {
      id: 'intervals-swapped', weight: 'warning', found: `${exchange.value}: the whole state is sent that often`, expected: 'a minute or so; the short one is ha_gossip_interval', hint: 'ha_push_pull_interval = 60s',
    })]),
    ...(gossip === undefined || gossiped === undefined || gossiped <= 10_000 ? [] : [about('ha_gossip_interval', gossip, {
      id: 'intervals-swapped', weight: 'warning', found: `${gossip.value}: notifications go out twice until the peers hear of them`, expected: 'less than a second; the long one is ha_push_pull_interval', hint: 'ha_gossip_interval = 200ms',
    })]),
  ];
}

function judgeRedis(sight: Sight): readonly LintFinding[] {
  const redis = given(sight, 'ha_redis_address');
  // A version without Redis says so by itself: later-key.
  if (redis === undefined || sight.catalogue.get('unified_alerting')?.settings.get('ha_redis_address')?.standing.kind !== 'known') return [];
  const peers = given(sight, 'ha_peers');
  const cluster = given(sight, 'ha_redis_cluster_mode_enabled');
  const sentinel = given(sight, 'ha_redis_sentinel_mode_enabled');
  const noPort = redis.value.split(',').map((one) => one.trim()).find((one) => !one.includes('://') && !/:\d+$/.test(one));
  return [
    ...(peers === undefined ? [] : [about('ha_redis_address', redis, {
      id: 'redis-and-peers', weight: 'warning', found: `ha_redis_address beside ha_peers${peers.line === undefined ? '' : ` (line ${peers.line})`}: the peers are ignored`, expected: 'one of the two', hint: 'take out ha_redis_address, and let the peers gossip',
    })]),
    ...(noPort === undefined ? [] : [about('ha_redis_address', redis, { id: 'no-port', found: `${noPort}, without a port`, expected: 'HOST:PORT', hint: `ha_redis_address = ${noPort}:6379` })]),
    ...(cluster?.value === 'true' && sentinel?.value === 'true' ? [about('ha_redis_sentinel_mode_enabled', sentinel, { id: 'redis-modes', found: `cluster mode and sentinel mode at once: ${dead}`, expected: 'one of the two', hint: 'ha_redis_cluster_mode_enabled = false' })] : []),
    ...(sentinel?.value === 'true' && sight.see('unified_alerting', 'ha_redis_sentinel_master_name')?.value === '' ? [about('ha_redis_sentinel_mode_enabled', sentinel, { id: 'redis-modes', found: `sentinel mode without a master name: ${dead}`, expected: 'ha_redis_sentinel_master_name', hint: 'ha_redis_sentinel_master_name = mymaster' })] : []),
  ];
}

/** [database] high_availability = false takes the short cuts of a single process. */
function judgeHighAvailability(sight: Sight): readonly LintFinding[] {
  const single = sight.see('database', 'high_availability');
  if (single?.isSet !== true || !/^(0|f|false|n|no|off)$/i.test(single.value) || (given(sight, 'ha_peers') ?? given(sight, 'ha_redis_address')) === undefined) return [];
  return [{ id: 'not-available', weight: 'warning', ...place(single.line), section: 'database', key: 'high_availability', found: `${single.value}, while this node has peers: their locks are not taken`, expected: 'true', hint: 'high_availability = true' }];
}

/** Since 11 Grafana exits over it (setting.go; seen on 12.2). */
function judgeLegacy(sight: Sight): readonly LintFinding[] {
  const legacy = sight.see('alerting', 'enabled');
  const major = parseVersion(sight.version)?.major ?? 0;
  if (legacy === undefined || major < 11 || !/^(1|t|true|y|yes|on)$/i.test(legacy.value)) return [];
  return [{
    id: 'legacy-alerting', weight: 'error', ...place(legacy.line), section: 'alerting', key: 'enabled',
    found: `${legacy.value}: ${dead}, legacy alerting is gone since 11`, expected: '[unified_alerting] enabled', hint: 'take out [alerting] enabled',
  }];
}
