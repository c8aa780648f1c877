import type { World } from '../world.ts';
import type { ClusterNode } from './cluster-node.ts';
import { askHealth } from './wait-healthy.ts';

/** Whether people are still served while this node is away, or this node serves nobody either. */
export async function isSpared(node: ClusterNode, cluster: readonly ClusterNode[], world: Pick<World, 'http'>): Promise<boolean> {
  const isWell = async ({ connection, health, healthBefore = health }: ClusterNode): Promise<boolean> =>
    (await Promise.all([health, healthBefore].map((at) => askHealth({ connection, health: at }, world)))).includes(true);
  const others = await Promise.all(cluster.filter(({ name }) => name !== node.name).map(isWell));
  return others.includes(true) || !(await isWell(node));
}
