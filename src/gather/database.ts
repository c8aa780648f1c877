import type { Database } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import type { DatabasePath, Gathered } from '../facts.ts';
import { tlsDemand, tlsProblem } from '../grafana/database-tls.ts';
import type { Clock, Local, World } from '../world.ts';
import type { DatabaseRequest, DatabaseSession, Dial, TlsOffer } from '../world/database.ts';
import type { Shown } from './client-certificate.ts';
import { codeAndWords, isBeyondPassword, isRefusal } from './database-words.ts';
import { readMysql } from './mysql.ts';
import { readPostgres } from './postgres.ts';
import { proveSecretKey } from './secret-key-proof.ts';

/** One way to the database: from a node, or from here. */
export interface Path {
  readonly name: string;
  readonly dial: Dial;
  /** The trust bundle of the place it starts from; empty: it has none. */
  readonly caBundle: string;
  /** What the Grafana there opens the database's secrets with. */
  readonly secretKey?: Secret;
}

type Outside = Pick<World, 'database'> & { readonly clock: Pick<Clock, 'monotonic'>; readonly local: Pick<Local, 'random'> };
type Login = DatabasePath['login'];

/** Tries the database over every path as Grafana would; the password goes over one path alone until the server has accepted it. `ca` absent: each path's own bundle. */
export async function gatherDatabase(
  database: Database,
  password: Gathered<Secret>,
  ca: Gathered<string> | undefined,
  paths: readonly Path[],
  outside: Outside,
  client?: Shown,
): Promise<ReadonlyMap<string, DatabasePath>> {
  const probed = await Promise.all(paths.map(async (path) => ({ path, ...(await probe(database, ca, path, outside)) })));
  const results = new Map<string, DatabasePath>();
  const open: { path: Path; offer: TlsOffer }[] = [];
  for (const { path, tls, closed } of probed) {
    if (closed !== undefined) results.set(path.name, { tls, login: closed });
    else if (!password.ok) results.set(path.name, { tls, login: notTried(password.missing) });
    else if (tls.ok) open.push({ path, offer: tls.facts });
  }
  if (!password.ok) return results;

  const enter = async ({ path, offer }: (typeof open)[number]): Promise<DatabasePath> => {
    const result = await logIn(database, password.facts, ca, path, offer, outside, client);
    results.set(path.name, result);
    return result;
  };
  while (open.length > 0) {
    const next = open.shift()!;
    const { login } = await enter(next);
    if (login.ok || isBeyondPassword(login.code)) await Promise.all(open.splice(0).map(enter));
    else if (isRefusal(login)) {
      const refused = notTried(`the server refused the password from ${next.path.name}, and a password is tried once`);
      open.splice(0).forEach(({ path, offer }) => results.set(path.name, { tls: { ok: true, facts: offer }, login: refused }));
    }
  }
  return results;
}

function notTried(said: string): Login {
  return { ok: false, code: 'not-tried', said };
}

/** `closed`: why no login may follow. */
async function probe(database: Database, ca: Gathered<string> | undefined, path: Path, outside: Outside): Promise<{ tls: Gathered<TlsOffer>; closed?: Login }> {
  if (ca?.ok === false) return { tls: ca, closed: notTried(ca.missing) };
  const demand = tlsDemand(database);
  const serverName = demand.kind === 'tls' ? demand.serverName : database.address.host;
  try {
    const offer = await outside.database.probeTls({ type: database.type, dial: path.dial, address: database.address, serverName, ca: ca?.facts ?? path.caBundle });
    const refused = tlsProblem(demand, offer) !== undefined;
    return { tls: { ok: true, facts: offer }, ...(refused ? { closed: notTried("Grafana would not accept the server's TLS") } : {}) };
  } catch (error) {
    const { code, said } = codeAndWords(error);
    return { tls: { ok: false, missing: said }, closed: { ok: false, code, said } };
  }
}

/** Nobody is far away at this; more questions would only say so again. */
const nearMs = 10;

/** The quickest of three, in whole milliseconds, rounded up: a host or a database that is busy for a moment is not far away. */
async function roundTrip(session: Pick<DatabaseSession, 'query'>, { clock }: Pick<Outside, 'clock'>): Promise<number> {
  const took: number[] = [];
  while (took.length < 3 && !took.some((ms) => ms <= nearMs)) {
    const started = clock.monotonic();
    await session.query('select 1');
    took.push(clock.monotonic() - started);
  }
  return Math.ceil(Math.min(...took));
}

async function logIn(database: Database, password: Secret, ca: Gathered<string> | undefined, path: Path, offer: TlsOffer, outside: Outside, client: Shown | undefined): Promise<DatabasePath> {
  const tls: Gathered<TlsOffer> = { ok: true, facts: offer };
  let opened = false;
  try {
    const request: DatabaseRequest = {
      type: database.type, dial: path.dial, address: database.address,
      user: database.user, password, name: database.name,
      tls: requestTls(database, ca?.ok === true ? ca.facts : path.caBundle, client),
    };
    const session = await outside.database.open(request);
    opened = true;
    try {
      const roundTripMs = await roundTrip(session, outside);
      const { server, clientAddress } = database.type === 'postgres'
        ? await readPostgres(session, Buffer.from(outside.local.random(6)).readUIntBE(0, 6), (startup) => outside.database.open({ ...request, startup }))
        : await readMysql(session, database.name, Buffer.from(outside.local.random(6)).toString('hex'));
      const opens = path.secretKey !== undefined && server.schema.kind === 'grafana' && server.schema.signs === true ? await proveSecretKey(session, path.secretKey) : undefined;
      return { tls, login: { ok: true, roundTripMs, clientAddress }, server: { ...server, ...(opens === undefined ? {} : { secretKey: opens ? 'opens' : 'does-not-open' }) } };
    } finally {
      await session.close();
    }
  } catch (error) {
    const words = codeAndWords(error);
    return { tls, login: { ok: false, ...words, said: opened ? `logged in, then: ${words.said}` : words.said } };
  }
}

/** How a session is to be encrypted; `ca` is the PEM to trust. */
export function requestTls(database: Database, ca: string, client?: Shown): DatabaseRequest['tls'] {
  const demand = tlsDemand(database);
  if (demand.kind === 'plain') return false;
  const { serverName } = demand;
  const shown = client === undefined ? {} : { client };
  if (!demand.chain) return { verify: 'none', serverName, ...shown };
  return { verify: demand.name === undefined ? 'chain' : 'name', ca, serverName, ...shown };
}
