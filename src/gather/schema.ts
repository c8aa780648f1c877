import type { SchemaFacts } from '../facts.ts';
import type { DatabaseSession } from '../world.ts';
import { codeAndWords } from './database-words.ts';

/** How an engine writes what we count. */
export interface CountDialect {
  /** A count as a number, in brackets; without `where`, of all rows. */
  readonly count: (table: string, where?: string) => string;
  /** What a dashboard is and a folder is not. */
  readonly isDashboard: string;
}

/** What lies in the schema; `row` holds `tables`, `known` (Grafana's tables that are there) and `example`. */
export async function readSchema(session: DatabaseSession, row: Readonly<Record<string, unknown>>, dialect: CountDialect): Promise<SchemaFacts> {
  if (Number(row['tables']) === 0) return { kind: 'empty' };
  const known = String(row['known']).split(' ');
  if (!known.includes('migration_log')) return { kind: 'foreign', tables: Number(row['tables']), example: String(row['example']) };
  const count = (table: string, where?: string): string => (known.includes(table) ? dialect.count(table, where) : '0');
  try {
    const [counts = {}] = await session.query(`
      select ${count('user')} as users, ${count('dashboard', dialect.isDashboard)} as dashboards,
             ${count('data_keys')} + ${count('secrets')} + ${count('data_source', `coalesce(secure_json_data, '') not in ('', '{}', 'null')`)} as encrypted,
             ${count('secret_data_key')} as managed`);
    return { kind: 'grafana', users: Number(counts['users']), dashboards: Number(counts['dashboards']), encryptedRows: Number(counts['encrypted']), secretsManagerRows: Number(counts['managed']) };
  } catch (error) {
    return { kind: 'unreadable', ...codeAndWords(error) };
  }
}
