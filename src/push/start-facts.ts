import type { Cluster } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import type { Facts, NodeFacts } from '../facts.ts';
import { shownToDatabase } from '../gather/client-certificate.ts';
import { databaseTrust } from '../gather/database-trust.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { compareVersions } from '../grafana/versions.ts';
import type { Plan } from '../plan/plan.ts';
import { schemaOf } from '../settings/encryption-keys.ts';
import { healthTarget } from '../settings/health-target.ts';
import { isOnDatabase } from '../settings/on-database.ts';
import type { NodeConnection, World } from '../world.ts';
import type { MigrationInput } from './watch-migration.ts';

/** What is known of the database that a push starts Grafanas on. */
export interface StartFacts {
  readonly schema: 'empty' | 'grafana' | 'unknown';
  readonly dashboards: number;
  readonly roundTripMs: number;
  /** How to look at it over the nodes' connections. */
  readonly access: MigrationInput;
}

/** Reads what was gathered about the database. */
export function startFacts(facts: Facts, cluster: Cluster, password: Secret): StartFacts {
  const schema = schemaOf(facts);
  const roundTrips = facts.nodes.flatMap(({ database }) => (database.ok && database.facts.login.ok ? [database.facts.login.roundTripMs] : []));
  const named = facts.local.databaseCa;
  const trust = new Map(facts.nodes.flatMap(({ name, node }) => (node.ok ? [[name, named?.ok ? named.text : databaseTrust(node.facts)] as const] : [])));
  const client = shownToDatabase(facts.local);
  return {
    schema: schema?.kind === 'empty' || schema?.kind === 'grafana' ? schema.kind : 'unknown',
    dashboards: schema?.kind === 'grafana' ? schema.dashboards : 0,
    roundTripMs: Math.max(0, ...roundTrips),
    access: { database: cluster.database, password, ca: (node) => trust.get(node) ?? '', ...(client === undefined ? {} : { client }) },
  };
}

/** What the first start would make of the schema of a database in use: `from` is the version that runs on it now, `to` the one that is installed. */
export type SchemaChange = NonNullable<Plan['schema']>;

/** Whether a node of the plan has a newer Grafana than what runs on the database, as `/api/health` of the running ones says; undefined too when nothing runs there. */
export async function findSchemaChange(facts: Facts, cluster: Cluster, { nodes }: Pick<Plan, 'nodes'>, connections: readonly NodeConnection[], world: Pick<World, 'http'>): Promise<SchemaChange | undefined> {
  if (schemaOf(facts)?.kind !== 'grafana') return undefined;
  const gathered = facts.nodes.flatMap(({ name, node }) => (node.ok ? [{ name, facts: node.facts }] : []));
  const starting = nodes.filter(({ action }) => action !== 'none').map(({ name }) => gathered.find((one) => one.name === name)?.facts.grafana?.version ?? '');
  const [to] = starting.toSorted(compareVersions).toReversed();
  if (to === undefined || to === '') return undefined;
  const running = await Promise.all(gathered.map(async (one) => {
    const connection = connections.find(({ name }) => name === one.name);
    return connection === undefined ? undefined : runningVersion(one.facts, cluster, connection, world);
  }));
  const [from] = running.filter((version) => version !== undefined).toSorted(compareVersions).toReversed();
  return from !== undefined && compareVersions(from, to) < 0 ? { from, to } : undefined;
}

/** The version that runs on the cluster's database on this node, which a package may have overtaken on disk. */
async function runningVersion(node: NodeFacts, { database }: Cluster, connection: NodeConnection, { http }: Pick<World, 'http'>): Promise<string | undefined> {
  const reading = effectiveOf(node);
  const target = reading.ok ? healthTarget(reading.config) : undefined;
  if (!node.service.active || !reading.ok || target === undefined || !isOnDatabase(reading.config, database)) return undefined;
  const { address, tls, path } = target;
  const answer = await http.request({ dial: () => connection.dial(address), host: address.host, path, tls, timeoutMs: 5000 }).catch(() => undefined);
  return /"version":\s*"([^"]+)"/.exec(answer?.body ?? '')?.[1];
}
