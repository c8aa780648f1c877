import type { Address, Cluster } from '../cluster/cluster.ts';

/** Peer name → the address a node uses to reach that peer, by node name. */
export type SourceAddresses = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The address at which each node is reached by its peers, in the cluster's order: what the cluster file names,
 * else the one the node itself uses to reach most of its peers. A node about which nothing is known is left out.
 */
export function gossipAddresses(cluster: { readonly nodes: Cluster['nodes']; readonly alerting: Pick<Cluster['alerting'], 'port'> }, sources: SourceAddresses): ReadonlyMap<string, Address> {
  return new Map(
    cluster.nodes.flatMap((node) => {
      const host = mostUsed([...(sources.get(node.name)?.values() ?? [])]);
      const address = node.gossipAddress ?? (host === undefined ? undefined : { host, port: cluster.alerting.port });
      return address === undefined ? [] : [[node.name, address] as const];
    }),
  );
}

function mostUsed(hosts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1);
  return [...counts].toSorted(([, left], [, right]) => right - left)[0]?.[0];
}
