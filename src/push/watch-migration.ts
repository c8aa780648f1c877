import type { Database } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import type { Shown } from '../gather/client-certificate.ts';
import { codeAndWords, isRefusal } from '../gather/database-words.ts';
import { requestTls } from '../gather/database.ts';
import type { DatabaseSession } from '../world/database.ts';
import type { NodeConnection, World } from '../world.ts';

/** What a database shows of a Grafana that is starting on it. */
export interface MigrationView {
  /** Rows of migration_log. */
  readonly performed: number;
  /** Whether somebody holds the lock that migrations take. */
  readonly locked: boolean;
}

export interface MigrationWatch extends AsyncDisposable {
  /** Looks once more; undefined: nothing can be seen. */
  look(): Promise<MigrationView | undefined>;
}

/** Opens a watch over one node's connection; logs in when it is first looked at. */
export type WatchMigration = (node: { readonly name: string; readonly connection: NodeConnection }) => MigrationWatch;

export interface MigrationInput {
  readonly database: Database;
  readonly password: Secret;
  /** PEM to trust, by node. */
  readonly ca: (node: string) => string;
  /** What is shown to a server that asks for a certificate. */
  readonly client?: Shown;
}

/** Grafana's lock: crc32 of the database's name times a salt, cut to 32 bits (GenerateAdvisoryLockId of pkg/util/xorm). */
const lockQueries = {
  postgres: "select exists (select 1 from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())) as locked",
  mysql: 'select is_used_lock(cast(crc32(database()) * 1486364155 % 4294967296 as char)) is not null as locked',
} as const;

const noTable = ['42P01', 'ER_NO_SUCH_TABLE'];

/** Follows migrations in the database itself, reading only. A login that is refused is not tried again. */
export function migrationWatch({ database, password, ca, client }: MigrationInput, world: Pick<World, 'database'>): WatchMigration {
  return ({ name, connection }) => {
    let session: DatabaseSession | undefined;
    let closed = false;
    const drop = async (): Promise<void> => {
      await session?.close().catch(() => {});
      session = undefined;
    };
    return {
      look: async () => {
        if (closed) return undefined;
        try {
          session ??= await world.database.open({
            type: database.type, dial: connection.dial, address: database.address, user: database.user, password, name: database.name,
            tls: requestTls(database, ca(name), client), timeoutMs: 10_000,
          });
          return await view(session, database.type);
        } catch (error) {
          await drop();
          // A connection that ends in the middle has no code of the server's.
          closed ||= error instanceof Error && 'code' in error && isRefusal(codeAndWords(error));
          return undefined;
        }
      },
      [Symbol.asyncDispose]: async () => {
        closed = true;
        await drop();
      },
    };
  };
}

async function view(session: DatabaseSession, type: Database['type']): Promise<MigrationView> {
  const [lock] = await session.query(lockQueries[type]);
  const [row] = await session.query('select count(*) as performed from migration_log').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && noTable.includes(String(error.code))) return [{ performed: 0 }];
    throw error;
  });
  return { performed: Number(row?.['performed'] ?? 0), locked: [true, 1, '1'].includes(lock?.['locked'] as boolean | number | string) };
}
