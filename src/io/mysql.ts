import type { Connection } from 'mysql2';
import type { DatabaseRequest, DatabaseSession } from '../world/database.ts';
import { asSocket, closed } from './as-socket.ts';
import { asDatabaseFailure } from './database-failure.ts';

/** Logs in to a MySQL or MariaDB over a dialled stream; rejects with DatabaseFailure. */
export async function openMysql(request: DatabaseRequest): Promise<DatabaseSession> {
  const { createConnection } = await import('mysql2');
  const timeoutMs = request.timeoutMs ?? 15_000;
  const serverName = request.tls === false ? request.address.host : request.tls.serverName;
  const stream = asSocket(request.dial(request.address), serverName);
  const connection = createConnection({
    stream: () => stream,
    host: serverName,
    user: request.user,
    password: request.password.reveal(),
    database: request.name,
    charset: 'utf8mb4_unicode_ci',
    connectTimeout: timeoutMs,
    ...(request.tls === false ? {} : {
      ssl: {
        rejectUnauthorized: request.tls.verify !== 'none',
        // mysql2 does not compare the certificate's name unless told to.
        verifyIdentity: request.tls.verify === 'name',
        ...(request.tls.ca === undefined ? {} : { ca: request.tls.ca }),
        ...(request.tls.client === undefined ? {} : { cert: request.tls.client.cert, key: request.tls.client.key.reveal() }),
      },
    }),
  });
  try {
    await connected(connection);
  } catch (error) {
    await closed(stream);
    throw asDatabaseFailure(error);
  }
  return {
    query: async (sql, values) => {
      try {
        const [rows] = await connection.promise().query({ sql, values: [...(values ?? [])], timeout: timeoutMs });
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      } catch (error) {
        throw asDatabaseFailure(error);
      }
    },
    close: () => close(connection, stream),
  };
}

/** The callback connection, because with the promise one an early error of the stream is thrown uncaught. */
function connected(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.connect((error) => (error === null ? resolve() : reject(error)));
  });
}

async function close(connection: Connection, stream: ReturnType<typeof asSocket>): Promise<void> {
  await new Promise<void>((resolve) => {
    const patience = setTimeout(resolve, 2_000);
    connection.end(() => {
      clearTimeout(patience);
      resolve();
    });
  });
  await closed(stream);
}
