import { formatAddress } from '../cluster/address.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ReadOnly } from '../facts/database.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { holdsFor, versionFacts } from '../grafana/versions.ts';
import type { Facts } from '../facts.ts';
import { type Check, check, failed, type Finding, passed, skipped, warned } from './check.ts';
import { grafanaVersions } from './database-version.ts';
import { sshTo } from './ssh-to.ts';
import { everyPath, wholeCluster } from './subjects.ts';

/** How much longer than from the nearest node a question may take. Our own way to a node is in both figures. */
const longRoundTripMs = 50;
const noSession = 'the database gave no session';

/** That every node reaches the one server that takes writes, with a session of its own. */
export const databasePrimaryChecks: readonly Check[] = [
  check({
    id: 'database.primary', group: 'database', about: everyPath,
    title: 'Every node reaches the server that takes writes',
    why: 'On a replica or a read-only role Grafana may start and look healthy, and then no login and no save works.',
    fix: 'Point host at the writer: a virtual IP, a proxy that follows the primary, or the writer endpoint of the cloud. Where the role or the database is set to read-only, reset that.',
    judge: ({ path: { server } }, { cluster }) => {
      if (server === undefined) return skipped(noSession);
      return server.readOnly === undefined ? passed() : failed(readOnlyFinding(server.readOnly, cluster));
    },
  }),
  check({
    id: 'database.same-server', group: 'database', about: wholeCluster,
    title: 'All nodes reach the same database on the same server',
    why: 'Two servers behind one name are two clusters: a login on one node is unknown on the other. Writes to several members of a Galera cluster end in deadlocks (Error 1213).',
    fix: 'Give every node one and the same writer: a name that resolves alike everywhere, and a proxy that sends all nodes to one server.',
    judge: (_, { cluster, facts }) => {
      const { database } = cluster;
      const seen = facts.nodes.flatMap(({ name, database: path }) => (path.ok && path.facts.server?.identity !== undefined ? [{ name, server: path.facts.server, identity: path.facts.server.identity }] : []));
      const [first] = seen;
      if (first === undefined) return undefined;
      const other = seen.find(({ identity }) => identity !== first.identity);
      if (other === undefined) return seen.length < 2 ? undefined : passed();
      const galera = first.server.variables?.get('wsrep_on') === 'ON';
      const ways = cluster.nodes.filter(({ name }) => name === first.name || name === other.name).map((node) => `${sshTo(node, cluster)} getent hosts ${database.address.host}`);
      return failed({
        code: galera ? 'several-writers' : 'differ',
        found: `${first.name} reaches ${first.identity}, ${other.name} reaches ${other.identity}`,
        expected: galera ? 'one member of the Galera cluster for all nodes' : 'one server and one database for all nodes',
        hint: `${ways.join('; ')}; then host = ONE-WRITER:${database.address.port} under [database] of the cluster file`,
      });
    },
  }),
  check({
    id: 'database.pooler', group: 'database', about: everyPath,
    title: 'A session keeps its server from one statement to the next',
    why: "A pooler in transaction mode gives each transaction another session: Grafana's migration lock is lost, and its prepared statements are somebody else's.",
    fix: 'Set pool_mode = session for this database in the pooler (and ignore_startup_parameters = extra_float_digits), or point host at PostgreSQL itself.',
    judge: ({ path: { server } }, { cluster: { database }, facts }) => {
      if (server === undefined) return skipped(noSession);
      const { pooler } = server;
      if (pooler === undefined) return server.engine === 'postgres' ? passed('no pooler') : undefined;
      const at = formatAddress(database.address);
      if (pooler.mode === 'transaction') return failed({
        code: 'transaction-mode',
        found: `a pooler at ${at}, such as PgBouncer, in transaction mode: another session takes over our server between two statements`,
        expected: 'a session of its own for each connection',
        hint: `in pgbouncer.ini, under [databases]: ${database.name} = … pool_mode=session; or host = SERVER:5432 under [database] of the cluster file`,
      });
      if (pooler.refusedStartup !== undefined && grafanaVersions(facts).some((version) => holdsFor(versionFacts.usesLibPq, version))) return failed({
        code: 'startup-parameter',
        found: `the pooler at ${at} refuses what Grafana's driver sends: ${pooler.refusedStartup}`,
        expected: 'a pooler that ignores extra_float_digits',
        hint: 'in pgbouncer.ini: ignore_startup_parameters = extra_float_digits',
      });
      return pooler.mode === 'session' ? passed('a pooler in session mode') : warned({
        code: 'not-told',
        found: `a pooler at ${at} that gave us no second session, so its mode is not known`,
        expected: 'session mode, with room for two sessions a node and more',
        hint: 'in pgbouncer.ini: pool_mode = session, and a larger default_pool_size',
      });
    },
  }),
  check({
    id: 'database.lock', group: 'database', about: everyPath,
    title: 'The lock that migrations take is given and kept',
    why: 'Grafana locks the database while it migrates: without that lock two starts at once can break the schema for good.',
    fix: 'Use a server that has session locks. Galera with strict rules has none: there set migration_locking = false under [database] (and under [unified_storage] from 13.2) on every node, and start strictly one node at a time.',
    judge: ({ path: { server } }, { facts }) => {
      if (server === undefined) return skipped(noSession);
      const { lock, variables } = server;
      if (lock === undefined) return undefined;
      const galera = variables?.get('wsrep_on') === 'ON';
      if (!lock.ok) {
        const off = isLockingOff(facts);
        return (off ? warned : failed)({
          code: galera ? 'galera' : lock.code,
          found: off ? `migrations without a lock: ${lock.said}` : lock.said,
          expected: off ? 'one start at a time, which push keeps to and a power cut does not' : 'a lock of the session, as migrations take it',
          hint: off ? '--ignore database.lock once you have decided for it' : galera ? "migration_locking = false under [database] in every node's grafana.ini, and only one start at a time" : 'host = SERVER:PORT under [database] of the cluster file, without a proxy between',
        });
      }
      if (galera) return warned({
        code: 'galera',
        found: 'a member of a Galera cluster, where a lock counts on the member that gave it alone',
        expected: 'one member for all nodes, at every start',
        hint: 'host = ONE-WRITER:PORT under [database] of the cluster file; then --ignore database.lock',
      });
      if ((variables?.get('group_replication_group_name') ?? '') !== '' && variables?.get('group_replication_single_primary_mode') === 'OFF') return warned({
        code: 'several-primaries',
        found: 'Group Replication with several primaries, each of which has locks of its own',
        expected: 'one primary for all nodes',
        hint: "as its admin: SELECT group_replication_switch_to_single_primary_mode();",
      });
      return passed();
    },
  }),
  check({
    id: 'database.round-trip', group: 'database', about: everyPath,
    title: 'The database is about as near to every node',
    why: 'A page of Grafana asks the database many times, one question after the other; a far node is slow, and its migrations take hours.',
    fix: 'Put the nodes and the database into one place, or do without the node that is far away.',
    judge: ({ path: { login } }, { facts }) => {
      if (!login.ok) return undefined;
      const nearest = Math.min(...facts.nodes.flatMap(({ database }) => (database.ok && database.facts.login.ok ? [database.facts.login.roundTripMs] : [])));
      return login.roundTripMs - nearest <= longRoundTripMs ? passed(`${login.roundTripMs} ms`) : warned({
        code: 'far',
        found: `${login.roundTripMs} ms for one question and its answer, and ${nearest} ms from the nearest node`,
        expected: `${longRoundTripMs} ms more at most`,
        hint: 'move the node or the database, or --ignore database.round-trip',
      });
    },
  }),
];

