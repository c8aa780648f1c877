import { formatAddress, parseAddress } from '../cluster/address.ts';
import type { Address, Database } from '../cluster/cluster.ts';
import { classifyIp } from '../cluster/ip.ts';
import { parseRootUrl } from '../cluster/root-url.ts';
import { Secret } from '../cluster/secret.ts';
import { decodeFromDatabase } from '../grafana/database-value.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { isOnDatabase } from './on-database.ts';
import type { ManagedSetting } from './managed-setting.ts';

/** What a node has, and who its peers are. */
export interface Present {
  readonly config: EffectiveConfig;
  readonly database: Database;
  /** Addresses on interfaces of the node. */
  readonly ownAddresses: readonly string[];
  /** Where gossip reaches the node; absent: the nodes do not gossip. */
  readonly gossip?: Address;
  /** Gossip addresses of all nodes by every name they are known under. */
  readonly aliases: ReadonlyMap<string, Address>;
}

/** A setting whose present value does the same as the wanted one is wanted as it is: nothing is rewritten for looks. */
export function keepWhatWorks(settings: readonly ManagedSetting[], present: Present): readonly ManagedSetting[] {
  const textOf = (ofSection: string, ofKey: string): string => {
    const wanted = settings.find(({ section, key }) => section === ofSection && key === ofKey)?.wanted;
    return wanted?.kind === 'text' ? wanted.text : '';
  };
  const aims = { rootUrl: textOf('server', 'root_url'), peers: textOf('unified_alerting', 'ha_peers'), redis: textOf('unified_alerting', 'ha_redis_address') };
  return settings.map((setting) => {
    const { section, key, wanted } = setting;
    if (wanted.kind === 'absent') return setting;
    const found = present.config.get(section, key)?.value ?? '';
    const text = wanted.kind === 'text' ? wanted.text : wanted.secret.reveal();
    if (found === text || !sameEffect(`${section}.${key}`, found, text, { ...present, ...aims })) return setting;
    return { ...setting, wanted: wanted.kind === 'text' ? { ...wanted, text: found } : { ...wanted, secret: new Secret(found) } };
  });
}

function sameEffect(setting: string, found: string, wanted: string, present: Present & { readonly rootUrl: string; readonly peers: string; readonly redis: string }): boolean {
  const { config, database, rootUrl, redis } = present;
  switch (setting) {
    case 'server.root_url':
      return isSameUrl(found, wanted);
    // Read for redirects alone (enforce_domain) and as a part of root_url, which is right already.
    case 'server.domain':
      return !isOn(config, 'enforce_domain') && isSameUrl(config.get('server', 'root_url')?.value ?? '', rootUrl);
    case 'database.host': {
      const address = parseAddress(found, database.type === 'postgres' ? 5432 : 3306);
      return address.ok && formatAddress({ ...address.value, host: address.value.host.toLowerCase() }) === wanted.toLowerCase();
    }
    case 'database.user':
    case 'database.password':
      return decodeFromDatabase(found, database.type) === decodeFromDatabase(wanted, database.type);
    // Anything but `true` and `skip-verify` is plain text on MySQL; a word that promises more is not kept (facts: tls_mysql.go).
    case 'database.ssl_mode':
      return database.type === 'mysql' && wanted === 'disable' && ['', 'false'].includes(found);
    // It spares a start that meets another one; a node that is on the database has had its start.
    case 'database.locking_attempt_timeout_sec':
      return isOnDatabase(config, database);
    case 'unified_alerting.ha_redis_address':
      return isSameSet(namesIn(found), namesIn(wanted));
    // Its own choice of a name works as long as it is there already.
    case 'unified_alerting.ha_redis_peer_name':
      return found === '' && isSameSet(namesIn(config.get('unified_alerting', 'ha_redis_address')?.value ?? ''), namesIn(redis));
    case 'unified_alerting.ha_redis_db':
      return found === '' && wanted === '0';
    // Grafana adds the colon by itself (redis_peer.go).
    case 'unified_alerting.ha_redis_prefix':
      return found !== '' && found.replace(/:$/, '') === wanted.replace(/:$/, '');
    case 'unified_alerting.ha_listen_address':
      return isInMesh(present) && listensOn(found, present);
    case 'unified_alerting.ha_advertise_address':
      return isInMesh(present) && found === '' && advertisesByItself(present);
    case 'unified_alerting.ha_peers':
      return isInMesh(present);
    default:
      return false;
  }
}

function isOn(config: EffectiveConfig, key: string): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(config.get('server', key)?.value ?? '');
}

/** Grafana adds the slash at the end by itself. */
function isSameUrl(found: string, wanted: string): boolean {
  const parsed = parseRootUrl(found);
  return parsed.ok && parsed.value.url === wanted;
}

/** A node without a mesh gets all three addresses spelled out: Grafana's own guess is wrong on hosts with several. */
function isInMesh(present: Present & { readonly peers: string }): boolean {
  const found = present.config.get('unified_alerting', 'ha_peers')?.value ?? '';
  return found !== '' && isSameSet(peersOf(found, present), peersOf(present.peers, present));
}

/** On the node's own address, or on all of them. */
function listensOn(found: string, { gossip, ownAddresses }: Present): boolean {
  const [, host = '', port] = /^(.*):(\d+)$/.exec(found) ?? [];
  if (gossip === undefined || Number(port) !== gossip.port) return false;
  const own = host.replace(/^\[|\]$/g, '');
  return ['', '0.0.0.0', '::'].includes(own) || (own === gossip.host && ownAddresses.includes(own));
}

/** Without an address to advertise Grafana takes the one it listens on, else the host's private one; that is sure where there is one alone. */
function advertisesByItself({ config, gossip, ownAddresses }: Present): boolean {
  const listen = config.get('unified_alerting', 'ha_listen_address')?.value ?? '';
  if (gossip === undefined) return false;
  if (listen === formatAddress(gossip)) return true;
  const mine = ownAddresses.filter((address) => !['loopback', 'local'].includes(classifyIp(address) ?? 'local'));
  return listen === `0.0.0.0:${gossip.port}` && mine.length === 1 && mine[0] === gossip.host && classifyIp(gossip.host) === 'private';
}

/** Grafana trims each peer, and a node that names itself or not is in the same mesh (observed). */
function peersOf(text: string, { aliases, gossip }: Present): ReadonlySet<string> {
  const peers = text.split(',').map((part) => {
    const peer = parseAddress(part.trim());
    const known = peer.ok ? aliases.get(peer.value.host) : undefined;
    return peer.ok && known?.port === peer.value.port ? formatAddress(known) : part.trim();
  });
  return new Set([...peers, ...(gossip === undefined ? [] : [formatAddress(gossip)])]);
}

function namesIn(list: string): ReadonlySet<string> {
  return new Set(list.toLowerCase().split(',').map((part) => part.trim()).filter((part) => part !== ''));
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((item) => other.has(item));
}
