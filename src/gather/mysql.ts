import type { DatabaseServer, SchemaFacts } from '../facts.ts';
import { readGrants } from '../grafana/mysql-grants.ts';
import type { DatabaseSession } from '../world.ts';
import { codeAndWords } from './database-words.ts';
import type { ServerReading } from './postgres.ts';
import { type CountDialect, readSchema } from './schema.ts';

const counting: CountDialect = { count: (table, where = '1 = 1') => `(select count(*) from \`${table}\` where ${where})`, isDashboard: 'is_folder = 0' };

type Row = Readonly<Record<string, unknown>>;

/** Scratch tables carry this name, so that one node's proof is no foreign table to another's. */
const scratch = 'grafana_ha_probe_';

/** Apart from the tables: MariaDB 10.11 says read_only = 0 in a query that also reads information_schema (observed). */
const serverQuery = 'select version() as version, user() as client, @@read_only as read_only, @@innodb_read_only as innodb_read_only';

const tablesQuery = `
select count(*) as tables, min(table_name) as example,
       coalesce(group_concat(case when table_name in ('migration_log', 'user', 'dashboard', 'data_keys', 'secrets', 'data_source', 'secret_data_key') then table_name end separator ' '), '') as known
from information_schema.tables where table_schema = database() and left(table_name, ${scratch.length}) <> '${scratch}'`;

/** Asks a MySQL or MariaDB what it is, what lies in the schema and whether this user can write. `suffix`: letters and digits of our own for the scratch table. */
export async function readMysql(session: DatabaseSession, database: string, suffix: string): Promise<ServerReading> {
  const [row = {}] = await session.query(serverQuery);
  const [tables = {}] = await session.query(tablesQuery);
  const version = String(row['version']);
  const schema = await readSchema(session, tables, counting);
  return {
    // user() is name@address, and a name may hold an @.
    clientAddress: String(row['client']).replace(/^.*@/, ''),
    server: {
      engine: /mariadb/i.test(version) ? 'mariadb' : 'mysql',
      version: version.replace(/^5\.5\.5-/, '').split('-')[0] ?? '',
      schema,
      writable: await proveMysql(session, row, schema, database, suffix),
    },
  };
}

async function proveMysql(session: DatabaseSession, row: Row, schema: SchemaFacts, database: string, suffix: string): Promise<DatabaseServer['writable']> {
  // 0 and 1 on MySQL; MariaDB has words too, such as NO_LOCK.
  const isOff = (name: string): boolean => ['0', 'OFF'].includes(String(row[name]).toUpperCase());
  if (!isOff('read_only') || !isOff('innodb_read_only')) return { ok: false, code: 'read-only', said: 'the server is read-only: a replica, or a writer after a failover' };
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
