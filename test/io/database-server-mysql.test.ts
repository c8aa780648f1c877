import net from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openMysql } from '../../src/io/mysql.ts';
import { freePort } from '../lab/database/server-user.ts';
import { until } from '../lab/run.ts';
import { publicKey } from '../gather/recorded-secret.ts';
import { look, password, startDatabase, type StartedDatabase } from './database-lab.ts';
import { grafanaTables, signingRows } from './grafana-tables.ts';
import { startHaproxy } from './proxies.ts';

describe('a MariaDB', () => {
  let server: StartedDatabase;
  let undo: string[] = [];
  const port = (): number => server.lab.port;
  const set = async (name: string, value: string | number, back: string | number): Promise<void> => {
    undo.push(`set global ${name} = ${back}`);
    await server.lab.adminExec(`set global ${name} = ${value}`);
  };
  beforeAll(async () => {
    server = await startDatabase('mariadb');
  });
  afterAll(() => server.folder.remove());
  beforeEach(() => server.renew());
  afterEach(async () => {
    for (const statement of undo) await server.lab.adminExec(statement);
    undo = [];
  });

  it('that is sound gives no finding, and its room is counted', async () => {
    const { findings, passed, paths } = await look('mysql', port());
    expect(findings).toEqual([]);
    expect(passed).toContain('database.connections max_open_conn 25: 2 nodes × 2 pools × 25 = 100 of 151');
    expect(paths[0]?.server).toMatchObject({ lock: { ok: true }, charset: 'utf8mb4', idleTimeoutSeconds: 28800, connections: { max: 151 } });
  });

  it.each<[string, string, string | number, string | number, readonly string[]]>([
    ['database.primary: a replica, or a writer after a failover', 'read_only', 'on', 'off', ['failed database.primary@graf-a read-only', 'failed database.primary@graf-b read-only']],
    ['database.connections: "Too many connections"', 'max_connections', 19, 151, ['failed database.connections too-few']],
    ['database.idle-timeout: idle connections are cut', 'wait_timeout', 600, 28800, ['warned database.idle-timeout@graf-a too-short', 'warned database.idle-timeout@graf-b too-short']],
    ['database.sql-mode: ONLY_FULL_GROUP_BY', 'sql_mode', "'STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY'", "'STRICT_TRANS_TABLES'", ['failed database.sql-mode only-full-group-by']],
    ['database.primary-key: tables without a primary key are refused (Error 1173)', 'innodb_force_primary_key', 'on', 'off', ['failed database.primary-key innodb-force-primary-key']],
    ['database.row-format: "Specified key was too long" and "Row size too large"', 'innodb_default_row_format', 'compact', 'dynamic', ['failed database.row-format old-format']],
  ])('%s', async (_, name, value, back, expected) => {
    await set(name, value, back);
    expect((await look('mysql', port())).findings).toEqual(expected);
  });

  it.each([
    ['sql_mode', "'ONLY_FULL_GROUP_BY'", "'STRICT_TRANS_TABLES'", 'warned database.sql-mode only-full-group-by'],
    ['innodb_force_primary_key', 'on', 'off', 'warned database.primary-key innodb-force-primary-key'],
  ])('%s is a warning once a Grafana has its tables', async (name, value, back, finding) => {
    for (const statement of grafanaTables('mysql')) await server.lab.adminExec(statement, 'grafana');
    await set(name, value, back);
    expect((await look('mysql', port())).findings).toEqual([finding]);
  });

  it('database.primary-key: is none for a Grafana whose tables have keys', async () => {
    await set('innodb_force_primary_key', 'on', 'off');
    expect((await look('mysql', port(), { node: { grafana: { version: '12.2.4', edition: 'oss', homePath: '' } } })).findings).toEqual([]);
  });

  it('database.writable: a user that may not make tables', async () => {
    await server.lab.adminExec("revoke create on grafana.* from grafana@'%'");
    expect((await look('mysql', port())).findings).toEqual(['failed database.writable@graf-a missing-privileges', 'failed database.writable@graf-b missing-privileges']);
  });

  it('database.tls: a certificate of an authority that the nodes do not know, and one they know', async () => {
    const { findings } = await look('mysql', port(), { database: { sslMode: 'true' } });
    expect(findings).toEqual(['graf-a', 'graf-b'].map((node) => expect.stringMatching(new RegExp(`^failed database.tls@${node} (SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$`)) as unknown));
    expect((await look('mysql', port(), { database: { sslMode: 'true' }, caBundle: server.lab.tls.ca })).findings).toEqual([]);
  });

  it('database.connections: the limit of the user counts where it is smaller', async () => {
    await server.lab.adminExec("alter user grafana@'%' with max_user_connections 15");
    expect((await look('mysql', port())).findings).toEqual(['failed database.connections too-few']);
  });

  it('database.version: a Grafana whose migration asks for a collation that is not there', async () => {
    const grafana = (version: string) => ({ node: { grafana: { version, edition: 'oss', homePath: '' } } as const });
    expect((await look('mysql', port(), grafana('12.4.0'))).findings).toEqual(['failed database.version no-collation']);
    expect((await look('mysql', port(), grafana('12.4.1'))).findings).toEqual([]);
  });

  it('database.charset: tables that compare texts in two ways', async () => {
    for (const statement of grafanaTables('mysql')) await server.lab.adminExec(statement, 'grafana');
    expect((await look('mysql', port())).findings).toEqual([]);
    await server.lab.adminExec('alter table dashboard convert to character set utf8mb4 collate utf8mb4_general_ci', 'grafana');
    expect((await look('mysql', port())).findings).toEqual(['warned database.charset mixed']);
  });

  it('a database in latin1 is none: migrations name their own character set', async () => {
    await server.lab.adminExec('alter database grafana character set latin1');
    expect((await look('mysql', port())).findings).toEqual([]);
  });

  it('database.migrations: one that failed, one that was cut off, and one that runs', async () => {
    const stopped = { node: { service: { unit: 'grafana-server', known: true, active: false, enabled: true, restarts: 0, user: 'grafana', group: 'grafana' } } };
    for (const statement of grafanaTables('mysql')) await server.lab.adminExec(statement, 'grafana');
    await server.lab.adminExec("insert into migration_log values (3, 'Create alert_rule_tag table v1', 0, 'Error 1173')", 'grafana');
    expect((await look('mysql', port(), stopped)).findings).toEqual(['failed database.migrations failed']);
    await server.lab.adminExec('create table temp_user_tmp_qwerty (id int)', 'grafana');
    expect((await look('mysql', port(), stopped)).findings).toEqual(['failed database.migrations half-made']);

    const grafana = async () => openMysql({ type: 'mysql', dial: () => net.connect(port(), '127.0.0.1'), address: { host: '127.0.0.1', port: port() }, user: 'grafana', password, name: 'grafana', tls: false });
    const [holder, migration] = [await grafana(), await grafana()];
    await holder.query('lock tables dashboard read');
    const altering = migration.query('alter table dashboard add column note text');
    try {
      await expect.poll(async () => (await look('mysql', port(), stopped)).findings, { timeout: 30_000 }).toEqual(['failed database.migrations running']);
    } finally {
      await holder.close();
    }
    await altering;
    await migration.close();
  });

  it('database.login: HAProxy without a server behind it is named', async () => {
    expect((await look('mysql', await startHaproxy(server.folder, []))).findings).toEqual(['failed database.login@graf-a ECONNRESET', 'failed database.login@graf-b ECONNRESET']);
    expect((await look('mysql', await startHaproxy(server.folder, [port()]))).findings).toEqual([]);
  });

  it('security.secret-key-rows: a node whose key does not open what the database holds', async () => {
    for (const statement of grafanaTables('mysql')) await server.lab.adminExec(statement, 'grafana');
    for (const statement of signingRows('mysql')) await server.lab.adminExec(statement, 'grafana');
    expect((await look('mysql', port(), { secretKeys: [publicKey, publicKey] })).findings).toEqual([]);
    expect((await look('mysql', port(), { secretKeys: [publicKey, 'another'] })).findings).toEqual(['failed security.secret-key-rows@graf-b other-key']);
  });

  it('with a Grafana in it is not written to: its general log holds questions alone', async () => {
    for (const statement of grafanaTables('mysql')) await server.lab.adminExec(statement, 'grafana');
    for (const statement of signingRows('mysql')) await server.lab.adminExec(statement, 'grafana');
    await server.lab.adminExec("set global log_output = 'TABLE'");
    await server.lab.adminExec('truncate table mysql.general_log');
    await set('general_log', 1, 0);
    expect((await look('mysql', port(), { secretKeys: [publicKey, publicKey] })).findings).toEqual([]);
    const rows = await server.lab.adminExec("select argument from mysql.general_log where user_host like 'grafana[%' and command_type in ('Query', 'Execute', 'Prepare')");
    const statements = rows.map(({ argument }) => String(argument).trim());
    expect(statements.length).toBeGreaterThan(10);
    expect(statements.filter((text) => !/^(select|show|set)\b/i.test(text))).toEqual([]);
  });
});

