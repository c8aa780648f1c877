import net from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readMysql } from '../../src/gather/mysql.ts';
import { openMysql } from '../../src/io/mysql.ts';
import type { DatabaseSession } from '../../src/world/database.ts';
import { look, password, startDatabase, type StartedDatabase } from './database-lab.ts';
import { grafanaTables } from './grafana-tables.ts';

const left = `grafana_ha_probe_${'0a'.repeat(6)}`;

describe('the scratch table in an empty MariaDB', () => {
  let server: StartedDatabase;
  beforeAll(async () => {
    server = await startDatabase('mariadb');
  });
  afterAll(() => server.folder.remove());
  beforeEach(() => server.renew());

  const tables = async (): Promise<readonly string[]> => (await server.lab.adminExec("select table_name as name from information_schema.tables where table_schema = 'grafana' order by 1")).map(({ name }) => String(name));
  const open = (): Promise<DatabaseSession> => openMysql({ type: 'mysql', dial: () => net.connect(server.lab.port, '127.0.0.1'), address: { host: '127.0.0.1', port: server.lab.port }, user: 'grafana', password, name: 'grafana', tls: false });
  const how = (seen: Awaited<ReturnType<typeof look>>): readonly unknown[] => seen.paths.map(({ server: found }) => found?.writable);
  const proven = { ok: true, how: expect.stringContaining('a scratch table') as unknown };

  it('proves that tables can be made and filled, and is not there afterwards', async () => {
    expect(how(await look('mysql', server.lab.port))).toEqual([proven, proven]);
    expect(await tables()).toEqual([]);
  });

  it('is never there between two statements, so that a session that ends after any of them leaves nothing', async () => {
    const session = await open();
    const seen: string[] = [];
    const watched: DatabaseSession = { ...session, query: async (text, values) => {
      return session.query(text, values).finally(async () => void seen.push(...await tables()));
    } };
    expect((await readMysql(watched, 'grafana', '0a'.repeat(6))).server.writable).toEqual(proven);
    expect(seen).toEqual([]);
    await session.close();
  });

  it('is taken back by the server when the session is killed in the midst of the statement', async () => {
    // The statement of the proof, made slow: a lock that it waits for between making the table and filling it.
    const [holder, session] = [await open(), await open()];
    await holder.query("select get_lock('slow', 0)");
    const [{ id } = {}] = await session.query('select connection_id() as id');
    let making: Promise<unknown> | undefined;
    const slow: DatabaseSession = { ...session, query: (text, values) => {
      if (!text.startsWith('create table')) return session.query(text, values);
      const statement = session.query(text.replace(/union all select 1$/, "union all select get_lock('slow', 60)"), values);
      making = statement;
      return statement;
    } };
    const reading = readMysql(slow, 'grafana', '0a'.repeat(6)).catch((error: unknown) => error);
    await expect.poll(tables, { timeout: 20_000 }).toEqual([left]);
    await server.lab.adminExec(`kill ${Number(id)}`);
    await expect(making).rejects.toThrow();
    await reading;
    await expect.poll(tables).toEqual([]);
    await Promise.all([holder, session].map((one) => one.close()));
  });

  it('that a server without power kept is removed by the next look, and no other table is', async () => {
    await server.lab.adminExec(`create table ${left} (id int)`, 'grafana');
    await server.lab.adminExec('create table grafana_ha_probe_mine (id int)', 'grafana');
    expect(how(await look('mysql', server.lab.port))).toEqual([proven, proven]);
    expect(await tables()).toEqual(['grafana_ha_probe_mine']);
  });

  it('is left where it is beside a Grafana: nothing is written there', async () => {
    for (const statement of grafanaTables('mysql')) await server.lab.adminExec(statement, 'grafana');
    await server.lab.adminExec(`create table ${left} (id int)`, 'grafana');
    expect(how(await look('mysql', server.lab.port))).toEqual([{ ok: true, how: 'by its grants' }, { ok: true, how: 'by its grants' }]);
    expect(await tables()).toContain(left);
  });

  it('is made with what a role gives, and tells what it does not give', async () => {
    const grant = async (privileges: string) => {
      for (const statement of ["revoke all privileges, grant option from grafana@'%'", 'create or replace role painter', `grant ${privileges} on grafana.* to painter`, "grant painter to grafana@'%'", "set default role painter for grafana@'%'"]) {
        await server.lab.adminExec(statement);
      }
    };
    await grant('all');
    expect(how(await look('mysql', server.lab.port))).toEqual([proven, proven]);
    await grant('select, insert, create');
    expect(how(await look('mysql', server.lab.port))).toMatchObject([{ ok: false, code: 'ER_TABLEACCESS_DENIED_ERROR' }, { ok: false }]);
    expect(await tables()).toEqual([]);
  });
});
