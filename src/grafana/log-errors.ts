/** A known text in Grafana's log: what it means and the next thing to type. */
export interface LogExplanation {
  readonly id: string;
  readonly means: string;
  readonly hint: string;
}

interface LogError extends LogExplanation {
  readonly pattern: RegExp;
}

/** Texts seen on real servers, 9.4 and 12.2; the first that fits counts, so causes stand before their consequences. */
const logErrors: readonly LogError[] = [
  { id: 'secret-file-missing', pattern: /with expander 'file': stat \S+: no such file/, means: 'A secret file that the config refers to is not there.', hint: 'grafana-ha push' },
  { id: 'secret-file-unreadable', pattern: /with expander 'file': (?:stat|open) \S+: permission denied/, means: 'Grafana may not read a secret file: wrong owner, or a folder its service cannot see (/home, /root, /tmp).', hint: 'Set owner or secrets_path under [grafana] of the cluster file.' },
  { id: 'config-unreadable', pattern: /failed to parse .*: open \S+: permission denied/, means: 'Grafana may not read its config.', hint: 'chgrp grafana and chmod 640 that file.' },
  { id: 'config-missing', pattern: /failed to parse .*: open \S+: no such file/, means: 'The config that its unit names is not there.', hint: 'Set config_path under [node.NAME] of the cluster file, or mend --config in the unit.' },
  { id: 'config-broken', pattern: /failed to parse \\?".*(?:key-value delimiter not found|unclosed section|missing closing key quote)/, means: 'The config is no ini that Grafana can read.', hint: 'Mend the line it names.' },
  { id: 'duration', pattern: /time: (?:missing unit in|invalid) duration/, means: 'A duration in the config has no unit.', hint: 'Write 15s instead of 15.' },
  { id: 'boolean', pattern: /invalid value \S+, should be either true or false/, means: 'A setting in the config is neither true nor false.', hint: 'Write true or false: grafana-ha lint FILE names the line.' },
  { id: 'live-engine', pattern: /unsupported live HA engine type/, means: '[live] ha_engine is none that Grafana knows.', hint: 'Write ha_engine = redis, or leave it empty.' },
  { id: 'redis', pattern: /error pinging Redis/, means: 'Redis, which [live] ha_engine needs, does not answer from this node.', hint: 'Mend ha_engine_address under [live] in the config, or start Redis.' },
  { id: 'lock', pattern: /failed to obtain lock/, means: 'Another Grafana was starting on the same database and held the migration lock.', hint: 'Start one at a time: grafana-ha push' },
  { id: 'postgres-password', pattern: /password authentication failed/, means: 'PostgreSQL refused the password.', hint: 'grafana-ha push --db-password ask' },
  { id: 'mysql-password', pattern: /Error 1045/, means: 'MySQL refused the user or the password from this address.', hint: 'grafana-ha validate --only "database.*"' },
  { id: 'mysql-database', pattern: /Error 1044|Error 1049/, means: 'The MySQL database is not there, or the user has no right to it.', hint: 'grafana-ha validate --only "database.*"' },
  { id: 'postgres-database', pattern: /pq: database .* does not exist/, means: 'The PostgreSQL database is not there.', hint: 'grafana-ha validate --only "database.*"' },
  { id: 'database-name-quoted', pattern: /failed to generate advisory lock key: failed to get database name/, means: 'The database name is written in quotes, which Grafana takes for a part of it.', hint: 'grafana-ha push' },
  { id: 'database-hosts', pattern: /dial tcp: address [^\n]*too many colons in address/, means: 'The database host is a list, and Grafana takes one.', hint: 'Name one address: host under [database] of the cluster file.' },
  { id: 'pg-hba', pattern: /no pg_hba\.conf entry/, means: "PostgreSQL's pg_hba.conf does not let this node in.", hint: 'grafana-ha validate --only "database.*"' },
  { id: 'postgres-ssl', pattern: /SSL is not enabled on the server/, means: 'The config asks for TLS and the PostgreSQL server offers none.', hint: 'Turn TLS on there, or set ssl_mode = disable in the cluster file.' },
  { id: 'ssl-mode', pattern: /unsupported sslmode/, means: 'The ssl_mode is none that PostgreSQL connections of Grafana know.', hint: 'Set ssl_mode = verify-full under [database] of the cluster file.' },
  { id: 'tx-isolation', pattern: /Error 1231.*tx_isolation/, means: 'isolation_level under [database] in the config is none that MySQL knows.', hint: 'Write READ-COMMITTED, or remove it.' },
  { id: 'certificate', pattern: /x509: |certificate (?:verify failed|signed by unknown)/, means: "The database's certificate is not trusted on this node, or does not carry the host's name.", hint: 'Set ca_cert under [database] of the cluster file.' },
  { id: 'mysql-ca', pattern: /could not read DB CA Cert path/, means: 'With TLS to MySQL, Grafana needs a CA file it can read.', hint: 'Set ca_cert under [database] of the cluster file.' },
  { id: 'no-create', pattern: /permission denied for (?:schema|table)|Error 1142|CREATE command denied/, means: 'The database user may not create or use the tables.', hint: 'grafana-ha validate --only "database.*"' },
  { id: 'unknown-type', pattern: /unknown database type/, means: 'The database type is none that Grafana knows.', hint: 'Use type = postgres or mysql.' },
  { id: 'postgres-space', pattern: /failed to connect to database: invalid option/, means: 'The password or user holds a space, where Grafana cuts the connection string to PostgreSQL.', hint: 'Give the database user a password without a space.' },
  // A second start of the one that died worked each time it was seen, with PostgreSQL and MariaDB.
  { id: 'two-starts', pattern: /Executing migration failed[^\n]*pq: [^\n]*(?:already exists|duplicate key value|does not exist)|migration failed \(id = [^\n]*Error (?:1050|1060|1061|1091|1146)\b|failed to create admin user: Error 1062/, means: 'Another Grafana set up the tables of the same database at the same moment.', hint: 'Start one at a time: grafana-ha push' },
  { id: 'schema-broken', pattern: /migration failed \(id = |failed to create admin user/, means: 'Setting up the tables stopped half-way; the line above it says why.', hint: 'Restore the database, or drop and create it while it is empty.' },
  { id: 'database-unreachable', pattern: /dial tcp \S+: (?:connect: )?(?:connection refused|no route to host|i\/o timeout|network is unreachable)/, means: 'The database does not answer from this node.', hint: 'grafana-ha validate --only "database.*"' },
  { id: 'database-name', pattern: /dial tcp: lookup \S+.*no such host/, means: "This node cannot resolve the database's host name.", hint: 'grafana-ha validate --only "database.*"' },
  { id: 'http-port', pattern: /failed to open listener on address \S+: .*bind: /, means: 'Another program holds the http port, or Grafana may not open it.', hint: 'ss -ltnp on that node; [server] http_port' },
  { id: 'gossip-port', pattern: /Failed to start (?:TCP|UDP) listener .*address already in use/, means: 'Another program holds the gossip port.', hint: 'ss -lntup on that node; port under [alerting] of the cluster file' },
  { id: 'gossip-listen', pattern: /Failed to start (?:TCP|UDP) listener .*cannot assign requested address/, means: 'The gossip address is not on an interface of this node.', hint: 'Set gossip_address under [node.NAME] of the cluster file.' },
  { id: 'gossip-advertise', pattern: /[Ff]ailed to (?:get final advertise address|parse advertise addr)/, means: 'The gossip address must be an IP address, not a name.', hint: 'Set gossip_address under [node.NAME] of the cluster file.' },
  { id: 'gossip-address', pattern: /invalid (?:listen|advertise) address|invalid port: strconv|bind: invalid argument/, means: 'A gossip address has no port, or one that cannot be.', hint: 'Set gossip_address = IP:9094 under [node.NAME] of the cluster file.' },
  { id: 'gossip-peer', pattern: /split host\/port for peer/, means: 'ha_peers holds an entry without a port, or one that is empty.', hint: 'grafana-ha push' },
  { id: 'license', pattern: /[Ll]icense.*(?:expired|invalid)/, means: 'The Enterprise license does not hold.', hint: 'grafana-ha validate --only "license.*"' },
];

/** Explains a log by the first known text in it; undefined when there is none. */
export function explainLog(log: string): LogExplanation | undefined {
  const found = logErrors.find(({ pattern }) => pattern.test(log));
  return found === undefined ? undefined : { id: found.id, means: found.means, hint: found.hint };
}

/** The lines of a log that say what went wrong, without the service manager's own and without repetition. */
export function tellingLines(log: string, most: number): readonly string[] {
  const lines = log.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '');
  const telling = lines.filter((line) => /level=(?:error|warn|eror|crit)|Error: |panic|fatal/i.test(line));
  return [...new Set(telling.length > 0 ? telling : lines)].slice(-most);
}
