import { parseMeshMetrics } from '../grafana/metrics.ts';
import type { MeshMetrics } from '../facts/peers.ts';
import type { World } from '../world.ts';
import type { ClusterNode } from './cluster-node.ts';
import { runningOf } from './who-runs.ts';

/** The mesh of the nodes that run, as they show it themselves. */
export type MeshView =
  /** `sees`: members as the node asked about counts them; `of`: nodes that run. */
  | { readonly kind: 'seen'; readonly sees: number; readonly of: number; readonly whole: boolean; readonly remark?: string; /** Not whole, as long as nodes follow that do not know the new settings yet. */ readonly joining?: true }
  | { readonly kind: 'unseen'; readonly remark: string };

export interface MeshOptions {
  /** How the alerting of the nodes finds together. */
  readonly mode: 'gossip' | 'redis';
  /** Nodes may run that nobody can ask. */
  readonly strangers: boolean;
  /** What the nodes must know of each other changes now: until all have it, the mesh cannot be whole. */
  readonly changing: boolean;
  /** Set when no node showed anything of a mesh before: then it is not waited for. */
  readonly unseen?: boolean;
}

const longestMs = { usual: 60_000, changing: 10_000 };
/** Members come and go for some seconds after a node was killed (seen on 9.4: 4 of 3 for 5 s). */
const stableMs = 3000;
/** About one ping a second goes to the peers in turn: with ten of them it takes that long until each had one. */
const pingsMs = 25_000;
/** The figures of alerting come a moment after health does. */
const appearMs = 1000;
const pauseMs = 500;

/** Waits until the nodes that run see each other, this one among them: members as many as they are and stable, and pings answered between all. */
export async function waitMesh(node: ClusterNode, cluster: readonly ClusterNode[], options: MeshOptions, { signal, world }: { readonly signal: AbortSignal; readonly world: Pick<World, 'clock' | 'http'> }): Promise<MeshView> {
  const { mode, strangers, changing, unseen = false } = options;
  const lookWhoRuns = async () => [node, ...await runningOf(cluster.filter(({ name }) => name !== node.name), world)];
  let running = await lookWhoRuns();
  const began = world.clock.monotonic();
  const first = new Map<string, MeshMetrics>();
  const counted = { text: '', at: began };
  for (;;) {
    const answers = await Promise.all(running.map((one) => readMetrics(one, world)));
    const [own] = answers;
    const now = world.clock.monotonic();
    if (own === undefined || 'why' in own) return { kind: 'unseen', remark: own?.why ?? '' };
    if (own.metrics.members === undefined && (unseen || now - began >= appearMs)) return { kind: 'unseen', remark: 'its metrics say nothing of other nodes' };
    const meshed = answers.flatMap((answer) => ('metrics' in answer && answer.metrics.members !== undefined ? [answer] : []));
    for (const { name, metrics } of meshed) if (first.get(name)?.ownId !== metrics.ownId || !first.has(name)) first.set(name, metrics);

    const text = meshed.map(({ metrics }) => metrics.members).join();
    if (text !== counted.text) Object.assign(counted, { text, at: now });
    const complete = meshed.length > 0 && meshed.every(({ metrics: { members = 0 } }) => (strangers ? members >= meshed.length : members === meshed.length));
    const settled = complete && (meshed.length === 1 || now - counted.at >= stableMs);
    const peers = mode === 'redis' ? 1 : meshed.length - 1;
    const pinged = meshed.length < 2 || meshed.every(({ name, metrics }) => pingedPeers(first.get(name)!, metrics) >= peers);
    const sees = own.metrics.members ?? 0;
    // Somebody may stop one of them meanwhile, or start another.
    const decided = settled && (pinged || now - counted.at >= pingsMs);
    const stillRunning = complete && !decided && answers.every((answer) => 'metrics' in answer) ? running : await lookWhoRuns();
    const same = String(stillRunning.map(({ name }) => name)) === String(running.map(({ name }) => name));
    const view = { kind: 'seen', sees, of: Math.max(running.length, sees), whole: settled && meshed.length === running.length } as const;
    if (same && decided) return pinged ? view : { ...view, remark: mode === 'redis' ? 'Redis answers no pings' : 'no pings over UDP, so each node may send an alert' };
    if (signal.aborted || now - began >= longestMs[changing ? 'changing' : 'usual']) return view;
    running = stillRunning;
    await world.clock.sleep(pauseMs);
  }
}

/** Whether the nodes that run count each other, at one look; undefined: that cannot be seen. */
export async function isMeshWhole(cluster: readonly ClusterNode[], world: Pick<World, 'http'>): Promise<boolean | undefined> {
  const running = await runningOf(cluster, world);
  const answers = await Promise.all(running.map((one) => readMetrics(one, world)));
  const members = answers.flatMap((answer) => ('metrics' in answer && answer.metrics.members !== undefined ? [answer.metrics.members] : []));
  return members.length === 0 ? undefined : members.length === running.length && members.every((count) => count >= running.length);
}

async function readMetrics({ name, connection, health: { address, tls, path } }: ClusterNode, { http }: Pick<World, 'http'>): Promise<{ readonly name: string; readonly metrics: MeshMetrics } | { readonly why: string }> {
  try {
    const { status, body } = await http.request({ dial: () => connection.dial(address), host: address.host, path: path.replace(/api\/health$/, 'metrics'), tls, timeoutMs: 5000 });
    if (status === 200) return { name, metrics: parseMeshMetrics(body) };
    return { why: status === 401 ? 'its metrics want a login' : 'it shows no metrics' };
  } catch {
    return { why: 'it shows no metrics' };
  }
}

/** How many peers answered a ping between two looks at one node. */
function pingedPeers(first: MeshMetrics, last: MeshMetrics): number {
  return [...last.pings].filter(([peer, count]) => count > (first.pings.get(peer) ?? 0)).length;
}
