import { parseAddress } from '../cluster/address.ts';
import type { Address } from '../cluster/cluster.ts';
import { classifyIp } from '../cluster/ip.ts';
import type { NodeFacts } from '../facts.ts';
import type { GossipNode } from '../facts/peers.ts';
import type { EffectiveConfig } from '../grafana/effective-config.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { holdsFor, versionFacts } from '../grafana/versions.ts';

/** What a node's Grafana does about its peers, by the config it reads. */
export interface GossipState {
  readonly state: GossipNode['state'];
  /** What it advertises, where the config tells. */
  readonly advertised?: Address;
  /** Its ha_peers as they are written. */
  readonly peers: readonly string[];
  readonly label: string;
}

/** Reads how a node gossips; a Grafana that does not run will be asked again after its first push. */
export function gossipState(facts: NodeFacts): GossipState {
  const effective = effectiveOf(facts);
  if (!effective.ok || !facts.service.known) return { state: 'unknown', peers: [], label: '' };
  const value = (key: string): string => effective.config.get('unified_alerting', key)?.value ?? '';
  const version = facts.grafana?.version ?? '';
  const knowsLabel = holdsFor(versionFacts.haLabel, version);
  const peers = value('ha_peers').split(',').map((peer) => peer.trim()).filter((peer) => peer !== '');
  const advertised = advertisedBy(effective.config);
  return {
    state: !facts.service.active ? 'off' : knowsLabel && value('ha_redis_address') !== '' ? 'redis' : peers.length > 0 ? 'gossips' : 'alone',
    peers,
    label: knowsLabel ? value('ha_label') : '',
    ...(advertised === undefined ? {} : { advertised }),
  };
}

/** Without an address to advertise it is the one it listens on; where that is every one, Grafana chooses. */
function advertisedBy(config: EffectiveConfig): Address | undefined {
  for (const key of ['ha_advertise_address', 'ha_listen_address']) {
    const parsed = parseAddress(config.get('unified_alerting', key)?.value ?? '');
    const reach = parsed.ok ? classifyIp(parsed.value.host) : undefined;
    if (parsed.ok && reach !== undefined && reach !== 'unspecified') return parsed.value;
  }
  return undefined;
}
