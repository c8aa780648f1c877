import type { Client } from 'pg';
import type { DatabaseRequest, DatabaseSession } from '../world/database.ts';
import { asSocket, closed } from './as-socket.ts';
import { asDatabaseFailure } from './database-failure.ts';
import { tlsOptions } from './tls-options.ts';

/** Logs in to a PostgreSQL over a dialled stream; rejects with DatabaseFailure. Rows of several statements come in one list. */
export async function openPostgres(request: DatabaseRequest): Promise<DatabaseSession> {
  const { default: pg } = await import('pg');
  const timeoutMs = request.timeoutMs ?? 15_000;
  const serverName = request.tls === false ? request.address.host : request.tls.serverName;
  const stream = asSocket(request.dial(request.address), serverName);
  const client = new pg.Client({
    stream: () => stream,
    host: serverName,
    port: request.address.port,
    user: request.user,
    password: request.password.reveal(),
    database: request.name,
    ssl: request.tls === false ? false : tlsOptions(request.tls),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    // As Grafana does: names nothing, and takes no PGOPTIONS or PGAPPNAME from the environment of this machine.
    application_name: 'grafana-ha',
    options: '',
  });
  if (request.startup !== undefined) addStartup(client, request.startup);
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    await closed(stream);
    throw asDatabaseFailure(error);
  }
  const { processID } = client as { processID?: number };
  return {
    ...(processID === undefined ? {} : { serverProcess: processID }),
    query: async (text, values) => {
      try {
        const result: unknown = await client.query(text, values === undefined ? undefined : [...values]);
        return (Array.isArray(result) ? result : [result]).flatMap((one: { rows: Record<string, unknown>[] }) => one.rows);
      } catch (error) {
        throw asDatabaseFailure(error);
      }
    },
    close: () => close(client, stream),
  };
}

/** pg sends a fixed set of parameters; this is where it makes it. */
function addStartup(client: Client, startup: Readonly<Record<string, string>>): void {
  const inside = client as unknown as { getStartupConf(): Record<string, unknown> };
  const own = inside.getStartupConf.bind(client);
  inside.getStartupConf = () => ({ ...own(), ...startup });
}

async function close(client: Client, stream: ReturnType<typeof asSocket>): Promise<void> {
  const patience = setTimeout(() => stream.destroy(), 2_000);
  await client.end().catch(() => {});
  clearTimeout(patience);
  await closed(stream);
}
