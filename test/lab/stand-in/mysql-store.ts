import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { crc32 } from 'node:zlib';
import mysql from 'mysql2/promise';
import type { Settings } from './settings.ts';
import { systemWords } from './settings.ts';
import { dialError, splitAddress } from './store.ts';
import type { Row, Store } from './store.ts';

/** Logs in to MySQL or MariaDB as Grafana's go-sql-driver would; rejects in its words. */
export async function openMysql(settings: Settings): Promise<Store> {
  const get = (key: string) => settings.get('database', key);
  const { host, port } = splitAddress(get('host'), 3306);
  const inDriverWords = (error: unknown) => driverError(error, host, port);
  const pool = mysql.createPool({
    stream: () => named(connect({ host, port }), get('server_cert_name') || host), host: get('server_cert_name') || host,
    user: get('user'), password: get('password'), database: get('name'), charset: 'utf8mb4_unicode_ci',
    connectionLimit: Number(get('max_open_conn')) || 10, ...tlsOptions(settings),
  });
  const query: Store['query'] = (sql, values) => run(pool, sql, values).catch((error: unknown) => Promise.reject(inDriverWords(error)));
  await query('select 1');
  return {
    dialect: 'mysql', query, inDriverWords,
    locked: async (work) => {
      const key = String((BigInt(crc32(get('name'))) * 1486364155n) & 0xffffffffn);
      const connection = await pool.getConnection();
      try {
        const [row] = await run(connection, 'select get_lock(?, ?) as got', [key, Number(get('locking_attempt_timeout_sec')) || 0]);
        if (Number(row?.['got']) !== 1) throw new Error('failed to obtain lock');
        const result = await work((sql, values) => run(connection, sql, values).catch((error: unknown) => Promise.reject(inDriverWords(error))));
        await run(connection, 'select release_lock(?)', [key]);
        return result;
      } finally {
        connection.destroy();
      }
    },
    close: () => pool.end(),
  };
}

/** Node compares the certificate with the socket's `_host` where no SNI may be sent, that is for IP addresses. */
function named(socket: Socket, serverName: string): Socket {
  return Object.assign(socket, { _host: serverName });
}

async function run(client: mysql.Pool | mysql.PoolConnection, sql: string, values: readonly unknown[] = []): ReturnType<Store['query']> {
  const [rows] = await client.query(sql.replaceAll('"', '`'), [...values]);
  return Array.isArray(rows) ? (rows as readonly Row[]) : [];
}

/** Every ssl_mode but `true` and `skip-verify` is plaintext, silently. */
function tlsOptions(settings: Settings): Pick<mysql.PoolOptions, 'ssl'> {
  const mode = settings.get('database', 'ssl_mode');
  if (mode !== 'true' && mode !== 'skip-verify') return {};
  const caPath = settings.get('database', 'ca_cert_path');
  const serverName = settings.get('database', 'server_cert_name');
  let ca: string;
  try {
    ca = readFileSync(caPath, 'utf8');
  } catch (error) {
    throw new Error(`failed to connect to database: could not read DB CA Cert path ${JSON.stringify(caPath)}: open ${caPath}: ${systemWords((error as NodeJS.ErrnoException).code ?? 'EIO')}`);
  }
  if (mode === 'skip-verify') return { ssl: { ca, rejectUnauthorized: false } };
  if (serverName === '') throw new Error('failed to connect to database: server_cert_name is missing. Consider using ssl_mode=skip-verify');
  return { ssl: { ca, verifyIdentity: true } };
}

function driverError(error: unknown, host: string, port: number): Error {
  const { errno, sqlState, sqlMessage, code, message } = error as mysql.QueryError & { readonly sqlState?: string; readonly sqlMessage?: string };
  if (sqlMessage !== undefined && sqlState !== undefined) return new Error(`Error ${errno} (${sqlState}): ${sqlMessage}`);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return new Error('TLS requested but server does not support TLS');
  return dialError(error, host, port) ?? new Error(message);
}