function readOnlyFinding(readOnly: ReadOnly, { database: { name, user, address, type } }: Cluster): Finding {
  const writer = `host = WRITER:${address.port} under [database] of the cluster file`;
  switch (readOnly) {
    case 'replica': return { code: 'replica', found: `${formatAddress(address)} is a replica: it follows another server`, expected: 'the primary', hint: writer };
    case 'server': return {
      code: 'read-only', found: `${formatAddress(address)} refuses writes: a replica, or a writer after a failover`, expected: 'a server that takes writes',
      hint: type === 'postgres' ? 'as its admin: ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();' : writer,
    };
    case 'role': return {
      code: 'read-only-role', found: `default_transaction_read_only is on for ${user}: Grafana starts, says it is healthy, and cannot write`, expected: 'a role that may write',
      hint: `as its admin: ALTER ROLE ${user} RESET default_transaction_read_only; ALTER ROLE ${user} IN DATABASE ${name} RESET default_transaction_read_only;`,
    };
    case 'database': return {
      code: 'read-only-database', found: `default_transaction_read_only is on for the database ${name}: Grafana starts, says it is healthy, and cannot write`, expected: 'a database that takes writes',
      hint: `as its admin: ALTER DATABASE ${name} RESET default_transaction_read_only;`,
    };
  }
}

/** Whether every node that was read does without the lock. */
function isLockingOff({ nodes }: Facts): boolean {
  const read = nodes.flatMap(({ node }) => (node.ok ? [effectiveOf(node.facts)] : []));
  return read.length > 0 && read.every((reading) => reading.ok && reading.config.get('database', 'migration_locking')?.value === 'false');
}

