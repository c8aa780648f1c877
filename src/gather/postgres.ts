import type { DatabaseServer, SchemaFacts } from '../facts/database.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { type OpenOther, readPooler } from './pooler.ts';
import { identifyPostgres, lockPostgres, serverColumns, serverOf } from './postgres-server.ts';
import { numberOf, type Row } from './row.ts';
import { askedTables, type CountDialect, leftoverTables, readSchema } from './schema.ts';

const counting: CountDialect = {
  count: (table, where = 'true') => `(select count(*)::int from "${table}" where ${where})`, isDashboard: 'not is_folder', isFailed: 'not success',
  // Local to the transaction: a pooler would hand a setting of the session on to others.
  impatient: (question) => `begin; set local lock_timeout = '2s'; ${question}; rollback`,
};

export interface ServerReading {
  readonly server: DatabaseServer;
  readonly clientAddress: string;
}

const overview = `
select current_setting('server_version') as version,
       coalesce(host(inet_client_addr()), '') as client,
       pg_backend_pid() as pid,
       count(c.oid)::int as tables,
       count(c.oid) filter (where not pg_has_role(current_user, c.relowner, 'USAGE'))::int as foreign_owned,
       min(c.relname) filter (where not pg_has_role(current_user, c.relowner, 'USAGE')) as foreign_owned_example,
       min(c.relname) as example,
       coalesce(string_agg(c.relname, ' ') filter (where c.relname in (${askedTables})), '') as known,
       coalesce(string_agg(c.relname, ' ') filter (where c.relname in (${leftoverTables})), '') as leftovers,
       ${serverColumns}
from (select 1) as one
left join pg_class c on c.relkind in ('r', 'p') and c.relnamespace = (select oid from pg_namespace where nspname = current_schema())`;

/** Asks a PostgreSQL what it is, what lies in the schema and whether this role can write; leaves nothing behind. `key`: of our own, for a lock. */
export async function readPostgres(session: DatabaseSession, key: number, openOther: OpenOther): Promise<ServerReading> {
  const [row = {}] = await session.query(overview);
  const pooler = await readPooler(session, numberOf(row, 'pid'), openOther);
  const lock = pooler?.mode === 'transaction' ? undefined : await lockPostgres(session, key);
  const server: DatabaseServer = {
    engine: 'postgres',
    // "16.4 (Debian 16.4-1)": the packager's words say nothing here.
    version: String(row['version']).split(' ')[0] ?? '',
    schema: await readCounted(session, row),
    writable: await provePostgres(session, row),
    ...serverOf(row),
    ...(await identifyPostgres(session)),
    ...(pooler === undefined ? {} : { pooler }),
    ...(lock === undefined ? {} : { lock }),
  };
  return { clientAddress: String(row['client']), server };
}

/** A question that failed leaves a transaction behind. */
async function readCounted(session: DatabaseSession, row: Row): Promise<SchemaFacts> {
  const schema = await readSchema(session, row, counting);
  if (schema.kind === 'unreadable') await session.query('rollback');
  return schema;
}

/** One round trip: the failure of a statement rolls everything back, and so does the end. */
async function provePostgres(session: DatabaseSession, row: Row): Promise<DatabaseServer['writable']> {
  const others = Number(row['foreign_owned']);
  if (others > 0 && String(row['known']).includes('migration_log')) {
    return { ok: false, code: 'not-owner', said: `${others} tables belong to another role, such as ${String(row['foreign_owned_example'])}` };
  }
  try {
    await session.query('begin; create table grafana_ha_probe (id int); insert into grafana_ha_probe values (1); alter table grafana_ha_probe add note text; rollback');
    return { ok: true, how: 'a table made, filled and altered in a transaction that was rolled back' };
  } catch (error) {
    await session.query('rollback').catch(() => []);
    return { ok: false, ...codeAndWords(error) };
  }
}
