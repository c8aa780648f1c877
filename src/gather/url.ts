import type { Cluster } from '../cluster/cluster.ts';
import type { Gathered, NodeEntry } from '../facts.ts';
import type { UrlFacts } from '../facts/url.ts';
import type { World } from '../world.ts';

/** Asks what answers under root_url, from here, without a login. `missing` when the name does not resolve or nothing answers yet. */
export async function gatherUrl(_cluster: Cluster, _nodes: readonly NodeEntry[], addresses: readonly string[] | undefined, _world: World): Promise<Gathered<UrlFacts>> {
  return { ok: true, facts: { addresses: addresses ?? [] } };
}
