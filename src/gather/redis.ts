import { formatAddress } from '../cluster/address.ts';
import type { Address, Cluster, Redis } from '../cluster/cluster.ts';
import type { Secret } from '../cluster/secret.ts';
import type { LocalFacts, NodeEntry } from '../facts.ts';
import type { FoundSecret, RedisCredentials, RedisPath, RedisServer } from '../facts/redis.ts';
import { redisTlsDemand, tlsProblem } from '../grafana/database-tls.ts';
import type { Clock, World } from '../world.ts';
import type { RedisRequest, RedisSession } from '../world/redis.ts';
import type { TlsOffer } from '../world/database.ts';
import type { ConnectedNodes } from './connect.ts';
import { codeAndWords } from './database-words.ts';
import { knock, type Way } from './redis-knock.ts';
import { clusterNodes, masterOf, readState } from './redis-state.ts';

type Outside = Pick<World, 'redis'> & { readonly clock: Pick<Clock, 'monotonic'> };

/** How a server is to be met. */
interface Meeting {
  readonly purpose: RedisServer['purpose'];
  readonly address: Address;
  readonly announcedBy?: Address;
  readonly tls: boolean;
  readonly username?: string;
  /** Absent: none is sent. */
  readonly password?: FoundSecret;
}

/** More are not asked from each node. */
const mostServers = 16;

/** Tries every Redis that the cluster's Grafanas would talk to, from every node that was reached; nothing is written there. A password goes out from one node alone until it was accepted. */
export async function gatherRedis(cluster: Cluster, nodes: readonly NodeEntry[], connected: ConnectedNodes, local: Pick<LocalFacts, 'redis' | 'redisCa'>, outside: Outside): Promise<readonly RedisPath[]> {
  if (local.redis === undefined) return [];
  const ways = nodes.flatMap(({ name, node }): readonly Way[] => {
    const connection = connected.connection(name);
    const bundle = node.ok ? node.facts.redisCa?.pem ?? node.facts.caBundle?.pem ?? '' : '';
    return connection === undefined ? [] : [{ node: name, dial: connection.dial, ca: local.redisCa?.ok === true ? local.redisCa.text : bundle }];
  });
  const look = (way: Way, isFirst: boolean): Promise<RedisPath> => lookFrom(way, { cluster, credentials: local.redis ?? {}, isFirst, outside });
  const silent = await Promise.all(ways.map((way) => knock(way, cluster, outside)));
  const [first, ...others] = ways.filter((_, index) => silent[index] === undefined);
  const paths = new Map(silent.flatMap((path) => (path === undefined ? [] : [[path.node, path] as const])));
  if (first !== undefined) {
    const path = await look(first, true);
    const refusal = refusalOf(path);
    const rest = refusal === undefined
      ? await Promise.all(others.map((way) => look(way, false)))
      : others.map(({ node }) => ({ node, servers: path.servers.map((server) => notTried(server, `${refusal} from ${path.node}, and a password is tried once`)) }));
    [path, ...rest].forEach((one) => paths.set(one.node, one));
  }
  return ways.flatMap(({ node }) => paths.get(node) ?? []);
}

function refusalOf({ servers }: RedisPath): string | undefined {
  const refused = servers.find(({ session }) => !session.ok && ['WRONGPASS', 'NOPASS'].includes(session.code));
  return refused === undefined ? undefined : `${formatAddress(refused.address)} refused the password`;
}

function notTried({ purpose, address }: RedisServer, said: string): RedisServer {
  return { purpose, address, session: { ok: false, code: 'not-tried', said } };
}

interface Look {
  readonly cluster: Cluster;
  readonly credentials: RedisCredentials;
  readonly isFirst: boolean;
  readonly outside: Outside;
}

async function lookFrom(way: Way, look: Look): Promise<RedisPath> {
  const { cluster: { alerting, redis, live }, credentials } = look;
  const forAlerting = alerting.mode === 'redis' && redis !== undefined ? await lookForAlerting(way, redis, look) : [];
  const forLive = live === undefined ? [] : [await meet({ purpose: 'live', address: live.address, tls: false, ...(credentials.livePassword === undefined ? {} : { password: credentials.livePassword }) }, way, look)];
  return { node: way.node, servers: [...forAlerting, ...forLive] };
}

