import type { DatabaseServer, SchemaFacts } from '../facts/database.ts';
import { readGrants } from '../grafana/mysql-grants.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { collationColumns, lockMysql, migratingColumn, serverOf, serverQuery, variablesOf, variablesQuery } from './mysql-server.ts';
import type { ServerReading } from './postgres.ts';
import { askedTables, type CountDialect, leftoverTables, readSchema } from './schema.ts';

const counting: CountDialect = { count: (table, where = '1 = 1') => `(select count(*) from \`${table}\` where ${where})`, isDashboard: 'is_folder = 0', isFailed: 'success = 0', impatient: (question) => question };

/** Scratch tables carry this name, so that one node's proof is no foreign table to another's. */
const scratch = 'grafana_ha_probe_';

const tablesQuery = `
select count(*) as tables, min(table_name) as example,
       coalesce(group_concat(case when table_name in (${askedTables}) then table_name end separator ' '), '') as known,
       coalesce(group_concat(case when table_name in (${leftoverTables}) then table_name end separator ' '), '') as leftovers,
       ${collationColumns},
       ${migratingColumn}
from information_schema.tables where table_schema = database() and left(table_name, ${scratch.length}) <> '${scratch}'`;

/** Asks a MySQL or MariaDB what it is, what lies in the schema and whether this user can write. `suffix`: letters and digits of our own for the scratch table and the lock. */
export async function readMysql(session: DatabaseSession, database: string, suffix: string): Promise<ServerReading> {
  // A migration that waits for a table lets nobody read it.
  await session.query('set session lock_wait_timeout = 2');
  const [row = {}] = await session.query(serverQuery);
  const variables = variablesOf(await session.query(variablesQuery));
  const [tables = {}] = await session.query(tablesQuery);
  const version = String(row['version']);
  const schema = await readSchema(session, tables, counting);
  const server = serverOf(row, variables, tables);
  return {
    // user() is name@address, and a name may hold an @.
    clientAddress: String(row['client']).replace(/^.*@/, ''),
    server: {
      engine: /mariadb/i.test(version) ? 'mariadb' : 'mysql',
      version: version.replace(/^5\.5\.5-/, '').split('-')[0] ?? '',
      schema,
      writable: server.readOnly === undefined ? await proveMysql(session, schema, database, suffix) : readOnly,
      ...server,
      lock: await lockMysql(session, `${scratch}${suffix}`),
    },
  };
}

const readOnly: DatabaseServer['writable'] = { ok: false, code: 'read-only', said: 'the server is read-only: a replica, or a writer after a failover' };

async function proveMysql(session: DatabaseSession, schema: SchemaFacts, database: string, suffix: string): Promise<DatabaseServer['writable']> {
  const grants = (await session.query('show grants')).map((grant) => String(Object.values(grant)[0]));
  const { missing, hasRole } = readGrants(grants, database);
  if (missing.length > 0 && !hasRole) return { ok: false, code: 'missing-privileges', said: `no ${missing.join(', ')} on ${database}` };
  try {
    if (schema.kind === 'empty') return await proveByScratchTable(session, `${scratch}${suffix}`);
    if (missing.length === 0) return { ok: true, how: 'by its grants' };
    await session.query('update migration_log set success = success where 1 = 0');
    return { ok: true, how: 'an update of no rows; what a role grants beyond that was not proven' };
  } catch (error) {
    return { ok: false, ...codeAndWords(error) };
  }
}

async function proveByScratchTable(session: DatabaseSession, table: string): Promise<DatabaseServer['writable']> {
  await session.query(`create table ${table} (id int primary key)`);
  try {
    await session.query(`insert into ${table} values (1)`);
  } finally {
    await session.query(`drop table ${table}`);
  }
  return { ok: true, how: 'a scratch table made, filled and dropped in the empty schema' };
}
