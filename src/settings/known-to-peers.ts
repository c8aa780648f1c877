import { formatAddress, parseAddress } from '../cluster/address.ts';
import type { Address, Cluster } from '../cluster/cluster.ts';

/**
 * Adds the nodes that nobody could ask: they keep the addresses under which the others know them already. `peers` is what each
 * node that was asked has as ha_peers; where these name more or fewer strangers than are missing, nothing is added.
 */
export function withKnownToPeers(gossip: ReadonlyMap<string, Address>, { nodes }: Pick<Cluster, 'nodes'>, peers: readonly string[], port: number): ReadonlyMap<string, Address> {
  const missing = nodes.filter(({ name }) => !gossip.has(name));
  if (missing.length === 0) return gossip;
  const own = [...gossip.values()].map(formatAddress);
  const named = peers.flatMap((list) => list.split(',')).flatMap((text) => {
    const address = parseAddress(text.trim(), port);
    return address.ok ? [address.value] : [];
  });
  const strangers = new Map(named.map((address) => [formatAddress(address), address] as const).filter(([text]) => !own.includes(text)));
  if (strangers.size !== missing.length) return gossip;
  return new Map([...gossip, ...[...strangers.values()].map((address, index) => [missing[index]!.name, address] as const)]);
}
