import type { Address, Cluster, Node } from '../cluster/cluster.ts';
import type { Facts, NodeFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { baseSettings } from './base-settings.ts';
import { hasSecretsManager } from './encryption-keys.ts';
import { gossipAddresses } from './gossip-addresses.ts';
import { maxOpenConnOf } from './max-open-conn.ts';
import { withKnownToPeers } from './known-to-peers.ts';
import type { ManagedSetting } from './managed-setting.ts';
import { remembered } from './remembered.ts';
import { type ClusterSecrets, settingsFor, type SettingsInput } from './settings-for.ts';

export interface NodeSettingsInput {
  readonly cluster: Cluster;
  readonly facts: Facts;
  readonly secrets: ClusterSecrets;
}

/** The settings of one node, from what was gathered on all of them. */
export function nodeSettings(node: Node, facts: NodeFacts, { cluster, facts: all, secrets }: NodeSettingsInput): readonly ManagedSetting[] {
  const managed = settingsFor(cluster, node, settingsInput(facts, cluster, all, secrets));
  const base = all.local.baseSettings;
  return base?.ok === true ? [...managed, ...baseSettings(base.text, managed)] : managed;
}

/** What the settings of a node depend on beside the cluster file. */
export function settingsInput(facts: NodeFacts, cluster: Cluster, all: Facts, secrets: ClusterSecrets): SettingsInput {
  const present = effectiveOf(facts);
  const version = facts.grafana?.version ?? '';
  const maxOpenConn = maxOpenConnOf(cluster, all, version, present.ok ? present.config : undefined);
  return {
    secrets,
    version,
    ...(maxOpenConn === undefined ? {} : { maxOpenConn }),
    configPath: facts.configPath,
    ...(facts.caBundle === undefined ? {} : { caBundle: facts.caBundle.path }),
    ...(facts.databaseCa === undefined ? {} : { presentCa: facts.databaseCa.path }),
    ...(facts.redisCa === undefined ? {} : { presentRedisCa: facts.redisCa.path }),
    secretsManager: hasSecretsManager(facts),
    ...(present.ok ? { present: present.config } : {}),
    ...ofCluster(cluster, all),
    ownAddresses: facts.addresses,
  };
}

/** What is the same for every node. */
const ofCluster = remembered((cluster, all): Pick<SettingsInput, 'gossip' | 'aliases'> => {
  const sources = new Map(all.nodes.flatMap(({ name, node: gathered }) => (gathered.ok ? [[name, gathered.facts.sourceAddresses] as const] : [])));
  const peers = all.nodes.flatMap(({ node }) => (node.ok ? [presentPeers(node.facts)] : []));
  const gossip = withKnownToPeers(gossipAddresses(cluster, sources), cluster, peers, cluster.alerting.port);
  return { gossip, aliases: aliasesOf(cluster, all, gossip) };
});

function presentPeers(facts: NodeFacts): string {
  const reading = effectiveOf(facts);
  return reading.ok ? reading.config.get('unified_alerting', 'ha_peers')?.value ?? '' : '';
}

/** Every name under which a config may speak of a node. */
function aliasesOf({ nodes }: Cluster, { nodes: entries }: Facts, gossip: ReadonlyMap<string, Address>): ReadonlyMap<string, Address> {
  return new Map(nodes.flatMap(({ name, target }) => {
    const address = gossip.get(name);
    const entry = entries.find((one) => one.name === name)?.node;
    return address === undefined ? [] : [target.host, ...(entry?.ok ? [entry.facts.hostName] : []), address.host].map((alias) => [alias, address] as const);
  }));
}
