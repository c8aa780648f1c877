import net from 'node:net';
import { databaseChecks } from '../../src/checks/database.ts';
import { databaseServerChecks } from '../../src/checks/database-server.ts';
import { runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster, Database } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { NodeFacts } from '../../src/facts.ts';
import type { DatabasePath } from '../../src/facts/database.ts';
import { gatherDatabase } from '../../src/gather/database.ts';
import { openMysql } from '../../src/io/mysql.ts';
import { openPostgres } from '../../src/io/postgres.ts';
import { probeTls } from '../../src/io/tls-probe.ts';
import type { World } from '../../src/world.ts';
import { makeAuthority } from '../lab/database/authority.ts';
import { startMariadb } from '../lab/database/mariadb.ts';
import { startPostgres } from '../lab/database/postgres.ts';
import { makeLabFolder, type LabFolder } from '../lab/lab-folder.ts';
import type { LabDatabase } from '../lab/lab.ts';
import { sampleCluster, sampleFacts, sampleNodeFacts } from '../sample.ts';

export const password = new Secret('pass-word');

export interface StartedDatabase {
  readonly lab: LabDatabase;
  readonly folder: LabFolder;
  /** Makes the database and the user `grafana` anew, empty. */
  renew(): Promise<void>;
}

/** A database of its own on loopback; `words` go to MariaDB's command line. */
export async function startDatabase(engine: 'postgres' | 'mariadb', words: readonly string[] = []): Promise<StartedDatabase> {
  const folder = await makeLabFolder();
  const address = '127.0.0.1';
  const place = { folder, authority: await makeAuthority(folder.path), address };
  const lab = engine === 'postgres' ? await startPostgres({ ...place, clients: '127.0.0.1/32' }) : await startMariadb({ ...place, words });
  return {
    lab, folder,
    renew: async () => {
      await lab.dropDatabase('grafana', 'grafana');
      await lab.createDatabase('grafana', 'grafana', password.reveal());
    },
  };
}

const outside: Pick<World, 'database'> & { clock: Pick<World['clock'], 'monotonic'>; local: Pick<World['local'], 'random'> } = {
  database: { open: (request) => (request.type === 'postgres' ? openPostgres(request) : openMysql(request)), probeTls },
  clock: { monotonic: () => performance.now() },
  local: { random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)) },
};

export interface Seen {
  readonly paths: readonly DatabasePath[];
  /** As `outcome check@node code`, without what is said of a session in clear. */
  readonly findings: readonly string[];
  /** What passed, as `check detail`. */
  readonly passed: readonly string[];
}

export interface Looking {
  readonly database?: Partial<Database>;
  /** The trust bundle of the nodes; absent: they have none. */
  readonly caBundle?: string;
  /** Where each node ends up, graf-a first; absent: at the address. */
  readonly ports?: readonly [number, number];
  readonly cluster?: Partial<Cluster>;
  readonly node?: Partial<NodeFacts>;
  /** What each node's Grafana opens secrets with. */
  readonly secretKeys?: readonly [string, string];
}

/** Looks at a database from two nodes as validate does, and judges it. */
export async function look(type: Database['type'], port: number, looking: Looking = {}): Promise<Seen> {
  const database = { type, address: { host: '127.0.0.1', port }, name: 'grafana', user: 'grafana', password: { kind: 'ask' }, sslMode: 'disable', ...looking.database } as Database;
  const cluster = sampleCluster({ database, ...looking.cluster });
  const paths = cluster.nodes.map(({ name }, index) => ({ name, caBundle: looking.caBundle ?? '', ...(looking.secretKeys === undefined ? {} : { secretKey: new Secret(looking.secretKeys[index]!) }), dial: () => net.connect(looking.ports?.[index] ?? port, '127.0.0.1') }));
  const found = await gatherDatabase(database, { ok: true, facts: password }, undefined, paths, outside);
  const facts = sampleFacts();
  const nodes = facts.nodes.map((entry) => ({ ...entry, node: { ok: true as const, facts: sampleNodeFacts(looking.node) }, database: { ok: true as const, facts: found.get(entry.name)! } }));
  const results = runChecks([...databaseChecks, ...databaseServerChecks], { ...facts, nodes, at: new Date() }, cluster, { today: '2027-01-04', fingerprint: () => 'x' }).filter(({ check }) => check !== 'database.tls' || database.sslMode !== 'disable');
  return {
    paths: cluster.nodes.map(({ name }) => found.get(name)!),
    findings: results.flatMap(({ check, node, judgement }) => ('code' in judgement ? [`${judgement.outcome} ${check}${node === undefined ? '' : `@${node}`} ${judgement.code}`] : [])),
    passed: results.flatMap(({ check, judgement }) => (judgement.outcome === 'passed' ? [`${check} ${judgement.detail ?? ''}`.trim()] : [])),
  };
}
