import type { Cluster } from '../cluster/cluster.ts';
import type { Gathered, NodeEntry, NodeFacts } from '../facts.ts';
import type { Firewall, MeshMetrics, MeshWatch, PairFacts, PeerFacts, Way } from '../facts/peers.ts';
import { firewallScript, type PeersAnswer, type PeersQuestion, peersScript, readFirewall, readPeersAnswer } from '../shell/peers-script.ts';
import type { NodeConnection, World } from '../world.ts';
import type { ConnectedNodes } from './connect.ts';
import { readMesh } from './mesh.ts';
import { type Goal, makeGoals, makeQuestion, readPair } from './peer-tries.ts';

export interface PeersOptions {
  /** Watch the ping counters of running nodes: takes max(10, 2 × (N−1)) s. */
  readonly watch: boolean;
  /** Open short-lived listeners where Grafana does not run yet. */
  readonly listeners: boolean;
}

/** Tries every way between the nodes that were reached, and reads what their meshes say of themselves; leaves nothing behind. */
export async function gatherPeers(cluster: Cluster, nodes: readonly NodeEntry[], connected: ConnectedNodes, options: PeersOptions, world: Pick<World, 'http' | 'clock' | 'local'>): Promise<Gathered<PeerFacts>> {
  if (cluster.nodes.length < 2) return { ok: false, missing: 'one node has no peers' };
  const goals = makeGoals(cluster, nodes, options.listeners && cluster.alerting.mode === 'gossip');
  const reach = (name: string): NodeConnection => connected.connection(name)!;
  const factsOf = new Map(nodes.flatMap(({ name, node }) => (node.ok ? [[name, node.facts] as const] : [])));
  const [pairs, meshes] = await Promise.all([
    cluster.alerting.mode === 'gossip' ? tryPairs(cluster, goals, reach, world) : [],
    watchMeshes(goals, factsOf, reach, { seconds: options.watch ? Math.max(10, 2 * (cluster.nodes.length - 1)) : 0 }, world),
  ]);
  const firewalls = await askFirewalls(pairs, reach);
  return {
    ok: true,
    facts: {
      pairs,
      nodes: goals.map(({ name, state, label, address }) => {
        const firewall = firewalls.get(name);
        return { name, state, label, mesh: meshes.get(name)!, ...(address === undefined ? {} : { address }), ...(firewall === undefined ? {} : { firewall }) };
      }),
    },
  };
}

async function tryPairs(cluster: Cluster, goals: readonly Goal[], reach: (name: string) => NodeConnection, { local }: Pick<World, 'local'>): Promise<readonly PairFacts[]> {
  if (goals.length < 2) return [];
  const nonce = Buffer.from(local.random(6)).toString('hex');
  const answers = new Map(await Promise.all(goals.map(async (goal) => [goal.name, await ask(makeQuestion(goal, goals, { cluster, nonce }), goal.name, reach)] as const)));
  return goals.flatMap((from) => goals.filter((to) => to !== from).map((to) => readPair(from, to, { answers, cluster, goals, nonce })));
}

async function ask(question: PeersQuestion, name: string, reach: (name: string) => NodeConnection): Promise<Gathered<PeersAnswer>> {
  try {
    return { ok: true, facts: readPeersAnswer((await reach(name).run(peersScript(question))).stdout) };
  } catch (error) {
    return { ok: false, missing: `${name} stopped answering: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Two looks at the metrics of each node that runs, `seconds` apart; 0: one look. */
async function watchMeshes(goals: readonly Goal[], facts: ReadonlyMap<string, NodeFacts>, reach: (name: string) => NodeConnection, { seconds }: { readonly seconds: number }, world: Pick<World, 'http' | 'clock'>): Promise<ReadonlyMap<string, Gathered<MeshWatch>>> {
  const running = goals.filter(({ state }) => state === 'gossips' || state === 'redis');
  const look = async (): Promise<ReadonlyMap<string, Gathered<MeshMetrics>>> =>
    new Map(await Promise.all(running.map(async ({ name }) => [name, await readMesh(name, facts.get(name)!, reach(name), world)] as const)));
  const first = await look();
  const isWatched = seconds > 0 && [...first.values()].some(({ ok }) => ok);
  if (isWatched) await world.clock.sleep(seconds * 1000);
  const last = isWatched ? await look() : undefined;
  return new Map(goals.map(({ name, state }) => {
    const [before, after] = [first.get(name), last?.get(name)];
    if (before === undefined) return [name, { ok: false, missing: `Grafana on ${name} ${state === 'off' ? 'does not run' : 'is in no mesh'}` }];
    if (!before.ok) return [name, before];
    return [name, after?.ok === false ? after : { ok: true, facts: { first: before.facts, ...(after === undefined ? {} : { last: after.facts }) } }];
  }));
}

/** Only where something did not get through. */
async function askFirewalls(pairs: readonly PairFacts[], reach: (name: string) => NodeConnection): Promise<ReadonlyMap<string, Firewall>> {
  const isBlocked = ({ kind }: Way): boolean => kind === 'silent' || kind === 'refused' || kind === 'failed';
  const names = [...new Set(pairs.filter(({ tcp, udp }) => isBlocked(tcp) || isBlocked(udp)).map(({ to }) => to))];
  const asked = await Promise.all(names.map(async (name) => {
    const answer = await reach(name).run(firewallScript, { repeatable: true }).catch(() => undefined);
    return answer === undefined ? [] : [[name, readFirewall(answer.stdout)] as const];
  }));
  return new Map(asked.flat());
}
