import net from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/cluster/cluster.ts';
import { Secret } from '../../src/cluster/secret.ts';
import type { DatabasePath } from '../../src/facts.ts';
import { gatherDatabase } from '../../src/gather/database.ts';
import { openMysql } from '../../src/io/mysql.ts';
import { openPostgres } from '../../src/io/postgres.ts';
import { probeTls } from '../../src/io/tls-probe.ts';
import type { DatabaseSession } from '../../src/world/database.ts';
import type { World } from '../../src/world.ts';
import { adminPassword } from '../lab/database/postgres.ts';
import { grafanaTables } from './grafana-tables.ts';
import { type Server, startMariadb, startPostgres } from './servers.ts';

const password = new Secret('f#our "words; `here`');
const base = { name: 'grafana', user: 'grafana', password: { kind: 'ask' } } as const;

const engines = [
  {
    type: 'postgres', engine: 'postgres', start: startPostgres, sslMode: 'verify-full', refused: '28P01',
    admin: (port: number, name = 'postgres') => openPostgres({ type: 'postgres', dial, address: { host: '127.0.0.1', port }, user: 'postgres', password: new Secret(adminPassword), name, tls: false }),
    make: ['drop database if exists grafana', 'drop role if exists grafana', `create role grafana login password 'f#our "words; \`here\`'`, 'create database grafana owner grafana'],
    readOnly: { on: ['alter role grafana set default_transaction_read_only = on'], off: [], code: '25006' },
  },
  {
    type: 'mysql', engine: 'mariadb', start: startMariadb, sslMode: 'true', refused: 'ER_ACCESS_DENIED_ERROR',
    admin: (port: number, name = 'mysql') => openMysql({ type: 'mysql', dial, address: { host: '127.0.0.1', port }, user: 'lab', password: new Secret(adminPassword), name, tls: false }),
    make: ['drop database if exists grafana', "drop user if exists grafana@'127.0.0.1'", 'create database grafana', `create user grafana@'127.0.0.1' identified by 'f#our "words; \`here\`'`, "grant all on grafana.* to grafana@'127.0.0.1'"],
    readOnly: { on: ['set global read_only = on'], off: ['set global read_only = off'], code: 'read-only' },
  },
] as const;

function dial({ host, port }: { host: string; port: number }): net.Socket {
  return net.connect(port, host);
}

const outside: Pick<World, 'database'> & { clock: Pick<World['clock'], 'monotonic'>; local: Pick<World['local'], 'random'> } = {
  database: { open: (request) => (request.type === 'postgres' ? openPostgres(request) : openMysql(request)), probeTls },
  clock: { monotonic: () => performance.now() },
  local: { random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)) },
};

