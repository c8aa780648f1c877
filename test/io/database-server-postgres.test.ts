import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/cluster/secret.ts';
import { openPostgres } from '../../src/io/postgres.ts';
import type { DatabaseSession } from '../../src/world/database.ts';
import { adminPassword } from '../lab/database/postgres.ts';
import { freePort, serverUser } from '../lab/database/server-user.ts';
import { startServer } from '../lab/database/start-server.ts';
import { sampleConfig } from '../sample.ts';
import { publicKey } from '../gather/recorded-secret.ts';
import { look, password, startDatabase, type StartedDatabase } from './database-lab.ts';
import { grafanaTables, signingRows } from './grafana-tables.ts';
import { startHaproxy, startPgbouncer } from './proxies.ts';

let server: StartedDatabase;
const port = (): number => server.lab.port;
const admin = (name = 'grafana'): Promise<DatabaseSession> => openPostgres({
  type: 'postgres', dial: () => net.connect(port(), '127.0.0.1'), address: { host: '127.0.0.1', port: port() }, user: 'postgres', password: new Secret(adminPassword), name, tls: false,
});

beforeAll(async () => {
  server = await startDatabase('postgres');
});
afterAll(() => server.folder.remove());
beforeEach(() => server.renew());

describe('a PostgreSQL', () => {
  it('that is sound gives no finding, and its room is counted', async () => {
    const { findings, passed, paths } = await look('postgres', port());
    expect(findings).toEqual([]);
    expect(passed).toContain('database.connections max_open_conn 16: 2 nodes × 2 pools × 16 = 64 of 97');
    expect(paths[0]?.server).toMatchObject({ lock: { ok: true }, charset: 'UTF8', idleTimeoutSeconds: 0, connections: { max: 100, reserved: 3 } });
    expect(paths[0]?.server).not.toHaveProperty('pooler');
  });

  it.each([
    ['database.primary: a role that is read-only', 'alter role grafana set default_transaction_read_only = on', 'read-only-role'],
    ['database.primary: a role that is read-only in this database', 'alter role grafana in database grafana set default_transaction_read_only = on', 'read-only-role'],
    ['database.primary: a database that is read-only', 'alter database grafana set default_transaction_read_only = on', 'read-only-database'],
  ])('%s is told from a replica', async (_, statement, code) => {
    await server.lab.adminExec(statement);
    expect((await look('postgres', port())).findings).toEqual([`failed database.primary@graf-a ${code}`, `failed database.primary@graf-b ${code}`]);
  });

  it.each([
    ['the role', 'alter role grafana connection limit 15', 'failed database.connections too-few'],
    ['the database', 'alter database grafana connection limit 19', 'failed database.connections too-few'],
  ])('database.connections: a limit of %s counts where it is the smallest', async (_, statement, finding) => {
    await server.lab.adminExec(statement);
    expect((await look('postgres', port())).findings).toEqual([finding]);
  });

  it('database.connections: too many clients already is foreseen from max_open_conn', async () => {
    const { address, name, user } = { address: { host: '127.0.0.1', port: port() }, name: 'grafana', user: 'grafana' };
    const database = { type: 'postgres', address, name, user, password: { kind: 'ask' }, sslMode: 'disable', maxOpenConn: 40 } as const;
    expect((await look('postgres', port(), { cluster: { database } })).findings).toEqual(['failed database.connections too-many']);
    expect((await look('postgres', port(), { cluster: { database: { ...database, maxOpenConn: 24 } } })).findings).toEqual([]);
  });

  it('database.connections: a node that works without a limit is warned about, and not changed', async () => {
    const config = sampleConfig(`[database]\ntype = postgres\nhost = 127.0.0.1:${port()}\nname = grafana\n`);
    expect((await look('postgres', port(), { node: { config } })).findings).toEqual(['warned database.connections unlimited']);
  });

  it('database.idle-timeout: sessions that the server ends before Grafana does', async () => {
    await server.lab.adminExec("alter database grafana set idle_session_timeout = '10min'");
    expect((await look('postgres', port())).findings).toEqual(['warned database.idle-timeout@graf-a too-short', 'warned database.idle-timeout@graf-b too-short']);
    expect((await look('postgres', port(), { node: { config: sampleConfig('[database]\nconn_max_lifetime = 300\n') } })).findings).toEqual([]);
  });

  it('database.charset: an encoding that cannot hold every text', async () => {
    await server.lab.adminExec('drop database grafana');
    await server.lab.adminExec("create database grafana owner grafana encoding 'LATIN1' template template0 locale 'C'");
    expect((await look('postgres', port())).findings).toEqual(['warned database.charset not-utf8']);
  });

  it('database.tls: a certificate of an authority that the nodes do not know, and one they know', async () => {
    const { findings, paths } = await look('postgres', port(), { database: { sslMode: 'verify-full' } });
    expect(findings).toEqual(['graf-a', 'graf-b'].map((node) => expect.stringMatching(new RegExp(`^failed database.tls@${node} (SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$`)) as unknown));
    expect(paths[0]?.login).toMatchObject({ ok: false, code: 'not-tried' });
    expect((await look('postgres', port(), { database: { sslMode: 'verify-full' }, caBundle: server.lab.tls.ca })).findings).toEqual([]);
  });

  it('database.writable: no right to create tables in schema public', async () => {
    await server.lab.adminExec('alter database grafana owner to postgres');
    expect((await look('postgres', port())).findings).toEqual(['failed database.writable@graf-a 42501', 'failed database.writable@graf-b 42501']);
    await server.lab.adminExec('grant create on schema public to grafana', 'grafana');
    expect((await look('postgres', port())).findings).toEqual([]);
  });

  it('database.same-server: two databases behind one name', async () => {
    const other = await startDatabase('postgres');
    await other.renew();
    try {
      expect((await look('postgres', port(), { ports: [port(), other.lab.port] })).findings).toEqual(['warned database.endpoint loopback', 'failed database.same-server differ']);
    } finally {
      await other.folder.remove();
    }
  });

  it('database.primary: a replica, which has the identity of its primary', async () => {
    const replica = await startReplica();
    const { findings, paths } = await look('postgres', port(), { ports: [port(), replica] });
    expect(findings).toEqual(['failed database.primary@graf-b replica']);
    expect(paths[0]?.server?.identity).toBe(paths[1]?.server?.identity);
  });
});

