import type { ConnectionLimits, DatabaseServer, ReadOnly } from '../facts/database.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { numberOf, type Row, textOf } from './row.ts';

/** Columns in which a PostgreSQL says what it is, beside those of the schema. */
export const serverColumns = `
       pg_is_in_recovery() as replica,
       (select setting from pg_settings where name = 'default_transaction_read_only') as default_read_only,
       (select source from pg_settings where name = 'default_transaction_read_only') as read_only_source,
       current_setting('max_connections') as max_connections,
       current_setting('superuser_reserved_connections') as superuser_reserved,
       current_setting('reserved_connections', true) as reserved,
       (select rolconnlimit from pg_roles where rolname = current_user) as role_limit,
       (select datconnlimit from pg_database where datname = current_database()) as database_limit,
       (select pg_encoding_to_char(encoding) from pg_database where datname = current_database()) as charset,
       (select setting from pg_settings where name = 'idle_session_timeout') as idle_ms,
       (select min(left(query, 60)) from pg_stat_activity where usename = current_user and datname = current_database() and pid <> pg_backend_pid()
          and state = 'active' and application_name <> 'grafana-ha' and query ~* '^\\s*(alter|create|drop|rename)\\s') as migrating,
       (select count(*) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and l.granted and a.datname = current_database() and a.pid <> pg_backend_pid() and a.application_name <> 'grafana-ha') as locks`;

type ServerFacts = Pick<DatabaseServer, 'identity' | 'readOnly' | 'connections' | 'idleTimeoutSeconds' | 'charset' | 'migrating'>;

/** Reads the columns of `serverColumns`; what is not there is left out. */
export function serverOf(row: Row): ServerFacts {
  const [readOnly, connections, idle, charset] = [readOnlyOf(row), limitsOf(row), numberOf(row, 'idle_ms'), textOf(row, 'charset')];
  const migrating = textOf(row, 'migrating') ?? ((numberOf(row, 'locks') ?? 0) > 0 ? 'the migration lock' : undefined);
  return {
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(connections === undefined ? {} : { connections }),
    ...(idle === undefined ? {} : { idleTimeoutSeconds: idle / 1000 }),
    ...(charset === undefined ? {} : { charset }),
    ...(migrating === undefined ? {} : { migrating }),
  };
}

function readOnlyOf(row: Row): ReadOnly | undefined {
  if (row['replica'] === true) return 'replica';
  if (row['default_read_only'] !== 'on') return undefined;
  const source = textOf(row, 'read_only_source') ?? '';
  if (source.includes('user')) return 'role';
  return source === 'database' ? 'database' : 'server';
}

function limitsOf(row: Row): ConnectionLimits | undefined {
  const max = numberOf(row, 'max_connections');
  if (max === undefined) return undefined;
  // -1: no limit
  const limit = (name: string): number | undefined => { const value = numberOf(row, name) ?? -1; return value < 0 ? undefined : value; };
  const [ofRole, ofDatabase] = [limit('role_limit'), limit('database_limit')];
  return {
    max, reserved: (numberOf(row, 'superuser_reserved') ?? 0) + (numberOf(row, 'reserved') ?? 0),
    ...(ofRole === undefined ? {} : { ofRole }), ...(ofDatabase === undefined ? {} : { ofDatabase }),
  };
}

/** Tells this database from any other; a server that keeps it to itself says nothing. */
export async function identifyPostgres(session: DatabaseSession): Promise<Pick<DatabaseServer, 'identity'>> {
  const [row = {}] = await session.query('select system_identifier::text as system, (select oid::text from pg_database where datname = current_database()) as database from pg_control_system()').catch(() => []);
  const system = textOf(row, 'system');
  return system === undefined ? {} : { identity: `${system}/${textOf(row, 'database') ?? ''}` };
}

/** Takes and gives back an advisory lock, as migrations do, under a key of our own: two transactions, one session. `key`: a number that nobody else takes. */
export async function lockPostgres(session: DatabaseSession, key: number): Promise<NonNullable<DatabaseServer['lock']>> {
  try {
    const [taken = {}] = await session.query(`select pg_try_advisory_lock(${key}) as done`);
    const [freed = {}] = taken['done'] === true ? await session.query(`select pg_advisory_unlock(${key}) as done`) : [{}];
    if (freed['done'] === true) return { ok: true };
    return taken['done'] === true
      ? { ok: false, code: 'lost', said: 'a session lock that was taken is not held by the next statement of the same session' }
      : { ok: false, code: 'not-given', said: 'a lock that nobody holds was not given' };
  } catch (error) {
    return { ok: false, ...codeAndWords(error) };
  }
}
