import type { World } from '../world.ts';
import type { ClusterNode } from './cluster-node.ts';
import { runningOf } from './who-runs.ts';

/** Whether people are still served while this node is away, or this node serves nobody either. */
export async function isSpared(node: ClusterNode, cluster: readonly ClusterNode[], world: Pick<World, 'http'>): Promise<boolean> {
  const others = await runningOf(cluster.filter(({ name }) => name !== node.name), world);
  return others.length > 0 || (await runningOf([node], world)).length === 0;
}
