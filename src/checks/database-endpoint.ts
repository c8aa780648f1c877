import { formatAddress } from '../cluster/address.ts';
import { classifyIp } from '../cluster/ip.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { wholeCluster } from './subjects.ts';

/** What the address and the password say by themselves: names that clouds give, and passwords that end. */
export const databaseEndpointChecks: readonly Check[] = [
  check({
    id: 'database.credential', group: 'database', about: wholeCluster,
    title: 'The password is one that does not end by itself',
    why: 'Grafana reads it once, at its start, and keeps it: when a cloud token ends, every new connection is refused.',
    fix: "Make a database user with a password of its own. Grafana cannot renew IAM or Entra tokens; where only those are allowed, a proxy on the node that logs in by itself (such as Cloud SQL's) can.",
    judge: (_, { facts: { local: { databasePassword } } }) => {
      if (!databasePassword.ok) return undefined;
      const kind = tokenKind(databasePassword.facts.reveal());
      return kind === undefined ? passed() : failed({
        code: 'short-lived',
        found: `the password is ${kind}`,
        expected: 'a password that stays',
        hint: 'grafana-ha validate --db-password ask, with the password of a user that has one',
      });
    },
  }),
  check({
    id: 'database.endpoint', group: 'database', about: wholeCluster,
    title: 'The address is that of a server which takes writes and keeps sessions',
    why: "Reader endpoints, connection proxies and a pooler's port look like the database and are not.",
    fix: 'Use the writer endpoint of the cluster, on the port of the server itself; a Cloud SQL or AlloyDB proxy has to run on every node.',
    judge: (_, { cluster: { database, nodes }, facts }) => {
      const { host, port } = database.address;
      const name = host.toLowerCase();
      const servers = facts.nodes.flatMap(({ database: path }) => (path.ok && path.facts.server !== undefined ? [path.facts.server] : []));
      if (/\.cluster-ro-[^.]+\..*\.rds\.amazonaws\.com(\.cn)?$/.test(name)) return failed({
        code: 'reader', found: `${host} is the reader endpoint of an Aurora cluster`, expected: 'its writer endpoint', hint: `host = ${host.replace('.cluster-ro-', '.cluster-')}:${port} under [database] of the cluster file`,
      });
      if (/\.proxy-[^.]+\..*\.rds\.amazonaws\.com(\.cn)?$/.test(name)) return warned({
        code: 'rds-proxy', found: `${host} is an RDS Proxy: it pins a session to each of Grafana's connections and ends idle ones, by default after 30 minutes`, expected: "the writer endpoint itself, which serves Grafana's few connections better",
        hint: 'host = CLUSTER-WRITER:PORT under [database] of the cluster file; or conn_max_lifetime below the idle timeout of the proxy',
      });
      if (port === 6432 && /\.(postgres|postgresql)\.database\.azure\.com$/.test(name) && !(servers.length > 0 && servers.every(({ pooler }) => pooler?.mode === 'session'))) return failed({
        code: 'azure-pooler', found: `${formatAddress(database.address)} is Azure's own PgBouncer, which is in transaction mode unless somebody changed it`, expected: 'the server itself', hint: `host = ${host}:5432 under [database] of the cluster file`,
      });
      if (isLoopback(name)) {
        // Where no node got in, database.login has the finding.
        if (servers.length === 0) return undefined;
        const identities = new Set(servers.map(({ identity }) => identity));
        if (nodes.length < 2 || (servers.length === nodes.length && identities.size === 1 && !identities.has(undefined))) return passed('a way of its own on each node, all to one server');
        return warned({
          code: 'loopback', found: `${host} is each node's own: a database there is not shared, and a proxy has to run on every node`, expected: 'one server that all nodes reach',
          hint: 'host = SERVER:PORT under [database] of the cluster file, or start the proxy (such as cloud-sql-proxy) on every node',
        });
      }
      return passed();
    },
  }),
];

function isLoopback(host: string): boolean {
  return host === 'localhost' || classifyIp(host) === 'loopback';
}

/** RDS signs with the parameters of its IAM, Entra and Google give tokens of their own form. */
function tokenKind(password: string): string | undefined {
  if (/[?&]X-Amz-(Signature|Credential|Expires)=/i.test(password)) return 'an IAM token of RDS, which ends after 15 minutes';
  if (/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(password)) return 'an access token, such as Entra gives, which ends within hours';
  if (/^ya29\.[\w.-]+$/.test(password)) return 'an access token of Google, which ends after an hour';
  return undefined;
}
