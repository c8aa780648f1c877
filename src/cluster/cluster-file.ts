import { parsePort } from './address.ts';
import { clusterDefaults } from './cluster-defaults.ts';
import { becomes, type Become, type Cluster, type GrafanaLayout, type Hooks, type Ignored, type Node } from './cluster.ts';
import { readDatabase } from './cluster-file-database.ts';
import { readEntries } from './cluster-file-entries.ts';
import type { Problem } from './cluster-file-entries.ts';
import { readLicense } from './cluster-file-license.ts';
import { settingsReader } from './cluster-file-reader.ts';
import type { SettingsReader } from './cluster-file-reader.ts';
import { readAlertingMode, readLive, readRedis } from './cluster-file-redis.ts';
import { localPath, oneOf, parseCount, parseGossipAddress, parseNodePath, parseOwner, parseReason, parseText, parseUnit, secretSource } from './cluster-file-values.ts';
import { parseName } from './name.ts';
import { nearest } from './nearest.ts';
import { accepted, refused } from './parsed.ts';
import { present } from './present.ts';
import { defaultClusterName, parseRootUrl } from './root-url.ts';
import { parseTarget } from './target.ts';
import { parseWords } from './words.ts';

export type ParsedClusterFile = { readonly ok: true; readonly value: Cluster } | { readonly ok: false; readonly problems: readonly Problem[] };

const parseBecome = oneOf<Become>(...becomes);

/** Where Grafana's packages put it. */
export const defaultLayout: GrafanaLayout = { unit: 'grafana-server', statePath: '/var/lib/grafana-ha' };

/** Parses a cluster file that lies in `folder` (absolute), with all its problems at once. What parses may still be wrong: the checks judge that. */
export function parseClusterFile(text: string, folder: string): ParsedClusterFile {
  const { entries, problems: shape } = readEntries(text);
  const read = settingsReader(entries);
  const rootUrl = read.required('cluster', 'root_url', parseRootUrl, 'root_url = https://grafana.example.com/');
  const name = read.optional('cluster', 'name', parseName) ?? (rootUrl === undefined ? 'grafana' : defaultClusterName(rootUrl));
  const port = read.optional('alerting', 'port', parsePort) ?? clusterDefaults.gossipPort;
  const nodes = readNodes(read, port);
  const database = readDatabase(read, folder);
  const redis = readRedis(read, folder, name);
  const rest = {
    name,
    settings: read.optional('cluster', 'settings', localPath(folder)),
    secrets: read.optional('cluster', 'secrets', oneOf('files', 'inline')) ?? 'files',
    push: read.optional('cluster', 'push', oneOf('allowed', 'never')) ?? 'allowed',
    ssh: present({ config: read.optional('ssh', 'config', localPath(folder)), perHop: read.optional('ssh', 'per_hop', parseCount) ?? clusterDefaults.perHop }),
    nodes,
    security: present({
      secretKey: read.optional('security', 'secret_key', secretSource(folder)) ?? { kind: 'nodes' },
      secretsManagerKey: read.optional('security', 'secrets_manager_key', secretSource(folder)),
      adminUser: read.optional('security', 'admin_user', parseText) ?? 'admin',
      adminPassword: read.optional('security', 'admin_password', secretSource(folder)),
    }),
    license: readLicense(read, folder),
    alerting: present({ ...readAlertingMode(read), port, label: read.optional('alerting', 'label', accepted) ?? name, allowPublic: isYes(read, 'alerting', 'allow_public') }),
    redis,
    live: readLive(read, folder, { redis, name }),
    pushing: present({
      keep: read.optional('push', 'keep', parseCount) ?? clusterDefaults.keep,
      waitSeconds: read.optional('push', 'wait', parseCount),
      onFailure: read.optional('push', 'on_failure', oneOf('stop', 'rollback-all')),
    }),
    hooks: readHooks(read),
    ignored: readIgnored(read),
  } satisfies Omit<Cluster, 'rootUrl' | 'database'>;
  // What seems missing may stand in a line that was not understood.
  const problems = inOrder([...shape, ...read.problems.filter(({ line }) => shape.length === 0 || line !== undefined)]);
  if (problems.length > 0 || rootUrl === undefined || database === undefined) return { ok: false, problems };
  return { ok: true, value: present({ ...rest, rootUrl: rootUrl.url, database }) };
}