describe('a Galera cluster', () => {
  const started: StartedDatabase[] = [];
  /** Starts a member with more of a command line; gives the port of its gossip. */
  const startMember = async (...words: readonly string[]): Promise<number> => {
    const [gossip, transfer] = [await freePort('127.0.0.1', 0), await freePort('127.0.0.1', 0)];
    started.push(await startDatabase('mariadb', [
      '--wsrep-on=ON', '--wsrep-provider=/usr/lib/galera/libgalera_smm.so', '--binlog-format=ROW', '--innodb-autoinc-lock-mode=2', '--wsrep-node-address=127.0.0.1',
      `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${gossip};ist.recv_addr=127.0.0.1:${transfer}`, ...words,
    ]));
    return gossip;
  };
  const state = async (name: string): Promise<string> => String((await started[0]!.lab.adminExec(`show status like 'wsrep_${name}'`))[0]!.Value);
  beforeAll(async () => {
    const gossip = await startMember('--wsrep-cluster-address=gcomm://', '--wsrep-new-cluster');
    // Said to be where the first one is, so that nothing has to be carried over.
    await startMember(`--wsrep-cluster-address=gcomm://127.0.0.1:${gossip}`, `--wsrep-start-position=${await state('local_state_uuid')}:${await state('last_committed')}`);
    await until('two members', async () => await state('cluster_size') === '2');
    await started[0]!.renew();
  });
  afterAll(() => Promise.all(started.map(({ folder }) => folder.remove())));

  it('database.lock: gives a lock that the other members do not know of', async () => {
    const { findings, paths } = await look('mysql', started[0]!.lab.port);
    expect(paths[0]?.server?.variables?.get('wsrep_on')).toBe('ON');
    expect(findings).toEqual(['warned database.lock@graf-a galera', 'warned database.lock@graf-b galera']);
  });

  it('database.same-server: nodes that write to two members, which ends in deadlocks (Error 1213)', async () => {
    const [one, other] = started.map(({ lab }) => lab.port);
    const { findings } = await look('mysql', one!, { ports: [one!, other!] });
    expect(findings).toEqual(['warned database.endpoint loopback', 'failed database.same-server several-writers', 'warned database.lock@graf-a galera', 'warned database.lock@graf-b galera']);
  });
});
