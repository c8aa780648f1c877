import type { Cluster } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import { isUserError } from '../errors.ts';
import type { DatabasePath, Facts, Gathered, LocalFacts, NodeEntry } from '../facts.ts';
import type { Group } from '../checks/check.ts';
import type { ConnectOutcome, World } from '../world.ts';
import { resolveClientKey, shownToDatabase } from './client-certificate.ts';
import type { ConnectedNodes } from './connect.ts';
import { gatherDatabase } from './database.ts';
import { databaseTrust } from './database-trust.ts';
import { keyInUse } from './key-in-use.ts';
import { gatherNode, hostsOf, type NodeQuestion } from './node.ts';
import { gatherEgress, readLicense } from './license.ts';
import { gatherPeers } from './peers.ts';
import { gatherRedis } from './redis.ts';
import { resolveRedisSecrets } from './redis-secrets.ts';
import { resolveDatabasePassword, type ResolvedSecret } from './secrets.ts';
import { gatherUrl } from './url.ts';

export interface Gathering {
  readonly facts: Facts;
  /** The one the database was tried with. */
  readonly databasePassword: ResolvedSecret;
}

export interface GatherOptions {
  /** The database password, when a person has just typed it. */
  readonly typed?: Secret;
  /** Groups whose checks will be judged; what only others need is not asked. Absent: all. */
  readonly groups?: ReadonlySet<Group>;
  /** Watch the ping counters of running nodes for at least 10 s. */
  readonly watch?: boolean;
  /** Open short-lived listeners on nodes where Grafana does not run yet. */
  readonly listeners?: boolean;
  /** Hears what each node is at. */
  readonly tell?: (name: string, doing: string) => void;
}

/** Brings everything the checks judge: this machine, all nodes at once, then the ways to the database, to Redis, between the nodes and to the shared name. */
export async function gatherFacts(cluster: Cluster, connected: ConnectedNodes, world: World, options: GatherOptions = {}): Promise<Gathering> {
  const at = world.clock.now();
  const hosts = await hostsOf(cluster.nodes, (name) => connected.connection(name));
  const isWanted = (group: Group): boolean => options.groups?.has(group) ?? true;
  const [here, nodes] = await Promise.all([
    gatherLocal(cluster, world),
    Promise.all(connected.outcomes.map((outcome) => {
      options.tell?.(outcome.name, 'failure' in outcome ? outcome.failure.found : 'is looked at');
      return gatherEntry(cluster, hosts, outcome, isWanted('host'), world);
    })),
  ]);
  const license = cluster.license === undefined ? undefined : await readLicense(cluster.license, (path) => readFile(path, world), nodes, world);
  const credentials = isWanted('redis') ? await resolveRedisSecrets(cluster, nodes, world) : undefined;
  const clientKey = await resolveClientKey(cluster, nodes, world);
  const local = { ...here, ...(clientKey === undefined ? {} : { databaseClientKey: clientKey }), ...(license === undefined ? {} : { license }), ...(credentials === undefined ? {} : { redis: credentials }) };
  for (const { name, connection } of nodes) if (connection.ok) options.tell?.(name, `looks for the database${nodes.length > 1 ? ' and its peers' : ''}`);
  const [{ databasePassword, paths }, peers, redis, url, egress] = await Promise.all([
    gatherPaths(cluster, connected, nodes, local, world, options.typed),
    isWanted('gossip') ? gatherPeers(cluster, nodes, connected, { watch: options.watch ?? false, listeners: options.listeners ?? false }, world) : undefined,
    isWanted('redis') ? gatherRedis(cluster, nodes, connected, local, world) : undefined,
    isWanted('url') ? gatherUrl(cluster, nodes, local.rootUrlAddresses, (name) => connected.connection(name)?.dial, world) : undefined,
    isWanted('url') ? gatherEgress(cluster.license, nodes, (name) => connected.connection(name)?.dial, world) : undefined,
  ]);
  const withDatabase = nodes.map((entry): NodeEntry => {
    const path = paths.get(entry.name);
    return path === undefined ? entry : { ...entry, database: { ok: true, facts: path } };
  });
  const password = databasePassword.ok ? { ok: true, facts: databasePassword.secret } as const : databasePassword;
  return {
    facts: {
      nodes: withDatabase, local: { ...local, databasePassword: password },
      ...(peers === undefined ? {} : { peers }), ...(redis === undefined ? {} : { redis }), ...(url === undefined ? {} : { url }), ...(egress === undefined ? {} : { egress }),
      at,
    },
    databasePassword,
  };
}

