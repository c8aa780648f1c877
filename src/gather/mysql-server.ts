import type { ConnectionLimits, DatabaseServer, ReadOnly } from '../facts/database.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { numberOf, type Row, textOf, wordsOf } from './row.ts';

/** Apart from the tables: MariaDB 10.11 says read_only = 0 in a query that also reads information_schema (observed). */
export const serverQuery = 'select version() as version, user() as client, @@read_only as read_only, @@innodb_read_only as innodb_read_only, @@session.max_user_connections as user_limit';

const asked = [
  'hostname', 'port', 'datadir', 'server_uuid', 'server_uid', 'super_read_only', 'max_connections', 'wait_timeout', 'sql_mode',
  'sql_require_primary_key', 'innodb_force_primary_key', 'sql_generate_invisible_primary_key', 'innodb_default_row_format', 'innodb_large_prefix', 'default_storage_engine',
  'wsrep_on', 'wsrep_cluster_name', 'pxc_strict_mode', 'group_replication_group_name', 'group_replication_single_primary_mode', 'aurora_version',
];

/** A variable that this server does not know is not in the answer. */
export const variablesQuery = `show global variables where variable_name in (${asked.map((name) => `'${name}'`).join(', ')})`;

/** Character sets and collations: of the database, and of Grafana's tables, which have one unless somebody made some otherwise. */
export const collationColumns = `(select default_character_set_name from information_schema.schemata where schema_name = database()) as charset,
       group_concat(distinct table_collation order by table_collation separator ' ') as collations`;

/** A statement on tables that runs now, by this user in this database; needs no privilege for one's own. */
export const migratingColumn = `(select min(left(info, 60)) from information_schema.processlist where db = database() and id <> connection_id() and info regexp '^[[:space:]]*(alter|create|drop|rename)[[:space:]]' and info not like '%grafana_ha_probe%') as migrating`;

export function variablesOf(rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(rows.flatMap((row) => { const name = textOf(row, 'Variable_name'); return name === undefined ? [] : [[name.toLowerCase(), String(row['Value'])] as const]; }));
}

type ServerFacts = Pick<DatabaseServer, 'identity' | 'readOnly' | 'connections' | 'idleTimeoutSeconds' | 'charset' | 'collations' | 'migrating' | 'variables'>;

/** Reads the rows of the server, of its variables and of the schema; what is not there is left out. */
export function serverOf(row: Row, variables: ReadonlyMap<string, string>, schema: Row): ServerFacts {
  const [readOnly, connections, charset, migrating, idle] = [readOnlyOf(row, variables), limitsOf(row, variables), textOf(schema, 'charset'), textOf(schema, 'migrating'), variables.get('wait_timeout')];
  return {
    variables,
    ...(variables.size === 0 ? {} : { identity: ['hostname', 'port', 'datadir', 'server_uuid', 'server_uid'].map((name) => variables.get(name) ?? '').join(' ').trim() }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(connections === undefined ? {} : { connections }),
    ...(idle === undefined ? {} : { idleTimeoutSeconds: Number(idle) }),
    ...(charset === undefined ? {} : { charset }),
    ...(schema['collations'] === undefined ? {} : { collations: wordsOf(schema, 'collations') }),
    ...(migrating === undefined ? {} : { migrating }),
  };
}

/** 0 and 1 on MySQL; MariaDB has words too, such as NO_LOCK. */
function isOff(value: unknown): boolean {
  return value === undefined || value === null || ['0', 'OFF', 'FALSE'].includes(String(value).toUpperCase());
}

function readOnlyOf(row: Row, variables: ReadonlyMap<string, string>): ReadOnly | undefined {
  // Aurora's readers are told apart by it.
  if (!isOff(row['innodb_read_only'])) return 'replica';
  return isOff(row['read_only']) && isOff(variables.get('super_read_only')) ? undefined : 'server';
}

function limitsOf(row: Row, variables: ReadonlyMap<string, string>): ConnectionLimits | undefined {
  const max = Number(variables.get('max_connections'));
  if (Number.isNaN(max)) return undefined;
  const ofRole = numberOf(row, 'user_limit') ?? 0;
  // One more than max_connections is kept for the admin, beside and not out of it.
  return { max, reserved: 0, ...(ofRole === 0 ? {} : { ofRole }) };
}

/** Takes and gives back a named lock, as migrations do, under a name of our own. */
export async function lockMysql(session: DatabaseSession, name: string): Promise<NonNullable<DatabaseServer['lock']>> {
  try {
    const [taken = {}] = await session.query(`select get_lock('${name}', 0) as done`);
    const [freed = {}] = Number(taken['done']) === 1 ? await session.query(`select release_lock('${name}') as done`) : [{}];
    if (Number(freed['done']) === 1) return { ok: true };
    return Number(taken['done']) === 1
      ? { ok: false, code: 'lost', said: 'a session lock that was taken is not held by the next statement of the same session' }
      : { ok: false, code: 'not-given', said: 'a lock that nobody holds was not given' };
  } catch (error) {
    return { ok: false, ...codeAndWords(error) };
  }
}
