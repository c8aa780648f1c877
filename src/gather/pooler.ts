import type { PoolerFacts } from '../facts/database.ts';
import type { DatabaseSession } from '../world/database.ts';
import { codeAndWords } from './database-words.ts';
import { numberOf } from './row.ts';

/** What Grafana's driver sends when it logs in (lib/pq conn.go) and we do not. */
const driverStartup = { extra_float_digits: '2' };

/** Opens a second session over the same path. Rejects with DatabaseFailure. */
export type OpenOther = (startup: Readonly<Record<string, string>>) => Promise<DatabaseSession>;

/** Tells whether a pooler stands before a PostgreSQL, and whether a session keeps its server from one transaction to the next; undefined: there is none. `own`: the process that answers the session. */
export async function readPooler(session: DatabaseSession, own: number | undefined, openOther: OpenOther): Promise<PoolerFacts | undefined> {
  // A pooler cannot pass on the number that the server gave to a session it shares out (PgBouncer, Odyssey, RDS Proxy make up their own).
  if (session.serverProcess === undefined || own === undefined || own === session.serverProcess) return undefined;
  let refusedStartup: string | undefined;
  const other = await openOther(driverStartup).catch((error: unknown) => {
    const { code, said } = codeAndWords(error);
    // protocol_violation
    if (code === '08P01') refusedStartup = said;
    return undefined;
  }) ?? (refusedStartup === undefined ? undefined : await openOther({}).catch(() => undefined));
  const refused = refusedStartup === undefined ? {} : { refusedStartup };
  if (other === undefined) return { mode: 'unknown', ...refused };
  try {
    return { mode: (await isShared(session, own, other)) ? 'transaction' : 'session', ...refused };
  } catch (error) {
    codeAndWords(error);
    return { mode: 'transaction', ...refused };
  } finally {
    await other.close();
  }
}

/** Whether a session of ours goes on with another server process, or another session with ours, once somebody is in a transaction. */
async function isShared(session: DatabaseSession, own: number, other: DatabaseSession): Promise<boolean> {
  await other.query('begin');
  const others = await backendOf(other);
  const shared = others === own || (await backendOf(session)) !== own;
  await other.query('rollback');
  return shared;
}

async function backendOf(session: DatabaseSession): Promise<number | undefined> {
  const [row = {}] = await session.query('select pg_backend_pid() as pid');
  return numberOf(row, 'pid');
}
