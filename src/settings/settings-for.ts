import { formatAddress } from '../cluster/address.ts';
import type { Address, Cluster, Database, Node } from '../cluster/cluster.ts';
import { classifyIp } from '../cluster/ip.ts';
import { Secret } from '../cluster/secret.ts';
import { UserError } from '../errors.ts';
import { encodeForDatabase } from '../grafana/database-value.ts';
import type { DatabaseRole } from '../grafana/database-value.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { holdsFor, versionFacts } from '../grafana/versions.ts';
import { keepWhatWorks } from './keep-what-works.ts';
import { absent, type ManagedSetting, secret, text } from './managed-setting.ts';
import { secretKey, secretsManagerKey } from './encryption-keys.ts';
import { licenseSettings } from './license-settings.ts';
import { nodePaths } from './node-paths.ts';
import { liveSettings, type RedisSecrets, redisSettings } from './redis-settings.ts';

export interface ClusterSecrets {
  readonly databasePassword: Secret;
  readonly secretKey: Secret;
  /** Where Grafana knows it. */
  readonly secretsManagerKey?: Secret;
  /** Only while the database has no user. */
  readonly adminPassword?: Secret;
  readonly redis?: RedisSecrets;
}

export interface SettingsInput {
  readonly secrets: ClusterSecrets;
  /** Such as `12.2.0`. */
  readonly version: string;
  readonly configPath: string;
  /** The node's own trust bundle. */
  readonly caBundle?: string;
  /** A CA file that the node's config names already, and that is there. */
  readonly presentCa?: string;
  /** The same for Redis. */
  readonly presentRedisCa?: string;
  /** Connections a pool; absent: not ours to say. */
  readonly maxOpenConn?: number;
  /** Whether this Grafana has a secrets manager, with a key of its own. */
  readonly secretsManager: boolean;
  /** Of every node about which something is known. */
  readonly gossip: ReadonlyMap<string, Address>;
  /** Addresses known to be on an interface of this node. */
  readonly ownAddresses: readonly string[];
  /** What the node's Grafana reads today: a value there that does the same is kept. */
  readonly present?: EffectiveConfig;
  /** Gossip addresses of all nodes by the names their configs may call them. */
  readonly aliases?: ReadonlyMap<string, Address>;
}

/** What the Grafana of one node is to be told, in the order of a config. Throws UserError when a value cannot be written so that Grafana reads it back. */
export function settingsFor(cluster: Cluster, node: Node, input: SettingsInput): readonly ManagedSetting[] {
  const settings = [
    ...serverSettings(cluster),
    ...databaseSettings(cluster, node, input),
    ...securitySettings(cluster, node, input),
    ...alertingSettings(cluster, node, input),
    ...liveSettings(cluster, node, input),
    ...licenseSettings(cluster, node, input),
  ];
  const { present, ownAddresses, aliases, gossip } = input;
  if (present === undefined) return settings;
  const own = cluster.alerting.mode === 'gossip' ? addressOf(node, { gossip }) : undefined;
  return keepWhatWorks(settings, { config: present, database: cluster.database, ownAddresses, aliases: aliases ?? new Map(), ...(own === undefined ? {} : { gossip: own }) });
}

function serverSettings({ rootUrl }: Cluster): readonly ManagedSetting[] {
  return [text('server', 'root_url', rootUrl), text('server', 'domain', new URL(rootUrl).hostname.replace(/^\[|\]$/g, ''))];
}

function databaseSettings({ database, secrets }: Cluster, node: Node, input: SettingsInput): readonly ManagedSetting[] {
  const paths = nodePaths(node, input.configPath);
  const encode = (role: DatabaseRole, value: string) => encoded(role, value, database.type, input.version);
  const ca = caPath(database, paths.databaseCa, input);
  const maxOpenConn = database.maxOpenConn ?? input.maxOpenConn;
  return [
    // Grafana takes `url` and `connection_string` over all the discrete keys (database_config.go), and `url` is broken on 11.6.1–12.0.2.
    absent('database', 'url'),
    absent('database', 'connection_string'),
    text('database', 'type', database.type),
    text('database', 'host', formatAddress(database.address)),
    text('database', 'name', encode('name', database.name)),
    text('database', 'user', encode('user', database.user)),
    secret('database', 'password', new Secret(encode('password', input.secrets.databasePassword.reveal())), secrets === 'files' ? paths.databasePassword : undefined),
    text('database', 'ssl_mode', database.sslMode),
    ...(ca === undefined ? [] : [text('database', 'ca_cert_path', ca)]),
    ...(database.client === undefined || database.sslMode === 'disable' ? [] : [text('database', 'client_cert_path', paths.databaseClientCert), text('database', 'client_key_path', paths.databaseClientKey)]),
    ...(database.type === 'mysql' && database.sslMode === 'true' ? [text('database', 'server_cert_name', database.serverCertName ?? database.address.host)] : []),
    ...(maxOpenConn === undefined ? [] : [text('database', 'max_open_conn', String(maxOpenConn))]),
    // PostgreSQL's lock is tried once whatever this says (observed on 9.4 and 12.2).
    ...(database.type === 'mysql' ? [text('database', 'locking_attempt_timeout_sec', '60')] : []),
  ];
}