async function lookForAlerting(way: Way, redis: Redis, look: Look): Promise<readonly RedisServer[]> {
  const { password, sentinelPassword } = look.credentials;
  const to = (address: Address, announcedBy?: Address): Meeting => ({
    purpose: 'alerting', address, tls: redis.tls,
    ...(announcedBy === undefined ? {} : { announcedBy }), ...(redis.username === undefined ? {} : { username: redis.username }), ...(password === undefined ? {} : { password }),
  });
  if (redis.kind === 'sentinel') {
    const sentinels = await inTurn(redis.addresses, (address) => meet({ purpose: 'sentinel', address, tls: redis.tls, ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }) }, way, look));
    const knowing = sentinels.find(({ master }) => master?.address !== undefined);
    const master = knowing?.master?.address;
    return master === undefined ? sentinels : [...sentinels, await meet(to(master, knowing?.address), way, look)];
  }
  const named = await inTurn(redis.addresses, (address) => meet(to(address), way, look));
  if (redis.kind === 'single') return named.map(({ others: _, ...server }) => server);
  const teller = named.find(({ others }) => others !== undefined);
  const known = new Set(redis.addresses.map(formatAddress));
  const announced = (teller?.others ?? []).filter((address) => !known.has(formatAddress(address))).slice(0, mostServers);
  return [...named, ...await Promise.all(announced.map((address) => meet(to(address, teller?.address), way, look)))].map(({ others: _, ...server }) => server);
}

/** The first alone, since a password goes with it; the others at once when it was not refused. */
async function inTurn(addresses: readonly Address[], one: (address: Address) => Promise<Met>): Promise<readonly Met[]> {
  const [first, ...others] = addresses;
  if (first === undefined) return [];
  const met = await one(first);
  const refused = refusalOf({ node: '', servers: [met] });
  if (refused !== undefined) return [met, ...others.map((address) => notTried({ ...met, address }, `${refused}, and a password is tried once`))];
  return [met, ...await Promise.all(others.map(one))];
}

/** `others`: masters that a cluster announces. */
type Met = RedisServer & { readonly others?: readonly Address[] };

async function meet(meeting: Meeting, way: Way, look: Look): Promise<Met> {
  const { purpose, address, announcedBy, tls, username, password } = meeting;
  const { outside: { redis: driver, clock } } = look;
  let known: Pick<RedisServer, 'purpose' | 'address' | 'announcedBy' | 'tls'> = { purpose, address, ...(announcedBy === undefined ? {} : { announcedBy }) };
  const closed = (code: string, said: string): RedisServer => ({ ...known, session: { ok: false, code, said } });
  try {
    if (tls) {
      const offer: TlsOffer = await driver.probeTls({ dial: way.dial, address, serverName: address.host, ca: way.ca });
      known = { ...known, tls: offer };
      if (tlsProblem(redisTlsDemand(address.host), offer) !== undefined) return closed('not-tried', "Grafana would not accept the server's TLS");
    }
    if (password?.ok === false) return closed('not-tried', password.missing);
    const session = await driver.open(request(meeting, way, password?.facts, username));
    try {
      const started = clock.monotonic();
      await session.command(purpose === 'sentinel' ? 'PING' : 'ECHO', ...(purpose === 'sentinel' ? [] : ['grafana-ha'])).catch(ignoreNoPermission);
      const opened = { ...known, session: { ok: true, roundTripMs: Math.round(clock.monotonic() - started) } } as const;
      return { ...opened, ...await ask(session, meeting, look) };
    } finally {
      await session.close();
    }
  } catch (error) {
    const { code, said } = codeAndWords(error);
    return closed(code, said);
  }
}

function ignoreNoPermission(error: unknown): void {
  if (codeAndWords(error).code !== 'NOPERM') throw error;
}

async function ask(session: RedisSession, { purpose }: Meeting, { cluster: { redis, live }, isFirst }: Look): Promise<Partial<Met>> {
  if (purpose === 'sentinel') return { master: await masterOf(session, redis?.masterName ?? '') };
  if (purpose === 'live') return { state: await readState(session, { prefix: live?.prefix ?? '', db: 0, listPeers: false }) };
  const others = redis?.kind === 'cluster' ? { others: await clusterNodes(session) } : {};
  return { ...others, state: await readState(session, { prefix: redis?.prefix ?? '', db: redis?.db ?? 0, listPeers: isFirst }) };
}

function request({ address, tls }: Meeting, { dial, ca }: Way, password: Secret | undefined, username: string | undefined): RedisRequest {
  return {
    dial, address, timeoutMs: 5_000,
    ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }),
    tls: tls ? { verify: 'name', ca, serverName: address.host } : false,
  };
}