function readNodes(read: SettingsReader, port: number): readonly Node[] {
  const become = read.optional('ssh', 'become', parseBecome) ?? 'auto';
  const common = readLayout(read, 'grafana');
  const commonBecome = read.optional('grafana', 'become', parseBecome) ?? become;
  const nodes: Node[] = [];
  for (const entry of read.all('nodes')) {
    const name = read.check(entry, parseName(entry.key));
    const target = read.check(entry, parseTarget(entry.value));
    if (name === undefined || target === undefined) continue;
    const own = `node.${name}`;
    nodes.push(present({
      name,
      target,
      become: read.optional(own, 'become', parseBecome) ?? commonBecome,
      gossipAddress: read.optional(own, 'gossip_address', (text) => parseGossipAddress(text, port)),
      nat: isYes(read, own, 'nat'),
      grafana: { ...defaultLayout, ...common, ...readLayout(read, own) },
    }));
  }
  if (read.all('nodes').length === 0) read.report({ problem: 'no node is named', hint: 'Add [nodes] with lines such as: grafana-1 = ops@10.0.0.11' });
  const names = read.all('nodes').map((entry) => entry.key);
  for (const { section, line } of read.sections().filter(({ section }) => section.startsWith('node.') && !names.includes(section.slice(5)))) {
    read.report({ line, problem: `[${section}] is about a node that [nodes] does not name`, hint: hintNode(section.slice(5), names) });
  }
  return nodes;
}

function isYes(read: SettingsReader, section: string, key: string): true | undefined {
  return read.optional(section, key, oneOf('yes', 'no')) === 'yes' ? true : undefined;
}

function readLayout(read: SettingsReader, section: string): Partial<GrafanaLayout> {
  return present({
    configPath: read.optional(section, 'config_path', parseNodePath),
    unit: read.optional(section, 'unit', parseUnit),
    start: read.optional(section, 'start', parseText),
    stop: read.optional(section, 'stop', parseText),
    status: read.optional(section, 'status', parseText),
    statePath: read.optional(section, 'state_path', parseNodePath),
    secretsPath: read.optional(section, 'secrets_path', parseNodePath),
    owner: read.optional(section, 'owner', parseOwner),
  });
}

function readHooks(read: SettingsReader): Hooks | undefined {
  const hooks = present({
    beforeNode: read.optional('hooks', 'before_node', parseWords),
    afterNode: read.optional('hooks', 'after_node', parseWords),
    beforeMigration: read.optional('hooks', 'before_migration', parseWords),
  });
  return Object.keys(hooks).length === 0 ? undefined : hooks;
}

function readIgnored(read: SettingsReader): readonly Ignored[] {
  const names = read.all('nodes').map(({ key }) => key);
  return read.all('ignore').flatMap((entry) => {
    const [, check, node] = /^([A-Za-z0-9.-]+)(?:@(.+))?$/.exec(entry.key) ?? [];
    if (check === undefined) return read.check(entry, refused(`"${entry.key}" is not CHECK or CHECK@NODE`, 'Type the id of a check, such as peers.udp')) ?? [];
    if (node !== undefined && !names.includes(node)) return read.check(entry, refused(`${entry.key} is about a node that [nodes] does not name`, hintNode(node, names))) ?? [];
    const reason = read.check(entry, parseReason(entry.value));
    return reason === undefined ? [] : [present({ check, node, ...reason })];
  });
}

function hintNode(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `Add ${name} to [nodes], or remove this` : `Did you mean the node ${near}?`;
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((one, other) => (one.line ?? Number.MAX_SAFE_INTEGER) - (other.line ?? Number.MAX_SAFE_INTEGER));
}
