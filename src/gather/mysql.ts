import type { DatabaseServer, SchemaFacts } from '../facts/database.ts';
import { readGrants } from '../grafana/mysql-grants.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { collationColumns, lockMysql, migratingColumn, serverOf, serverQuery, variablesOf, variablesQuery } from './mysql-server.ts';
import type { ServerReading } from './postgres.ts';
import { askedTables, type CountDialect, leftoverTables, readSchema } from './schema.ts';

const counting: CountDialect = { count: (table, where = '1 = 1') => `(select count(*) from \`${table}\` where ${where})`, isDashboard: 'is_folder = 0', isFailed: 'success = 0', impatient: (question) => question };

/** Scratch tables carry this name and 12 hex digits, so that one node's proof is no foreign table to another's. */
const scratch = 'grafana_ha_probe_';

const tablesQuery = `
select count(*) as tables, min(table_name) as example,
       coalesce(group_concat(case when table_name in (${askedTables}) then table_name end separator ' '), '') as known,
       coalesce(group_concat(case when table_name in (${leftoverTables}) then table_name end separator ' '), '') as leftovers,
       ${collationColumns},
       ${migratingColumn}
from information_schema.tables where table_schema = database() and left(table_name, ${scratch.length}) <> '${scratch}'`;

/** Asks a MySQL or MariaDB what it is, what lies in the schema and whether this user can write. `suffix`: 12 hex digits of our own for the scratch table and the lock. */
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
      writable: server.readOnly === undefined ? await proveMysql(session, schema, database, { table: `${scratch}${suffix}`, isGalera: variables.get('wsrep_on') === 'ON' }) : readOnly,
      ...server,
      lock: await lockMysql(session, `${scratch}${suffix}`),
    },
  };
}

const readOnly: DatabaseServer['writable'] = { ok: false, code: 'read-only', said: 'the server is read-only: a replica, or a writer after a failover' };

async function proveMysql(session: DatabaseSession, schema: SchemaFacts, database: string, { table, isGalera }: { readonly table: string; readonly isGalera: boolean }): Promise<DatabaseServer['writable']> {
  const grants = (await session.query('show grants')).map((grant) => String(Object.values(grant)[0]));
  const { missing, hasRole } = readGrants(grants, database);
  if (missing.length > 0 && !hasRole) return { ok: false, code: 'missing-privileges', said: `no ${missing.join(', ')} on ${database}` };
  try {
    // The grants do not tell what a role gives: this asks for the right to drop, though there is nothing to drop.
    if (schema.kind === 'empty' && missing.length > 0) await session.query(`drop table if exists ${table}`);
    // Galera has no CREATE TABLE … SELECT that it takes back everywhere (Percona's refuses it: pxc_strict_mode).
    if (schema.kind === 'empty' && !isGalera && (await proveByScratchTable(session, table))) return { ok: true, how: 'a scratch table made, filled and taken back by one statement in the empty schema' };
    if (missing.length === 0) return { ok: true, how: 'by its grants' };
    if (schema.kind === 'empty') return { ok: true, how: 'by its grants; what a role grants beyond that was not proven' };
    await session.query('update migration_log set success = success where 1 = 0');
    return { ok: true, how: 'an update of no rows; what a role grants beyond that was not proven' };
  } catch (error) {
    return { ok: false, ...codeAndWords(error) };
  }
}

/**
 * Makes and fills a table in a statement that fails in the end, so that the server itself takes the table back, whatever becomes of
 * us meanwhile, and replicas never hear of it ("If the CREATE TABLE ... SELECT statement fails, nothing is logged", MySQL 8.0 manual,
 * 19.5.1.7). False: this server does not do it in one (MySQL before 8.0.21 with GTIDs).
 */
async function proveByScratchTable(session: DatabaseSession, table: string): Promise<boolean> {
  await removeLeft(session);
  try {
    await session.query(`create table ${table} (id int primary key) select 1 as id union all select 1`);
  } catch (error) {
    const { code } = codeAndWords(error);
    if (code === 'ER_DUP_ENTRY') return true;
    if (code === 'ER_GTID_UNSAFE_CREATE_SELECT') return false;
    throw error;
  }
  throw new Error(`${table} took the same key twice`);
}

/** A server that lost its power in that statement may keep a table (MySQL 5.7, MariaDB before 10.6). */
async function removeLeft(session: DatabaseSession): Promise<void> {
  const left = await session.query(`select table_name as name from information_schema.tables where table_schema = database() and table_name regexp '^${scratch}[0-9a-f]{12}$'`);
  // Another node's, in this very moment, is locked and soon gone by itself.
  if (left.length > 0) await session.query(`drop table if exists ${left.map(({ name }) => String(name)).join(', ')}`).catch(() => []);
}