describe('a Grafana in a PostgreSQL', () => {
  beforeEach(async () => {
    for (const statement of grafanaTables('postgres')) await server.lab.adminExec(statement, 'grafana');
  });

  it('that is sound gives no finding', async () => {
    const { findings, passed } = await look('postgres', port());
    expect(findings).toEqual([]);
    expect(passed).toContain('database.migrations 2 migrations done');
  });

  it.each([
    ['database.migrations: a migration that failed', "insert into migration_log (migration_id, success, error) values ('add column', false, 'Error 1054')", 'failed'],
    ['database.migrations: a table that a migration renames and drops', 'create table user_v1 (id int); alter table user_v1 owner to grafana', 'half-made'],
  ])('%s is found, and is a warning where Grafana runs on it', async (_, statement, code) => {
    await server.lab.adminExec(statement, 'grafana');
    const stopped = { service: { unit: 'grafana-server', known: true, active: false, enabled: true, restarts: 0, user: 'grafana', group: 'grafana' } };
    expect((await look('postgres', port(), { node: stopped })).findings).toEqual([`failed database.migrations ${code}`]);
    expect((await look('postgres', port())).findings).toEqual([`warned database.migrations ${code}`]);
  });

  it('a migration that failed and was done later is none', async () => {
    await server.lab.adminExec("insert into migration_log (migration_id, success, error) values ('add column', false, 'Error 1054'), ('add column', true, '')", 'grafana');
    expect((await look('postgres', port())).findings).toEqual([]);
  });

  it('database.migrations: "failed to obtain lock" is foreseen while another session holds the lock', async () => {
    const holder = await openPostgres({ type: 'postgres', dial: () => net.connect(port(), '127.0.0.1'), address: { host: '127.0.0.1', port: port() }, user: 'grafana', password, name: 'grafana', tls: false, startup: { application_name: '' } });
    await holder.query('select pg_advisory_lock(74)');
    expect((await look('postgres', port())).findings).toEqual(['failed database.migrations running']);
    await holder.close();
  });

  it('database.migrations: a table that a running migration holds keeps nobody waiting', async () => {
    const migration = await openPostgres({ type: 'postgres', dial: () => net.connect(port(), '127.0.0.1'), address: { host: '127.0.0.1', port: port() }, user: 'grafana', password, name: 'grafana', tls: false, startup: { application_name: '' } });
    await migration.query('begin; alter table dashboard add column note text; select pg_advisory_lock(74)');
    expect((await look('postgres', port())).findings).toEqual(['failed database.migrations running']);
    await migration.close();
  });

  it('database.unified-storage: dashboards moved by a newer Grafana than the nodes have', async () => {
    for (const statement of ["create table resource (resource text)", "create table unifiedstorage_migration_log (migration_id text, success boolean)", "insert into unifiedstorage_migration_log values ('folders and dashboards migration', true)", "insert into resource values ('dashboards'), ('folders')", 'alter table resource owner to grafana', 'alter table unifiedstorage_migration_log owner to grafana']) await server.lab.adminExec(statement, 'grafana');
    expect((await look('postgres', port())).findings).toEqual(['failed database.unified-storage newer']);
    expect((await look('postgres', port(), { node: { grafana: { version: '13.0.1', edition: 'oss', homePath: '' } } })).findings).toEqual([]);
  });

  it('security.secret-key-rows: a node whose key does not open what the database holds', async () => {
    for (const statement of signingRows('postgres')) await server.lab.adminExec(statement, 'grafana');
    expect((await look('postgres', port(), { secretKeys: [publicKey, publicKey] })).findings).toEqual([]);
    expect((await look('postgres', port(), { secretKeys: [publicKey, 'another'] })).findings).toEqual(['failed security.secret-key-rows@graf-b other-key']);
  });

  it('is not written to: every statement that the server logs is a question, or inside a transaction that is rolled back', async () => {
    const log = join(server.folder.path, 'postgres', 'log');
    await server.lab.adminExec("alter role grafana set log_statement = 'all'");
    await server.lab.adminExec("alter system set log_line_prefix = '%u %c '").then(() => server.lab.adminExec('select pg_reload_conf()'));
    for (const statement of signingRows('postgres')) await server.lab.adminExec(statement, 'grafana');
    const before = (await readFile(log, 'utf8')).length;
    expect((await look('postgres', port(), { secretKeys: [publicKey, publicKey] })).findings).toEqual([]);
    // The log writes the further lines of a statement behind a tab.
    const entries = (await readFile(log, 'utf8')).slice(before).split(/\n(?!\t)/).filter((entry) => /^grafana .*LOG: {2}(statement|execute)/.test(entry));
    const statements = entries.map((entry) => entry.replace(/^.*?(statement|execute [^:]*): /, '').trim());
    expect(statements.length).toBeGreaterThan(10);
    expect(statements.filter((text) => !/^(select|show|set|rollback$|begin;[^]*; rollback$)/i.test(text))).toEqual([]);
    expect(statements.filter((text) => /commit/i.test(text))).toEqual([]);
  });
});