describe.each(engines)('a $engine seen from two nodes', (engine) => {
  let server: Server;
  let admin: DatabaseSession;
  beforeAll(async () => {
    server = await engine.start();
    admin = await engine.admin(server.port);
  });
  afterAll(async () => {
    await admin.close();
    await server.stop();
  });
  beforeEach(async () => {
    for (const statement of engine.make) await admin.query(statement);
  });

  const gather = async (change: { password?: Secret; ca?: string; host?: string; name?: string } = {}): Promise<readonly DatabasePath[]> => {
    const address = { host: change.host ?? '127.0.0.1', port: server.port };
    const database = { ...base, type: engine.type, sslMode: engine.sslMode, address, name: change.name ?? 'grafana' } as Database;
    const toServer = ({ port }: { port: number }): net.Socket => net.connect(port, '127.0.0.1');
    const paths = ['graf-a', 'graf-b'].map((name) => ({ name, dial: toServer, caBundle: change.ca ?? server.ca }));
    const found = await gatherDatabase(database, { ok: true, facts: change.password ?? password }, undefined, paths, outside);
    return ['graf-a', 'graf-b'].map((name) => found.get(name)!);
  };
  const run = async (...statements: string[]): Promise<void> => {
    const session = await engine.admin(server.port, 'grafana');
    for (const statement of statements) await session.query(statement);
    await session.close();
  };
  const tables = async (): Promise<unknown> => {
    const session = await engine.admin(server.port, 'grafana');
    const rows = await session.query(`select table_name as name from information_schema.tables where table_schema in ('public', 'grafana')`);
    await session.close();
    return rows.map(({ name }) => name);
  };

  it('is found empty and writable, and is empty afterwards', async () => {
    const found = await gather();
    expect(found).toMatchObject([{ login: { ok: true, clientAddress: '127.0.0.1' }, server: { engine: engine.engine, schema: { kind: 'empty' }, writable: { ok: true } } }, { login: { ok: true }, server: { writable: { ok: true } } }]);
    expect(found[0]?.server?.version).toMatch(/^\d+\.\d+(\.\d+)?$/);
    expect(await tables()).toEqual([]);
  });

  it('refuses a wrong password once, on one node, and shows it nowhere', async () => {
    const found = await gather({ password: new Secret('wr0ng-secret') });
    expect(found).toMatchObject([{ login: { ok: false, code: engine.refused } }, { login: { ok: false, code: 'not-tried' } }]);
    expect(JSON.stringify(found)).not.toContain('wr0ng-secret');
  });

  it('is asked no password when its certificate has another name or an unknown authority', async () => {
    expect(await gather({ host: 'other.test' })).toMatchObject([{ tls: { ok: true }, login: { code: 'not-tried' } }, { login: { code: 'not-tried' } }]);
    expect(await gather({ ca: '' })).toMatchObject([{ tls: { facts: { chainError: expect.stringMatching(/^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/) } }, login: { code: 'not-tried' } }, {}]);
  });

  it('is found holding a Grafana, whose rows are counted and left alone', async () => {
    await run(...grafanaTables(engine.type));
    const before = await tables();
    expect(await gather()).toMatchObject([{ server: { schema: { kind: 'grafana', users: 2, dashboards: 1, encryptedRows: 2 }, writable: { ok: true } } }, { server: { writable: { ok: true } } }]);
    expect(await tables()).toEqual(before);
  });

  it("is found holding somebody else's tables", async () => {
    await run('create table invoices (id int)');
    expect(await gather()).toMatchObject([{ server: { schema: { kind: 'foreign', tables: 1, example: 'invoices' } } }, {}]);
  });

  it('is found read-only', async () => {
    for (const statement of engine.readOnly.on) await admin.query(statement);
    try {
      expect(await gather()).toMatchObject([{ server: { writable: { ok: false, code: engine.readOnly.code } } }, {}]);
    } finally {
      for (const statement of engine.readOnly.off) await admin.query(statement);
    }
  });

  it('says from every node that the database does not exist', async () => {
    const code = engine.type === 'postgres' ? '3D000' : 'ER_DBACCESS_DENIED_ERROR';
    expect(await gather({ name: 'nosuch' })).toMatchObject([{ login: { ok: false, code } }, { login: { ok: false, code } }]);
  });
});

describe('a MariaDB user with too few rights', () => {
  it('is told which are missing', async () => {
    const server = await startMariadb();
    const admin = await engines[1].admin(server.port);
    for (const statement of [...engines[1].make, "revoke create, drop on grafana.* from grafana@'127.0.0.1'"]) await admin.query(statement);
    const database: Database = { ...base, type: 'mysql', sslMode: 'disable', address: { host: '127.0.0.1', port: server.port } };
    const found = await gatherDatabase(database, { ok: true, facts: password }, undefined, [{ name: 'graf-a', dial, caBundle: '' }], outside);
    await admin.close();
    await server.stop();
    expect(found.get('graf-a')?.server?.writable).toEqual({ ok: false, code: 'missing-privileges', said: 'no CREATE, DROP on grafana' });
  });
});
