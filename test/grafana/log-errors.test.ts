import { describe, expect, it } from 'vitest';
import { explainLog, tellingLines } from '../../src/grafana/log-errors.ts';

describe('explainLog', () => {
  // The telling lines of one journal each, of Grafana 12.2 with one thing wrong.
  it.each([
    ['advertise-name', 'Error: ✗ unable to initialize gossip mesh: create memberlist: Failed to get final advertise address: Failed to parse advertise address "host3"', 'gossip-advertise'],
    ['config-unreadable', 'logger=settings level=error msg="failed to parse \\"/etc/grafana/grafana.ini\\": open /etc/grafana/grafana.ini: permission denied"', 'config-unreadable'],
    ['database-no-route', 'Error: ✗ dial tcp 10.97.0.99:5432: connect: no route to host', 'database-unreachable'],
    ['database-refused', 'Error: ✗ dial tcp 10.97.0.254:5999: connect: connection refused', 'database-unreachable'],
    ['duration-without-unit', 'Error: ✗ time: missing unit in duration "15"', 'duration'],
    ['ini-broken', 'logger=settings level=error msg="failed to parse \\"/etc/grafana/grafana.ini\\": key-value delimiter not found: novalue\\n"', 'config-broken'],
    ['listen-foreign', 'Error: ✗ unable to initialize gossip mesh: create memberlist: Could not set up network transport: failed to obtain an address: Failed to start TCP listener on "10.97.0.77" port 9094: listen tcp 10.97.0.77:9094: bind: cannot assign requested address', 'gossip-listen'],
    ['mariadb-missing-database', "Error: ✗ Error 1044 (42000): Access denied for user 'grafana'@'10.97.0.%' to database 'nosuch'", 'mysql-database'],
    ['mariadb-no-create', "logger=migrator level=error msg=\"Executing migration failed\" id=\"create migration_log table\" error=\"Error 1142 (42000): CREATE command denied to user 'ro'@'10.97.0.3' for table `ro`.`migration_log`\"\nError: ✗ migration failed (id = create migration_log table): Error 1146 (42S02): Table 'ro.migration_log' doesn't exist", 'no-create'],
    ['mariadb-ssl-mode-true-without-ca', 'Error: ✗ failed to connect to database: could not read DB CA Cert path "": open : no such file or directory', 'mysql-ca'],
    ['mariadb-wrong-password', "Error: ✗ Error 1045 (28000): Access denied for user 'grafana'@'10.97.0.3' (using password: YES)", 'mysql-password'],
    ['missing-database', 'Error: ✗ pq: database "nosuch" does not exist', 'postgres-database'],
    ['peer-without-port', 'Error: ✗ unable to initialize gossip mesh: resolve peers: split host/port for peer 10.97.0.1: address 10.97.0.1: missing port in address', 'gossip-peer'],
    ['port-taken', 'logger=server level=error msg="Stopped background service" service=*api.HTTPServer reason="failed to open listener on address 0.0.0.0:22: listen tcp 0.0.0.0:22: bind: permission denied"\nError: ✗ *api.HTTPServer run error: failed to open listener on address 0.0.0.0:22: listen tcp 0.0.0.0:22: bind: permission denied', 'http-port'],
    ['postgres-no-create', 'logger=migrator level=error msg="Executing migration failed" id="create migration_log table" error="pq: permission denied for schema public"\nError: ✗ migration failed (id = create migration_log table): pq: current transaction is aborted, commands ignored until end of transaction block', 'no-create'],
    ['secret-file-missing', 'Error: ✗ got error while expanding database.password with expander \'file\': stat /nonexistent: no such file or directory', 'secret-file-missing'],
    ['secret-file-unreadable', 'Error: ✗ got error while expanding database.password with expander \'file\': stat /root/pw: permission denied', 'secret-file-unreadable'],
    ['ssl-not-enabled', 'Error: ✗ pq: SSL is not enabled on the server', 'postgres-ssl'],
    ['trailing-comma', 'Error: ✗ unable to initialize gossip mesh: resolve peers: split host/port for peer : missing port in address', 'gossip-peer'],
    ['unknown-type', 'Error: ✗ failed to connect to database: unknown database type: postgresql', 'unknown-type'],
    ['wrong-password', 'Error: ✗ pq: password authentication failed for user "grafana"', 'postgres-password'],
    // It starts: the key is nothing to the open source edition.
    ['licence-path-oss', 'logger=avatar level=error msg="Failed to read user_profile.png" path=/usr/share/grafana/public/img/user_profile.png', undefined],
  ])('the journal %s', (_, log, id) => {
    expect(explainLog(log)?.id).toBe(id);
  });

  it.each([
    ['level=error msg="alert migration failure: could not get migration log" error="failed to check table existence: dial tcp 10.99.0.254:15433: connect: connection refused"', 'database-unreachable'],
    ['level=error msg="alert migration failure: could not get migration log" error="failed to check table existence: pq: password authentication failed for user \\"grafana\\""', 'postgres-password'],
    ["error=\"failed to check table existence: Error 1045: Access denied for user 'grafana'@'10.99.0.4' (using password: YES)\"", 'mysql-password'],
    ['error="failed to check table existence: pq: unsupported sslmode \\"prefer\\"; only \\"require\\" (default), \\"verify-full\\", \\"verify-ca\\", and \\"disable\\" supported"', 'ssl-mode'],
    ["error=\"Error 1231: Variable 'tx_isolation' can't be set to the value of 'JUNK'\"", 'tx-isolation'],
    ['error="pq: permission denied for table migration_log"', 'no-create'],
    ['Error: ✗ failed to obtain lock', 'lock'],
    ['Error: ✗ failed to generate advisory lock key: failed to get database name', 'database-name-quoted'],
    ['Error: ✗ dial tcp: address db-1:5432,db-2:5432: too many colons in address', 'database-hosts'],
    ['Error: ✗ failed to connect to database: invalid option: "pass\'"', 'postgres-space'],
    ['level=error msg="Executing migration failed" id="Add column help_flags1 to user table" error="pq: column \\"help_flags1\\" of relation \\"user\\" already exists"\nError: ✗ migration failed (id = x): pq: current transaction is aborted, commands ignored until end of transaction block', 'two-starts'],
    ["Error: ✗ migration failed (id = add unique index UQE_user_login): Error 1061: Duplicate key name 'UQE_user_login'", 'two-starts'],
    ["Error: ✗ failed to create admin user: Error 1062: Duplicate entry '1' for key 'PRIMARY'", 'two-starts'],
    ['level=info msg="migrations completed" performed=0 skipped=471\nError: ✗ failed to create admin user: pq: column "help_flags1" does not exist', 'schema-broken'],
    ['level=error msg="failed to parse \\"/etc/grafana/grafana.ini\\": unclosed section: [database\\n"', 'config-broken'],
    ['level=error msg="failed to parse \\"/nonexistent.ini\\": open /nonexistent.ini: no such file or directory"', 'config-missing'],
    ['Error: ✗ time: invalid duration "junk"', 'duration'],
    ['Error: ✗ failed to read unified alerting enabled setting: invalid value junk, should be either true or false', 'boolean'],
    ['Error: ✗ unsupported live HA engine type: foo', 'live-engine'],
    ['Error: ✗ error pinging Redis: dial tcp 10.99.0.9:6379: connect: connection refused', 'redis'],
    ['Error: ✗ unable to initialize gossip mesh: resolve peers: split host/port for peer a:1 b:2: address a:1 b:2: too many colons in address', 'gossip-peer'],
    ['Error: ✗ unable to initialize gossip mesh: invalid listen address: address 10.99.0.4: missing port in address', 'gossip-address'],
    ['Error: ✗ unable to initialize gossip mesh: address :abc: invalid port: strconv.Atoi: parsing "abc": invalid syntax', 'gossip-address'],
    ['Error: ✗ unable to initialize gossip mesh: create memberlist: Failed to start TCP listener on "10.99.0.4" port 9094: listen tcp 10.99.0.4:9094: bind: address already in use', 'gossip-port'],
    ['Error: ✗ *api.HTTPServer run error: failed to open listener on address 10.99.0.4:3000: bind: address already in use', 'http-port'],
    ['level=error msg="Server lock for secret migration already exists"', undefined],
  ])('9.4: %s', (log, id) => {
    expect(explainLog(log)?.id).toBe(id);
  });

  it('a cause goes before what it leads to, and each has one sentence and a next step', () => {
    const explained = explainLog('Error: ✗ dial tcp 10.97.0.254:5999: connect: connection refused\nError: ✗ pq: password authentication failed for user "grafana"');
    expect(explained).toMatchObject({ id: 'postgres-password', means: expect.stringMatching(/^[A-Z].*\.$/) as string, hint: expect.stringMatching(/\S/) as string });
  });

  it('explains nothing it does not know', () => {
    expect(explainLog('Started grafana-server.service - Grafana.')).toBeUndefined();
  });
});

describe('tellingLines', () => {
  it('keeps what went wrong, once', () => {
    const log = 'Started Grafana.\nlogger=x level=info msg=hello\nError: ✗ one\nStopped Grafana.\nError: ✗ one\nlogger=y level=error msg=two\n';
    expect(tellingLines(log, 5)).toEqual(['Error: ✗ one', 'logger=y level=error msg=two']);
  });

  it('shows the end of a log that does not say', () => {
    expect(tellingLines('a\nb\nc\n', 2)).toEqual(['b', 'c']);
  });
});