describe('what stands before a PostgreSQL', () => {
  it('database.pooler: PgBouncer in transaction mode is found by what it does', async () => {
    const pooled = await startPgbouncer(server.folder, { port: port(), password: password.reveal(), mode: 'transaction', ignore: 'extra_float_digits' });
    expect((await look('postgres', pooled)).findings).toEqual(['failed database.pooler@graf-a transaction-mode', 'failed database.pooler@graf-b transaction-mode']);
  });

  it('PgBouncer in session mode that takes what the driver sends is fine', async () => {
    const pooled = await startPgbouncer(server.folder, { port: port(), password: password.reveal(), mode: 'session', ignore: 'extra_float_digits' });
    const { findings, passed } = await look('postgres', pooled);
    expect(findings).toEqual([]);
    expect(passed).toContain('database.pooler a pooler in session mode');
  });

  it("database.pooler: PgBouncer that refuses a parameter of Grafana's driver", async () => {
    const pooled = await startPgbouncer(server.folder, { port: port(), password: password.reveal(), mode: 'session' });
    expect((await look('postgres', pooled)).findings).toEqual(['failed database.pooler@graf-a startup-parameter', 'failed database.pooler@graf-b startup-parameter']);
  });

  it('database.login: HAProxy without a server behind it is named, and one with a server is fine', async () => {
    const { findings, paths } = await look('postgres', await startHaproxy(server.folder, []));
    expect(findings).toEqual(['failed database.login@graf-a ECONNRESET', 'failed database.login@graf-b ECONNRESET']);
    expect(paths[0]).not.toHaveProperty('server');
    expect((await look('postgres', await startHaproxy(server.folder, [port()]))).findings).toEqual([]);
  });
});

/** A hot standby of the server, made from a copy; gives its port. */
async function startReplica(): Promise<number> {
  const home = join(server.folder.path, 'replica');
  const data = join(home, 'data');
  await mkdir(home);
  const primary = join(server.folder.path, 'postgres', 'data');
  const hba = join(primary, 'pg_hba.conf');
  await writeFile(hba, `${await readFile(hba, 'utf8')}host replication postgres 127.0.0.1/32 scram-sha-256\n`);
  const session = await admin();
  await session.query('select pg_reload_conf()');
  await session.query("select pg_backup_start('copy', true)");
  await cp(primary, data, { recursive: true, filter: (source) => !source.endsWith('postmaster.pid') });
  const [stop] = await session.query('select labelfile from pg_backup_stop(false)');
  await session.close();
  await writeFile(join(data, 'backup_label'), String(stop!['labelfile']));
  await writeFile(join(data, 'standby.signal'), '');
  await copyFile(join(server.folder.path, 'postgres', 'server.key'), join(home, 'server.key'));
  const user = await serverUser('postgres', home);
  const own = await freePort('127.0.0.1', 0);
  const words = { listen_addresses: '127.0.0.1', port: String(own), unix_socket_directories: home, primary_conninfo: `host=127.0.0.1 port=${port()} user=postgres password=${adminPassword}` };
  await startServer({
    title: 'the replica', home, user, signal: 'SIGINT', words: [await program(), '-D', data, ...Object.entries(words).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    greet: async () => (await openPostgres({ type: 'postgres', dial: () => net.connect(own, '127.0.0.1'), address: { host: '127.0.0.1', port: own }, user: 'grafana', password, name: 'grafana', tls: false })).close(),
  }, server.folder);
  return own;
}

/** The server's own program, which the lab mounted where its user can reach it. */
async function program(): Promise<string> {
  const [pid] = (await readFile(join(server.folder.path, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n');
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0]!;
}
