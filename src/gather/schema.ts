import type { MigrationFacts, SchemaFacts } from '../facts/database.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { numberOf, type Row, textOf, wordsOf } from './row.ts';

/** How an engine writes what we count. */
export interface CountDialect {
  /** A count as a number, in brackets; without `where`, of all rows. */
  readonly count: (table: string, where?: string) => string;
  /** What a dashboard is and a folder is not. */
  readonly isDashboard: string;
  /** Of a row of a migration log. */
  readonly isFailed: string;
  /** The question so that it waits no more than seconds for a table that a migration changes. */
  readonly impatient: (question: string) => string;
}

/** Grafana's tables that are asked about, as a list of SQL. */
export const askedTables = ['migration_log', 'user', 'dashboard', 'data_keys', 'secrets', 'data_source', 'secret_data_key', 'resource', 'unifiedstorage_migration_log', 'signing_key'].map((name) => `'${name}'`).join(', ');

/** What migrations rename a table to, copy and drop in the end, as a list of SQL (migration_log of 12.2, all statements with RENAME TO). */
export const leftoverTables = [
  'user_v1', 'dashboard_v1', 'data_source_v1', 'api_key_v1', 'alert_rule_tag_v1', 'annotation_tag_v2',
  ...['temp_user', 'dashboard_provisioning', 'login_attempt', 'correlation', 'cloud_migration_session', 'cloud_migration_snapshot'].map((name) => `${name}_tmp_qwerty`),
].map((name) => `'${name}'`).join(', ');

/** What lies in the schema; `row` holds `tables`, `known` (Grafana's tables that are there), `leftovers` and `example`. */
export async function readSchema(session: DatabaseSession, row: Row, dialect: CountDialect): Promise<SchemaFacts> {
  if (Number(row['tables']) === 0) return { kind: 'empty' };
  const known = wordsOf(row, 'known');
  if (!known.includes('migration_log')) return { kind: 'foreign', tables: Number(row['tables']), example: String(row['example']) };
  const count = (table: string, where?: string): string => (known.includes(table) ? dialect.count(table, where) : '0');
  try {
    const [counts = {}] = await session.query(dialect.impatient(`
      select ${count('user')} as users, ${count('dashboard', dialect.isDashboard)} as dashboards, ${count('dashboard', `not (${dialect.isDashboard})`)} as folders,
             ${count('data_keys')} + ${count('secrets')} + ${count('data_source', `coalesce(secure_json_data, '') not in ('', '{}', 'null')`)} as encrypted,
             ${count('secret_data_key')} as managed,
             ${dialect.count('migration_log', `not (${dialect.isFailed})`)} as migrated,
             ${dialect.count('migration_log', unfinished('migration_log', dialect))} as failed,
             (select min(migration_id) from migration_log where ${unfinished('migration_log', dialect)}) as failed_example,
             ${count('resource', "resource = 'dashboards'")} as unified_dashboards, ${count('resource', "resource = 'folders'")} as unified_folders,
             ${count('unifiedstorage_migration_log', `migration_id like '%folders%' and not (${dialect.isFailed})`)} as moved,
             ${count('unifiedstorage_migration_log', unfinished('unifiedstorage_migration_log', dialect))} as unified_failed`));
    return {
      kind: 'grafana', users: Number(counts['users']), dashboards: Number(counts['dashboards']), encryptedRows: Number(counts['encrypted']), secretsManagerRows: Number(counts['managed']),
      ...(known.includes('signing_key') ? { signs: true } : {}),
      migrations: migrationsOf(counts, known, wordsOf(row, 'leftovers')),
    };
  } catch (error) {
    return { kind: 'unreadable', ...codeAndWords(error) };
  }
}

/** A migration that failed is tried again at the next start, and logged again. */
function unfinished(table: string, { isFailed }: CountDialect): string {
  return `${isFailed} and migration_id not in (select migration_id from ${table} where not (${isFailed}))`;
}

function migrationsOf(counts: Row, known: readonly string[], leftovers: readonly string[]): MigrationFacts {
  const failedExample = textOf(counts, 'failed_example');
  return {
    count: numberOf(counts, 'migrated') ?? 0,
    failed: numberOf(counts, 'failed') ?? 0,
    ...(failedExample === undefined ? {} : { failedExample }),
    leftovers,
    folders: numberOf(counts, 'folders') ?? 0,
    ...(known.includes('resource') ? {
      unified: {
        dashboards: numberOf(counts, 'unified_dashboards') ?? 0, folders: numberOf(counts, 'unified_folders') ?? 0,
        moved: (numberOf(counts, 'moved') ?? 0) > 0, failed: numberOf(counts, 'unified_failed') ?? 0,
      },
    } : {}),
  };
}
