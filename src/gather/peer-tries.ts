import type { Address, Cluster } from '../cluster/cluster.ts';
import type { Gathered, NodeEntry, NodeFacts } from '../facts.ts';
import type { GossipNode, PairFacts, Way } from '../facts/peers.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { isAck, pingPacket } from '../grafana/memberlist.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import { gossipState } from '../settings/gossip-state.ts';
import { healthTarget } from '../settings/health-target.ts';
import type { PeersAnswer, PeersQuestion, Said, Try } from '../shell/peers-script.ts';

/** Long enough for a slow link, short enough for a listener. */
export const trySeconds = 2;

/** A node as a goal of its peers. */
export interface Goal extends Omit<GossipNode, 'mesh' | 'firewall'> {
  /** Absent: Grafana listens there on its own host alone. */
  readonly http?: Address;
  /** Listeners of ours may be opened there. */
  readonly listens: boolean;
  /** Addresses on its own interfaces. */
  readonly own: readonly string[];
}

/** What is known of each node that was looked at, as its peers would reach it. */
export function makeGoals(cluster: Cluster, nodes: readonly NodeEntry[], listeners: boolean): readonly Goal[] {
  const looked = nodes.flatMap(({ name, node }) => (node.ok ? [{ name, facts: node.facts }] : []));
  const planned = gossipAddresses(cluster, new Map(looked.map(({ name, facts }) => [name, facts.sourceAddresses])));
  return looked.map(({ name, facts }): Goal => {
    const { state, advertised, label } = gossipState(facts);
    const address = (state === 'gossips' ? advertised : undefined) ?? planned.get(name);
    const http = httpAddress(facts, address);
    return { name, state, label, own: facts.addresses, listens: listeners && state === 'off' && address !== undefined, ...(address === undefined ? {} : { address }), ...(http === undefined ? {} : { http }) };
  });
}

function httpAddress(facts: NodeFacts, gossip: Address | undefined): Address | undefined {
  const effective = effectiveOf(facts);
  const target = effective.ok ? healthTarget(effective.config) : undefined;
  if (!effective.ok || target === undefined) return undefined;
  const everywhere = ['', '0.0.0.0', '::'].includes(effective.config.get('server', 'http_addr')?.value ?? '');
  if (everywhere) return gossip && { host: gossip.host, port: target.address.port };
  return target.address.host === gossip?.host ? target.address : undefined;
}

/** The question to one node: what it tries towards all the others, and where it listens for them. */
export function makeQuestion(from: Goal, goals: readonly Goal[], { cluster, nonce }: { readonly cluster: Cluster; readonly nonce: string }): PeersQuestion {
  const others = goals.filter(({ name }) => name !== from.name);
  const layout = cluster.nodes.find(({ name }) => name === from.name)!.grafana;
  const local = (address: Address): Address => (from.own.includes(address.host) || address.host.startsWith('127.') ? address : { ...address, host: address.host.includes(':') ? '::' : '0.0.0.0' });
  const doors = from.listens ? [{ protocol: 'tcp' as const, at: from.address }, { protocol: 'udp' as const, at: from.address }, { protocol: 'tcp' as const, at: from.http }] : [];
  return {
    layout, seconds: trySeconds,
    listen: doors.flatMap(({ protocol, at }) => (at === undefined ? [] : [{ protocol, at: local(at) }])),
    expect: !from.listens ? [] : others.flatMap((other) => [
      { protocol: 'tcp' as const, word: wordOf(nonce, other, from, 'tcp') }, { protocol: 'udp' as const, word: wordOf(nonce, other, from, 'udp') },
      ...(from.http === undefined ? [] : [{ protocol: 'tcp' as const, word: wordOf(nonce, other, from, 'http') }]),
    ]),
    tries: others.flatMap((to) => triesTo(from, to, { cluster, nonce, goals })),
  };
}

function triesTo(from: Goal, to: Goal, { cluster, nonce, goals }: { readonly cluster: Cluster; readonly nonce: string; readonly goals: readonly Goal[] }): readonly Try[] {
  const { address: at, http, listens, name } = to;
  const word = (way: string): { readonly word?: string } => (listens ? { word: wordOf(nonce, from, to, way) } : {});
  return [
    ...(at === undefined ? [] : [{ id: `tcp:${name}`, kind: 'connect' as const, at, ...word('tcp') }]),
    ...(http === undefined || (to.state === 'off' && !listens) ? [] : [{ id: `http:${name}`, kind: 'connect' as const, at: http, ...word('http') }]),
    ...(at === undefined || !listens ? [] : [{ id: `udp:${name}`, kind: 'send' as const, at, word: wordOf(nonce, from, to, 'udp') }]),
    ...(at === undefined || to.state !== 'gossips' ? [] : labelsFor(from, to, cluster, goals).map((label, index) => ({ id: `ping${index}:${name}`, kind: 'ping' as const, at, hex: Buffer.from(pingPacket(0x4841, label)).toString('hex') }))),
  ];
}

/** The sender's own label first: only that one is a way for its gossip. A node that does not gossip yet will use the cluster's. */
function labelsFor(from: Goal, to: Goal, { alerting }: Cluster, goals: readonly Goal[]): readonly string[] {
  const own = from.state === 'gossips' ? from.label : to.label;
  return [...new Set([own, to.label, alerting.label, '', ...goals.filter(({ state }) => state === 'gossips').map(({ label }) => label)])];
}