/** The database password, and the database as every node reaches it. */
async function gatherPaths(cluster: Cluster, connected: ConnectedNodes, nodes: readonly NodeEntry[], local: Omit<LocalFacts, 'databasePassword'>, world: World, typed: Secret | undefined): Promise<{ readonly databasePassword: ResolvedSecret; readonly paths: ReadonlyMap<string, DatabasePath> }> {
  const databasePassword = typed !== undefined ? { ok: true as const, secret: typed }
    : nodes.some(({ node }) => node.ok) || !['nodes', 'ask'].includes(cluster.database.password.kind) ? await resolveDatabasePassword(cluster, nodes, world)
    : notAsked;
  const paths = await gatherDatabase(
    cluster.database,
    databasePassword.ok ? { ok: true, facts: databasePassword.secret } : databasePassword,
    cluster.database.caCert === undefined ? undefined : asFacts(local.databaseCa),
    nodes.flatMap(({ name, node }) => {
      const connection = connected.connection(name);
      const secretKey = keyInUse(node, cluster.database);
      return connection === undefined ? [] : [{ name, dial: connection.dial, caBundle: node.ok ? databaseTrust(node.facts) : '', ...(secretKey === undefined ? {} : { secretKey }) }];
    }),
    world,
    shownToDatabase(local),
  );
  return { databasePassword, paths };
}

/** Nobody is asked for a password that cannot be tried. */
const notAsked: ResolvedSecret = { ok: false, missing: 'no node was reached, so the database password was not asked for', hint: 'grafana-ha validate --only node.ssh,node.root' };

async function gatherEntry(cluster: Cluster, hosts: NodeQuestion['hosts'], outcome: ConnectOutcome, withHost: boolean, world: World): Promise<NodeEntry> {
  const { name } = outcome;
  if ('failure' in outcome) {
    const missing: Gathered<never> = { ok: false, missing: `no connection to ${name}` };
    return { name, connection: { ok: false, failure: outcome.failure }, node: missing, database: missing };
  }
  const { connection } = outcome;
  const layout = cluster.nodes.find((node) => node.name === name)!;
  const needsBundle = (cluster.database.caCert === undefined && cluster.database.sslMode !== 'disable') || (cluster.redis?.tls === true && cluster.redis.caCert === undefined);
  const gossipPort = cluster.alerting.mode === 'gossip' && cluster.nodes.length > 1 ? layout.gossipAddress?.port ?? cluster.alerting.port : undefined;
  return {
    name,
    connection: { ok: true, ...connection.login },
    node: await gatherNode(layout, { hosts, needsBundle, ...(withHost ? { host: { gossipPort } } : {}) }, connection, world.clock),
    database: { ok: false, missing: `the database was not tried from ${name}` },
  };
}

async function gatherLocal(cluster: Cluster, world: Pick<World, 'files' | 'local'>): Promise<Omit<LocalFacts, 'databasePassword' | 'license'>> {
  const rootUrlAddresses = await world.local.lookup(new URL(cluster.rootUrl).hostname.replace(/^\[|\]$/g, ''));
  return {
    ...(rootUrlAddresses === undefined ? {} : { rootUrlAddresses }),
    ...(cluster.database.caCert === undefined ? {} : { databaseCa: await readFile(cluster.database.caCert, world) }),
    ...(cluster.settings === undefined ? {} : { baseSettings: await readFile(cluster.settings, world) }),
    ...(cluster.database.client === undefined ? {} : { databaseClientCert: await readFile(cluster.database.client.cert, world) }),
    ...(cluster.redis?.caCert === undefined ? {} : { redisCa: await readFile(cluster.redis.caCert, world) }),
  };
}

async function readFile(path: string, { files }: Pick<World, 'files'>): Promise<NonNullable<LocalFacts['license']>> {
  const text = await files.readText(path).catch((error: unknown) => {
    if (isUserError(error)) return error;
    throw error;
  });
  if (isUserError(text)) return { ok: false, missing: text.message.replace(/\.$/, '') };
  return text === undefined ? { ok: false, missing: `there is no file ${path}` } : { ok: true, text };
}

function asFacts(file: LocalFacts['databaseCa']): Gathered<string> {
  if (file === undefined) return { ok: false, missing: 'the CA file was not read' };
  return file.ok ? { ok: true, facts: file.text } : file;
}
