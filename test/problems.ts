/** A problem that people have with Grafana in high availability, and what shows it to be found. */
export type Problem = Named & (Shown | { readonly reason: string });

interface Named {
  /** Its rank: how often it is reported, how silent or harmful it is, how well it can be caught. */
  readonly number: number;
  readonly name: string;
}

/** Reproduced against the real thing (hosts, servers, load balancers, packets) by the case `test` of `file`. */
export interface Shown {
  /** The check that finds it, or the file of src/push that waits for it not to be. */
  readonly foundBy: { readonly check: string } | { readonly gate: string };
  /** Below test/. */
  readonly file: string;
  /** As it stands in the file: the title of a test, or of its row in a table. */
  readonly test: string;
}

const check = (id: string): Shown['foundBy'] => ({ check: id });
const [mesh, hosts, url, postgres, mysql] = ['e2e/mesh.test.ts', 'e2e/hosts.test.ts', 'io/url.test.ts', 'io/database-server-postgres.test.ts', 'io/database-server-mysql.test.ts'] as const;

/** The forty that are reported most. */
export const problems: readonly Problem[] = [
  { number: 1, name: 'every node sends every alert', foundBy: check('gossip.peers'), file: mesh, test: 'gossip.peers names the node that sends every alert by itself, since it has no ha_peers' },
  { number: 2, name: 'UDP blocked, TCP open', foundBy: check('peers.udp'), file: mesh, test: 'UDP is blocked for one pair' },
  { number: 3, name: 'wrong ha_advertise_address', foundBy: check('gossip.advertise'), file: mesh, test: 'gossip.advertise names two nodes with one address, whose mesh cannot be whole' },
  { number: 4, name: 'failed to obtain lock', foundBy: check('database.migrations'), file: postgres, test: 'database.migrations: "failed to obtain lock" is foreseen while another session holds the lock' },
  { number: 5, name: 'two versions on one database', foundBy: check('node.version'), file: hosts, test: 'a Grafana of another version' },
  { number: 6, name: 'unified storage, dashboards look lost', foundBy: check('database.unified-storage'), file: postgres, test: 'database.unified-storage: dashboards moved by a newer Grafana than the nodes have' },
  { number: 7, name: 'too many connections', foundBy: check('database.connections'), file: postgres, test: 'database.connections: too many clients already is foreseen from max_open_conn' },
  { number: 8, name: 'origin not allowed', foundBy: check('url.host'), file: url, test: '8, url.host: HAProxy writes another Host' },
  { number: 9, name: 'SQLite left behind', foundBy: check('node.sqlite'), file: 'e2e/validate.test.ts', test: 'counts what a node that runs on SQLite would leave behind' },
  { number: 10, name: 'two databases, login loop', foundBy: check('database.same-server'), file: postgres, test: 'database.same-server: two databases behind one name' },
  { number: 11, name: 'secret_key differs or is lost', foundBy: check('security.secret-key-rows'), file: postgres, test: 'security.secret-key-rows: a node whose key does not open what the database holds' },
  { number: 12, name: 'password that the ini file or Grafana cuts', foundBy: check('database.password'), file: 'e2e/bad-input-databases.ts', test: 'validate: a password with a space' },
  { number: 13, name: 'redirect loop', foundBy: check('url.redirects'), file: url, test: '13, url.redirects: HAProxy sends https to https' },
  { number: 14, name: 'deadlocks (Error 1213)', foundBy: check('database.same-server'), file: mysql, test: 'database.same-server: nodes that write to two members, which ends in deadlocks (Error 1213)' },
  { number: 15, name: 'Galera: migrations cannot lock', foundBy: check('database.lock'), file: mysql, test: 'database.lock: gives a lock that the other members do not know of' },
  { number: 16, name: 'provisioning files differ', foundBy: check('host.provisioning'), file: hosts, test: 'dashboards that one node alone provisions' },
  { number: 17, name: 'plugin on one node only', foundBy: check('node.plugins'), file: hosts, test: 'a plugin that another node has alone' },
  { number: 18, name: 'license on one node only, or stale', foundBy: check('license.same'), file: 'e2e/push-carried.test.ts', test: '18, license.newest: a license that a node renewed is left alone, and validate says where it is' },
  { number: 19, name: 'license for another URL', foundBy: check('license.token'), file: 'e2e/bad-input-nodes.ts', test: 'license: for another URL' },
  { number: 20, name: 'environment variable beats the config', foundBy: check('node.shadowed'), file: 'e2e/used.test.ts', test: 'names the line of GF_DATABASE_URL in the environment file, and not its password' },
  { number: 21, name: 'every node evaluates every rule', reason: 'Grafana works so by design, and nothing on a node is wrong: ha_single_node_evaluation (12.4) is a preview that people choose by themselves.' },
  { number: 22, name: 'does the mesh work?', foundBy: check('gossip.members'), file: mesh, test: 'gossip.members names the node that is down' },
  { number: 23, name: 'ghost peers', foundBy: check('gossip.members'), file: mesh, test: 'gossip.members counts a member too many, and gossip.peers names the node that was removed' },
  { number: 24, name: 'read-only server after a failover', foundBy: check('database.primary'), file: postgres, test: 'database.primary: a replica, which has the identity of its primary' },
  { number: 25, name: 'old [alerting] section', foundBy: check('config.lint'), file: hosts, test: 'the [alerting] of long ago' },
  { number: 26, name: 'MySQL that wants primary keys', foundBy: check('database.primary-key'), file: mysql, test: 'database.primary-key: tables without a primary key are refused (Error 1173)' },
  { number: 27, name: 'idle connections cut', foundBy: check('database.idle-timeout'), file: mysql, test: 'database.idle-timeout: idle connections are cut' },
  { number: 28, name: 'TLS to the database', foundBy: check('database.tls'), file: postgres, test: 'database.tls: a certificate of an authority that the nodes do not know, and one they know' },
  { number: 29, name: 'no right to create tables', foundBy: check('database.writable'), file: postgres, test: 'database.writable: no right to create tables in schema public' },
  { number: 30, name: 'PgBouncer in transaction mode', foundBy: check('database.pooler'), file: postgres, test: 'database.pooler: PgBouncer in transaction mode is found by what it does' },
  { number: 31, name: 'random logouts', foundBy: check('config.alike'), file: hosts, test: 'a login cookie with another name' },
  { number: 32, name: 'load balancer asks a dead node', foundBy: check('url.health'), file: url, test: '32, url.health: a node that is down still gets requests' },
  { number: 33, name: 'restart loses or repeats notifications', foundBy: { gate: 'wait-mesh' }, file: 'grafana-real/push.test.ts', test: '33, wait-mesh: in a roll each node sees all again before the next goes' },
  { number: 34, name: 'file that Grafana may not read', foundBy: check('host.access'), file: hosts, test: 'a config below /home, which the unit hides' },
  { number: 35, name: 'package manager upgrades one node', foundBy: check('host.updates'), file: hosts, test: 'unattended upgrades that take Grafana along' },
  { number: 36, name: 'systemd kills a long migration', foundBy: check('host.start-time'), file: hosts, test: 'a start that systemd cuts short' },
  { number: 37, name: 'database password was changed', foundBy: check('database.login'), file: 'e2e/validate.test.ts', test: 'tries a wrong password on one node, and shows it nowhere' },
  { number: 38, name: '/metrics open to the world', foundBy: check('url.metrics'), file: url, test: '38, url.metrics: /metrics is open' },
  { number: 39, name: 'Specified key was too long', foundBy: check('database.row-format'), file: mysql, test: 'database.row-format: "Specified key was too long" and "Row size too large"' },
  { number: 40, name: "Live events in one node's memory", foundBy: check('live.engine'), file: hosts, test: 'a Redis that the Live of one node alone uses' },
];