function wordOf(nonce: string, from: Pick<Goal, 'name'>, to: Pick<Goal, 'name'>, way: string): string {
  return `${nonce}-${from.name}-${to.name}-${way}`;
}

/** What became of one way, from what both ends said; an answer is missing where a node stopped answering. */
export function readPair(from: Goal, to: Goal, { answers, cluster, goals, nonce }: { readonly answers: ReadonlyMap<string, Gathered<PeersAnswer>>; readonly cluster: Cluster; readonly goals: readonly Goal[]; readonly nonce: string }): PairFacts {
  const [sent, got] = [answers.get(from.name)!, answers.get(to.name)!];
  const all = (why: string): PairFacts => ({ from: from.name, to: to.name, tcp: { kind: 'not-tried', why }, udp: { kind: 'not-tried', why }, http: { kind: 'not-tried', why } });
  if (!sent.ok) return all(sent.missing);
  if (sent.facts.lacking !== undefined) return all(`${from.name} has neither ${sent.facts.lacking}`);
  if (to.address === undefined) return all(`no address of ${to.name} is known`);
  const seen: Seen = { ways: sent.facts.ways, from, to, ...(got.ok ? { got: got.facts } : {}), nonce };
  return {
    from: from.name, to: to.name,
    tcp: knocked(seen, 'tcp', to.address),
    http: to.http === undefined ? { kind: 'not-tried', why: `Grafana on ${to.name} answers HTTP on that host alone` } : knocked(seen, 'http', to.http),
    udp: to.listens ? knocked(seen, 'udp', to.address) : pinged(seen, labelsFor(from, to, cluster, goals)),
  };
}

interface Seen {
  readonly ways: PeersAnswer['ways'];
  readonly from: Goal;
  readonly to: Goal;
  /** What the other end heard. */
  readonly got?: PeersAnswer;
  readonly nonce: string;
}

function knocked({ ways, from, to, got, nonce }: Seen, way: 'tcp' | 'http' | 'udp', { port }: Address): Way {
  const said = ways.get(`${way}:${to.name}`);
  const protocol = way === 'udp' ? 'udp' : 'tcp';
  const notThere: Way = { kind: 'not-tried', why: idle(to) };
  if (!to.listens) {
    if (said === undefined) return notThere;
    const isServed = to.state === 'gossips' || (way === 'http' && to.state !== 'off');
    return isServed || said.kind === 'silent' ? wayOf(said, from) : notThere;
  }
  if (got === undefined) return { kind: 'not-tried', why: `${to.name} stopped answering` };
  if (got.heard.has(`${protocol} ${wordOf(nonce, from, to, way)}`)) return { kind: 'open' };
  const why = got.lacking !== undefined ? `${to.name} has neither ${got.lacking}`
    : got.started ? `Grafana on ${to.name} was started meanwhile`
    : got.unbound.has(`${protocol} ${port}`) ? `no listener on ${port} of ${to.name}: ${got.unbound.get(`${protocol} ${port}`)}`
    : got.partial && (way === 'udp' || said?.kind === 'open') ? `the nc on ${to.name} hears one peer at a time` : undefined;
  if (why !== undefined) return { kind: 'not-tried', why };
  if (said === undefined) return { kind: 'not-tried', why: `${from.name} did not try` };
  const result = said.kind === 'open' ? { kind: 'failed' as const, said: `something else than ${to.name} answers there` } : wayOf(said, from);
  return result.kind === 'silent' || result.kind === 'refused' || result.kind === 'failed' ? { ...result, listened: true } : result;
}

function pinged({ ways, from, to }: Seen, labels: readonly string[]): Way {
  if (to.state !== 'gossips') return { kind: 'not-tried', why: idle(to) };
  const answered = labels.filter((_, index) => isAnswered(ways.get(`ping${index}:${to.name}`)));
  if (answered.length > 0 && answered[0] !== labels[0]) return { kind: 'other-label', label: answered[0]! };
  return answered.length > 0 ? { kind: 'open' } : wayOf(ways.get(`ping0:${to.name}`), from);
}

function isAnswered(said: Said | undefined): boolean {
  return said?.kind === 'answered' && isAck(Buffer.from(said.hex, 'hex'));
}

function wayOf(said: Said | undefined, from: Goal): Way {
  switch (said?.kind) {
    case 'open': case 'silent': case 'refused': return { kind: said.kind };
    case 'failed': return { kind: 'failed', said: said.said };
    case 'answered': return { kind: 'failed', said: 'something else than Grafana answers there' };
    case 'unknown': return { kind: 'not-tried', why: `on ${from.name} ${said.said}` };
    case undefined: return { kind: 'not-tried', why: `${from.name} did not try` };
  }
}

/** Why nothing gossips there now. */
function idle({ state, name }: Goal): string {
  switch (state) {
    case 'off': return `Grafana on ${name} does not run, and nothing was opened there (--no-listeners)`;
    case 'redis': return `Grafana on ${name} uses Redis and does not gossip`;
    case 'unknown': return `nothing tells whether Grafana on ${name} runs`;
    default: return `Grafana on ${name} runs and does not gossip yet`;
  }
}
