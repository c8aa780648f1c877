import type { Cluster, Node } from '../cluster/cluster.ts';
import type { Facts, NodeFacts } from '../facts.ts';
import { gossipAddresses } from './gossip-addresses.ts';
import { settingsFor } from './settings-for.ts';
import type { ClusterSecrets, ManagedSetting, SettingsInput } from './settings-for.ts';

export interface NodeSettingsInput {
  readonly cluster: Cluster;
  readonly facts: Facts;
  readonly secrets: ClusterSecrets;
}

/** The settings of one node, from what was gathered on all of them. */
export function nodeSettings(node: Node, facts: NodeFacts, { cluster, facts: all, secrets }: NodeSettingsInput): readonly ManagedSetting[] {
  return settingsFor(cluster, node, settingsInput(facts, cluster, all, secrets));
}

/** What the settings of a node depend on beside the cluster file. */
export function settingsInput(facts: NodeFacts, cluster: Cluster, all: Facts, secrets: ClusterSecrets): SettingsInput {
  const sources = new Map(all.nodes.flatMap(({ name, node: gathered }) => (gathered.ok ? [[name, gathered.facts.sourceAddresses] as const] : [])));
  return {
    secrets,
    version: facts.grafana?.version ?? '',
    configPath: facts.configPath,
    ...(facts.caBundle === undefined ? {} : { caBundle: facts.caBundle.path }),
    gossip: gossipAddresses(cluster, sources),
    ownAddresses: facts.addresses,
  };
}