function encoded(role: DatabaseRole, value: string, type: Database['type'], version: string): string {
  const written = encodeForDatabase(role, value, type, version);
  if (written.ok) return written.text;
  throw new UserError(`The database's ${role} cannot be given to Grafana. ${written.problem}`, { hint: written.hint });
}

/** With either TLS mode Grafana's MySQL reads a CA file, even where it verifies nothing (tls_mysql.go). */
function caPath(database: Database, copied: string, { presentCa, caBundle }: SettingsInput): string | undefined {
  if (database.sslMode === 'disable') return undefined;
  if (database.caCert !== undefined) return copied;
  return presentCa ?? (database.type === 'mysql' ? caBundle : undefined);
}

function securitySettings({ security, secrets }: Cluster, node: Node, input: SettingsInput): readonly ManagedSetting[] {
  const paths = nodePaths(node, input.configPath);
  const place = (file: string) => (secrets === 'files' ? file : undefined);
  const { secretKey: key, secretsManagerKey: second, adminPassword } = input.secrets;
  return [
    secret(secretKey.section, secretKey.key, key, place(paths.secretKey)),
    ...(second === undefined || !input.secretsManager ? [] : [secret(secretsManagerKey.section, secretsManagerKey.key, second, place(paths.secretsManagerKey))]),
    ...(adminPassword === undefined ? [] : [
      text('security', 'admin_user', security.adminUser),
      secret('security', 'admin_password', adminPassword, place(paths.adminPassword)),
    ]),
  ];
}

/** Grafana takes Redis over peers where it finds both. */
function alertingSettings(cluster: Cluster, node: Node, input: SettingsInput): readonly ManagedSetting[] {
  switch (cluster.alerting.mode) {
    case 'gossip': return [absent('unified_alerting', 'ha_redis_address'), ...gossipSettings(cluster, node, input)];
    case 'redis': return [absent('unified_alerting', 'ha_peers'), ...redisSettings(cluster, node, input)];
    case 'off': return [absent('unified_alerting', 'ha_redis_address'), absent('unified_alerting', 'ha_peers')];
  }
}

function gossipSettings(cluster: Cluster, node: Node, input: SettingsInput): readonly ManagedSetting[] {
  const own = addressOf(node, input);
  const peers = cluster.nodes.map((peer) => formatAddress(addressOf(peer, input)));
  return [
    text('unified_alerting', 'ha_listen_address', formatAddress(listenAddress(own, input.ownAddresses))),
    text('unified_alerting', 'ha_advertise_address', formatAddress(own)),
    text('unified_alerting', 'ha_peers', peers.join(',')),
    ...(holdsFor(versionFacts.haLabel, input.version) ? [text('unified_alerting', 'ha_label', cluster.alerting.label)] : []),
  ];
}

function addressOf({ name }: Node, { gossip }: Pick<SettingsInput, 'gossip'>): Address {
  const address = gossip.get(name);
  if (address !== undefined) return address;
  throw new UserError(`The address at which the peers reach ${name} is not known.`, { hint: `Add gossip_address = IP:port under [node.${name}] of the cluster file.` });
}

/** Grafana dies on a listen address that is no interface's, which an address behind NAT is. Linux listens on all of 127.0.0.0/8. */
function listenAddress(own: Address, ownAddresses: readonly string[]): Address {
  if (ownAddresses.includes(own.host) || classifyIp(own.host) === 'loopback') return own;
  return { host: own.host.includes(':') ? '::' : '0.0.0.0', port: own.port };
}
