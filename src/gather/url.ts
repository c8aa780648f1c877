import { isGrafanaHealth } from '../checks/url-seen.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Gathered, NodeEntry } from '../facts.ts';
import type { CertificateFacts, Reply, UrlFacts } from '../facts/url.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { healthTarget } from '../settings/health-target.ts';
import type { Dial } from '../world/database.ts';
import type { World } from '../world.ts';
import { askRoad, originWords } from './url-road.ts';
import { type Ask, asker, patienceMs } from './url-ask.ts';

type Outside = Pick<World, 'http' | 'clock' | 'local'>;

/** Asks what answers under root_url, from here, without a login; and one node by itself, to tell the load balancer from Grafana. `missing` while no node runs, the name does not resolve, or nothing listens. */
export async function gatherUrl(cluster: Cluster, nodes: readonly NodeEntry[], addresses: readonly string[] | undefined, dialFrom: (node: string) => Dial | undefined, world: Outside): Promise<Gathered<UrlFacts>> {
  const url = new URL(cluster.rootUrl);
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (tls ? 443 : 80));
  if (addresses === undefined) return { ok: false, missing: `${host} does not resolve here` };
  const running = (await Promise.all(nodes.map((entry) => askNode(entry, url, dialFrom, world)))).flatMap((node) => node ?? []);
  if (running.length === 0) return { ok: false, missing: 'no Grafana runs on the nodes yet' };
  const places = await Promise.all(addresses.map((address) => knock({ host: address, port }, world)));
  const open = places.flatMap(({ address, refusal }) => (refusal === undefined ? [address] : []));
  const [first] = open;
  if (first === undefined) return { ok: false, missing: `nothing listens at ${url.host} yet (${[...new Set(places.map(({ refusal }) => refusal))].join(', ')})` };

  const through = (address: string): Ask => asker({ dial: () => world.http.dial({ host: address, port }), tls, host: url.host, serverName: host }, world);
  const words = originWords(url, running[0]!.cookie);
  const straight = running.find(({ ask }) => ask !== undefined);
  const rounds = Array.from({ length: Math.min(40, 2 * nodes.length) }, (_, index) => open[index % open.length]!);
  const [certificate, health, alive, shared, straightRoad] = await Promise.all([
    tls ? readCertificate({ dial: () => world.http.dial({ host: first, port }), serverName: host }, world) : undefined,
    Promise.all(rounds.map((address) => through(address)(`${url.pathname}api/health`))),
    through(first)(`${url.pathname}healthz`),
    askRoad(through(first), url.pathname, url, words),
    straight === undefined ? undefined : askRoad(straight.ask!, straight.base, url, words),
  ]);
  return { ok: true, facts: {
    addresses: places, own: running.flatMap(({ reply }) => reply ?? []), health, alive, shared,
    ...(certificate === undefined ? {} : { certificate }),
    ...(straightRoad === undefined ? {} : { straight: { ...straightRoad, node: straight!.node } }),
  } };
}

interface RunningNode {
  readonly node: string;
  /** Absent: it runs, and cannot be asked from here. */
  readonly ask?: Ask;
  /** To the question for its health. */
  readonly reply?: Reply;
  /** Where its Grafana serves: `/`, or the path of root_url. */
  readonly base: string;
  readonly cookie: string;
}

/** A node whose Grafana answers well by itself, or runs where nobody can ask; undefined: it does not serve. */
async function askNode({ name, node }: NodeEntry, url: URL, dialFrom: (node: string) => Dial | undefined, world: Outside): Promise<RunningNode | undefined> {
  const dial = dialFrom(name);
  if (!node.ok || !node.facts.service.active || dial === undefined) return undefined;
  const effective = effectiveOf(node.facts);
  const target = effective.ok ? healthTarget(effective.config) : undefined;
  if (!effective.ok || target === undefined) return undefined;
  const ask = asker({ dial: () => dial(target.address), tls: target.tls, host: url.host, serverName: url.hostname.replace(/^\[|\]$/g, '') }, world);
  const reply = await ask(target.path);
  const known = { node: name, base: target.path.replace(/api\/health$/, ''), cookie: effective.config.get('auth', 'login_cookie_name')?.value || 'grafana_session' };
  if (reply.kind === 'answer') return reply.status === 200 && isGrafanaHealth(reply) ? { ...known, ask, reply } : undefined;
  return reply.code === 'ESSH' ? known : undefined;
}

/** Whether something accepts a connection. */
async function knock(address: { readonly host: string; readonly port: number }, { http, clock }: Outside): Promise<UrlFacts['addresses'][number]> {
  const stream = http.dial(address);
  const late = new AbortController();
  try {
    await Promise.race([
      new Promise<void>((resolve, reject) => void stream.once('connect', resolve).once('error', reject)),
      clock.sleep(patienceMs, late.signal).then(() => Promise.reject(Object.assign(new Error('time is up'), { code: 'ETIMEDOUT' }))),
    ]);
    return { address: address.host };
  } catch (error) {
    return { address: address.host, refusal: (error as { readonly code?: string }).code ?? 'unknown' };
  } finally {
    late.abort();
    stream.on('error', () => {}).destroy();
  }
}

async function readCertificate(request: Pick<Parameters<World['http']['certificate']>[0], 'dial' | 'serverName'>, { http }: Outside): Promise<Gathered<CertificateFacts>> {
  try {
    return { ok: true, facts: await http.certificate({ ...request, timeoutMs: patienceMs }) };
  } catch (error) {
    return { ok: false, missing: error instanceof Error ? error.message : String(error) };
  }
}
