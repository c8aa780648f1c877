import type { Cluster } from '../cluster/cluster.ts';
import { connectNodes } from '../gather/connect.ts';
import type { ConnectedNodes, ConnectNodesOptions } from '../gather/connect.ts';
import { gatherFacts } from '../gather/gather.ts';
import type { Gathering, GatherOptions } from '../gather/gather.ts';
import type { World } from '../world.ts';

export interface Looked {
  /** For `await using`: open until the caller is done with the nodes. */
  readonly connected: ConnectedNodes;
  readonly gathering: Gathering;
}

/** Connects to the nodes and gathers what the checks judge, with a live line a node. */
export async function lookAtNodes(world: World, cluster: Cluster, reach: ConnectNodesOptions, options: GatherOptions): Promise<Looked> {
  const names = reach.nodes ?? cluster.nodes.map(({ name }) => name);
  const lines = new Map(names.map((name) => [name, world.screen.progress(name, { quiet: true })]));
  const tell = (name: string, doing: string): void => lines.get(name)?.update(`${name}  ${doing}`);
  try {
    const connected = await connectNodes(world, cluster, { ...reach, tell });
    try {
      return { connected, gathering: await gatherFacts(cluster, connected, world, { ...options, tell }) };
    } catch (error) {
      await connected[Symbol.asyncDispose]();
      throw error;
    }
  } finally {
    lines.forEach((line) => line.done());
  }
}
