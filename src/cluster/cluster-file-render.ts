import { join } from 'node:path/posix';
import { formatAddress } from './address.ts';
import { clusterDefaults } from './cluster-defaults.ts';
import type { Cluster, GrafanaLayout, Node } from './cluster.ts';
import { quoteValue } from './cluster-file-quote.ts';
import { defaultLayout } from './cluster-file.ts';
import { liveLines, redisLines } from './cluster-file-render-redis.ts';
import { formatSecretSource } from './secret-source.ts';
import type { SecretSource } from './secret.ts';
import { formatWords } from './words.ts';

/** Lines of a section: a comment, or a key whose undefined value leaves it out. */
export type Line = string | readonly [key: string, value: string | number | undefined];

/** A fresh cluster file for `folder` that parses to this cluster. Defaults are left out, local paths inside the folder become relative. */
export function renderClusterFile(cluster: Cluster, folder: string): string {
  const { database, security, nodes } = cluster;
  const path = (text: string | undefined): string | undefined => (text === undefined ? undefined : relativeTo(folder, text));
  const source = (from: SecretSource): string => formatSecretSource(from.kind === 'file' ? { kind: 'file', path: relativeTo(folder, from.path) } : from);
  const become = sharedBy(nodes, (node) => node.become) ?? 'auto';
  const parts = [
    section('cluster', [
      ['name', cluster.name],
      ['root_url', cluster.rootUrl],
      ['settings', path(cluster.settings)],
      ['secrets', unless('files', cluster.secrets)],
      ['push', unless('allowed', cluster.push)],
    ]),
    section('ssh', [['config', path(cluster.ssh.config)], ['become', unless('auto', become)], ['per_hop', unless(clusterDefaults.perHop, cluster.ssh.perHop)]]),
    section('database', [
      ['type', database.type],
      ['host', formatAddress(database.address)],
      ['name', database.name],
      ['user', database.user],
      'env:NAME, file:PATH (relative to this file), command:WORDS (no shell), nodes, or ask',
      ['password', source(database.password)],
      ['ssl_mode', database.sslMode],
      ['ca_cert', path(database.caCert)],
      ['client_cert', path(database.client?.cert)],
      ['client_key', database.client && source(database.client.key)],
      ['server_cert_name', database.type === 'mysql' ? database.serverCertName : undefined],
      ['max_open_conn', database.maxOpenConn],
    ]),
    section('security', [
      'nodes: read from the nodes that have it; made new only for an empty database',
      ['secret_key', source(security.secretKey)],
      ['secrets_manager_key', security.secretsManagerKey && source(security.secretsManagerKey)],
      ['admin_user', unless('admin', security.adminUser)],
      ['admin_password', security.adminPassword && source(security.adminPassword)],
    ]),
    section('nodes', ['NAME = what you type after ssh', ...nodes.map((node): Line => [node.name, node.target.text])]),
    section('grafana', layoutKeys.map(([key, field]) => [key, sharedLayout(nodes, field)])),
    ...nodes.map((node) => section(`node.${node.name}`, [
      ...layoutKeys.map(([key, field]): Line => [key, unless(sharedLayout(nodes, field) ?? defaultLayout[field], node.grafana[field])]),
      ['become', unless(become, node.become)],
      ['gossip_address', node.gossipAddress && formatAddress(node.gossipAddress)],
      ['nat', node.nat && 'yes'],
    ])),
    section('license', [['path', path(cluster.license?.path)], ['text', cluster.license?.text && source(cluster.license.text)], ['auto_refresh', cluster.license?.autoRefresh === false ? 'no' : undefined]]),
    section('alerting', [
      ['mode', unless('gossip', cluster.alerting.mode)],
      ['reason', cluster.alerting.reason],
      ['port', unless(clusterDefaults.gossipPort, cluster.alerting.port)],
      ['label', unless(cluster.name, cluster.alerting.label)],
      ['allow_public', cluster.alerting.allowPublic && 'yes'],
    ]),
    section('redis', redisLines(cluster, { path, source })),
    section('live', liveLines(cluster, { source })),
    section('push', [['keep', unless(clusterDefaults.keep, cluster.pushing.keep)], ['wait', cluster.pushing.waitSeconds], ['on_failure', cluster.pushing.onFailure]]),
    section('hooks', [['before_node', words(cluster.hooks?.beforeNode)], ['after_node', words(cluster.hooks?.afterNode)], ['before_migration', words(cluster.hooks?.beforeMigration)]]),
    section('ignore', [
      'CHECK = why (until DATE)',
      ...cluster.ignored.map(({ check, node, why, until }): Line => [
        node === undefined ? check : `${check}@${node}`,
        until === undefined ? why : `${why} (until ${until})`,
      ]),
    ]),
  ];
  return `; grafana-ha cluster file. Safe to commit: it holds no secret.\n${parts.filter((part) => part !== '').join('\n')}`;
}

const layoutKeys: readonly (readonly [key: string, field: keyof GrafanaLayout])[] = [
  ['config_path', 'configPath'], ['unit', 'unit'], ['start', 'start'], ['stop', 'stop'], ['status', 'status'],
  ['state_path', 'statePath'], ['secrets_path', 'secretsPath'], ['owner', 'owner'],
];

/** What all nodes have and is no default: it goes into `[grafana]`. */
function sharedLayout(nodes: readonly Node[], field: keyof GrafanaLayout): string | undefined {
  return unless(defaultLayout[field], sharedBy(nodes, (node) => node.grafana[field]));
}

function sharedBy<Value>(nodes: readonly Node[], of: (node: Node) => Value): Value | undefined {
  const [first, ...rest] = nodes.map(of);
  return rest.every((value) => value === first) ? first : undefined;
}

function words(hook: readonly string[] | undefined): string | undefined {
  return hook && formatWords(hook);
}

function unless<Value>(usual: Value, value: Value): Value | undefined {
  return value === usual ? undefined : value;
}

/** Empty when no key has a value. */
function section(name: string, lines: readonly Line[]): string {
  if (!lines.some((line) => typeof line !== 'string' && line[1] !== undefined)) return '';
  const written = lines.flatMap((line) => {
    if (typeof line === 'string') return [`; ${line}\n`];
    const [key, value] = line;
    return value === undefined ? [] : [`${key} = ${quoteValue(String(value))}`.trimEnd() + '\n'];
  });
  return `[${name}]\n${written.join('')}`;
}

/** The path from `folder` where that reads back as the same path, else the path itself. */
function relativeTo(folder: string, path: string): string {
  const relative = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
  return relative !== '' && !/^[~/]/.test(relative) && join(folder, relative) === path ? relative : path;
}
