import { existsSync, readFileSync } from 'node:fs';
import { checkServerIdentity } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { crc32 } from 'node:zlib';
import pg from 'pg';
import { postgresDsn, readPostgresDsn } from './postgres-dsn.ts';
import type { Settings } from './settings.ts';
import { systemWords } from './settings.ts';
import { dialError, splitAddress } from './store.ts';
import type { Store } from './store.ts';

/** Logs in to PostgreSQL as Grafana's lib/pq would; rejects in its words. */
export async function openPostgres(settings: Settings): Promise<Store> {
  const { host, port } = splitAddress(settings.get('database', 'host'), 5432);
  const options = readPostgresDsn(postgresDsn(settings, host, port));
  const name = /dbname=(\w+)/.exec(postgresDsn(settings, host, port))?.[1];
  const inDriverWords = (error: unknown) => driverError(error, host, port);
  const pool = new pg.Pool({
    host, port, user: options.get('user'), password: options.get('password') ?? '', database: options.get('dbname'),
    ssl: tlsOptions(options, host), max: Number(settings.get('database', 'max_open_conn')) || 10, connectionTimeoutMillis: 30_000,
  });
  pool.on('error', () => {}); // an idle session was ended; the next query says so
  const query: Store['query'] = (sql, values) => run(pool, sql, values).catch((error: unknown) => Promise.reject(inDriverWords(error)));
  await query('select 1');
  return {
    dialect: 'postgres', query, inDriverWords,
    locked: async (work) => {
      if (name === undefined) throw new Error('failed to get database name');
      const key = (BigInt(crc32(name)) * 1486364155n) & 0xffffffffn; // GenerateAdvisoryLockId of pkg/util/xorm
      const client = await pool.connect();
      try {
        const [row] = await run(client, 'select pg_try_advisory_lock(?) as got', [String(key)]);
        if (row?.['got'] !== true) throw new Error('failed to obtain lock');
        const result = await work((sql, values) => run(client, sql, values).catch((error: unknown) => Promise.reject(inDriverWords(error))));
        await run(client, 'select pg_advisory_unlock(?)', [String(key)]);
        return result;
      } finally {
        client.release(true);
      }
    },
    close: () => pool.end(),
  };
}

async function run(client: pg.Pool | pg.PoolClient, sql: string, values: readonly unknown[] = []): ReturnType<Store['query']> {
  let number = 0;
  return (await client.query<Record<string, unknown>>(sql.replace(/\?/g, () => `$${(number += 1)}`), [...values])).rows;
}

function tlsOptions(options: ReadonlyMap<string, string>, host: string): ConnectionOptions | false {
  const mode = options.get('sslmode') || 'require';
  if (!['disable', 'require', 'verify-ca', 'verify-full'].includes(mode)) {
    throw new Error(`pq: unsupported sslmode ${JSON.stringify(mode)}; only "require" (default), "verify-full", "verify-ca", and "disable" supported`);
  }
  if (mode === 'disable') return false;
  const rootPath = options.get('sslrootcert') ?? '';
  const client = { cert: fileOf(options.get('sslcert')), key: fileOf(options.get('sslkey')) };
  if (mode === 'require' && !existsSync(rootPath)) return { ...client, rejectUnauthorized: false };
  const roots = fileOf(rootPath) ?? (existsSync(systemBundle) ? fileOf(systemBundle) : undefined);
  return { ...client, ca: roots, checkServerIdentity: (_, certificate) => (mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined) };
}

const systemBundle = '/etc/ssl/certs/ca-certificates.crt'; // Go's, on Debian; Node would take its own

function fileOf(path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`open ${path}: ${systemWords((error as NodeJS.ErrnoException).code ?? 'EIO')}`);
  }
}

function driverError(error: unknown, host: string, port: number): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.message === 'The server does not support SSL connections') return new Error('pq: SSL is not enabled on the server');
  if (error instanceof pg.DatabaseError) return new Error(`pq: ${error.message}`);
  return dialError(error, host, port) ?? error;
}
