import type { DatabaseServer } from '../facts.ts';
import type { DatabaseSession } from '../world.ts';
import { codeAndWords } from './database-words.ts';
import { type CountDialect, readSchema } from './schema.ts';

const counting: CountDialect = { count: (table, where = 'true') => `(select count(*)::int from "${table}" where ${where})`, isDashboard: 'not is_folder' };

type Row = Readonly<Record<string, unknown>>;

export interface ServerReading {
  readonly server: DatabaseServer;
  readonly clientAddress: string;
}

const overview = `
select current_setting('server_version') as version,
       coalesce(host(inet_client_addr()), '') as client,
       count(c.oid)::int as tables,
       count(c.oid) filter (where not pg_has_role(current_user, c.relowner, 'USAGE'))::int as foreign_owned,
       min(c.relname) filter (where not pg_has_role(current_user, c.relowner, 'USAGE')) as foreign_owned_example,
       min(c.relname) as example,
       coalesce(string_agg(c.relname, ' ') filter (where c.relname in ('migration_log', 'user', 'dashboard', 'data_keys', 'secrets', 'data_source', 'secret_data_key')), '') as known
from (select 1) as one
left join pg_class c on c.relkind in ('r', 'p') and c.relnamespace = (select oid from pg_namespace where nspname = current_schema())`;

/** Asks a PostgreSQL what it is, what lies in the schema and whether this role can write; leaves nothing behind. */
export async function readPostgres(session: DatabaseSession): Promise<ServerReading> {
  const [row = {}] = await session.query(overview);
  const writable = await provePostgres(session, row);
  return {
    clientAddress: String(row['client']),
    server: {
      engine: 'postgres',
      // "16.4 (Debian 16.4-1)": the packager's words say nothing here.
      version: String(row['version']).split(' ')[0] ?? '',
      schema: await readSchema(session, row, counting),
      writable,
    },
  };
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
