import { describe, expect, it } from 'vitest';
import { explainLog, tellingLines } from '../../src/grafana/log-errors.ts';

describe('explainLog', () => {
  // As Grafana 9.4 and 12.2 wrote them.
  it.each([
    ['Error: ✗ got error while expanding database.password with expander \'file\': stat /nonexistent: no such file or directory', 'secret-file-missing'],
    ['Error: ✗ got error while expanding database.password with expander \'file\': stat /root/pw: permission denied', 'secret-file-unreadable'],
    ['logger=settings level=error msg="failed to parse \\"/etc/grafana/grafana.ini\\": open /etc/grafana/grafana.ini: permission denied"', 'config-unreadable'],
    ['logger=settings level=error msg="failed to parse \\"/etc/grafana/grafana.ini\\": key-value delimiter not found: novalue\\n"', 'config-broken'],
    ['Error: ✗ time: missing unit in duration "15"', 'duration'],
    ['Error: ✗ failed to obtain lock', 'lock'],
    ['Error: ✗ pq: password authentication failed for user "grafana"', 'postgres-password'],
    ["Error: ✗ Error 1045 (28000): Access denied for user 'grafana'@'10.97.0.3' (using password: YES)", 'mysql-password'],
    ["Error: ✗ Error 1044 (42000): Access denied for user 'grafana'@'10.97.0.%' to database 'nosuch'", 'mysql-database'],
    ['Error: ✗ pq: database "nosuch" does not exist', 'postgres-database'],
    ['Error: ✗ pq: SSL is not enabled on the server', 'postgres-ssl'],
    ['Error: ✗ failed to connect to database: could not read DB CA Cert path "": open : no such file or directory', 'mysql-ca'],
    ['level=error msg="Executing migration failed" error="pq: permission denied for schema public"\nError: ✗ migration failed (id = create migration_log table): pq: current transaction is aborted', 'no-create'],
    ["error=\"Error 1142 (42000): CREATE command denied to user 'ro'@'10.97.0.3'\"\nError: ✗ migration failed (id = create migration_log table): Error 1146", 'no-create'],
    ['Error: ✗ failed to connect to database: unknown database type: postgresql', 'unknown-type'],
    ['Error: ✗ failed to connect to database: invalid option: "b\'"', 'postgres-space'],
    ['Error: ✗ failed to create admin user: pq: column "help_flags1" does not exist', 'schema-broken'],
    ['Error: ✗ dial tcp 10.97.0.254:5999: connect: connection refused', 'database-unreachable'],
    ['Error: ✗ dial tcp 10.97.0.99:5432: connect: no route to host', 'database-unreachable'],
    ['Error: ✗ *api.HTTPServer run error: failed to open listener on address 0.0.0.0:22: listen tcp 0.0.0.0:22: bind: permission denied', 'http-port'],
    ['Error: ✗ unable to initialize gossip mesh: create memberlist: Could not set up network transport: failed to obtain an address: Failed to start TCP listener on "10.97.0.77" port 9094: listen tcp 10.97.0.77:9094: bind: cannot assign requested address', 'gossip-listen'],
    ['Error: ✗ unable to initialize gossip mesh: create memberlist: Failed to get final advertise address: Failed to parse advertise address "host3"', 'gossip-advertise'],
    ['Error: ✗ unable to initialize gossip mesh: resolve peers: split host/port for peer : missing port in address', 'gossip-peer'],
  ])('%s', (log, id) => {
    expect(explainLog(log)).toMatchObject({ id });
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
