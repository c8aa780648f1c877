import { formatAddress, parseAddress } from '../cluster/address.ts';
import type { Address } from '../cluster/cluster.ts';
import { isIp } from '../cluster/ip.ts';
import type { NodeFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import { type GossipState, gossipState } from '../settings/gossip-state.ts';
import { isOnDatabase } from '../settings/on-database.ts';
import { type About, type Check, check, failedUntilPush, type Judgement, passed, type Scene } from './check.ts';
import { everyNode, type LookedAt } from './subjects.ts';

const hint = 'grafana-ha push';

/** What the nodes that run gossip with now. A push mends all of it, so that nothing here keeps one from starting. */
export const meshSettingsChecks: readonly Check[] = [
  check({
    id: 'gossip.peers', group: 'gossip', about: everyRunning,
    title: 'Every node that runs names its peers, all of them and nobody else',
    why: 'Alert rules run on every node, and only gossip keeps each node from sending every alert: without peers N nodes send it N times, and no log says so.',
    fix: 'Push: it writes the same ha_peers on every node, from [nodes] of the cluster file. A node that was removed from there goes from the peers of the others, too.',
    judge: judgePeers,
  }),
  check({
    id: 'gossip.label', group: 'gossip', about: everyRunning,
    title: 'All nodes that run have the same ha_label',
    why: 'Nodes with different labels do not hear each other, and each half sends every alert.',
    fix: 'Push: every node gets the label of [alerting] in the cluster file. While one node after the other changes, alerts may come twice.',
    judge: ({ node, state }, scene) => {
      if (state.state !== 'gossips') return undefined;
      const labels = everyRunning(scene).flatMap(({ fact }) => (fact.ok && fact.facts.state.state === 'gossips' ? [fact.facts.state.label] : []));
      const usual = labels.toSorted((one, other) => labels.filter((label) => label === other).length - labels.filter((label) => label === one).length)[0];
      return state.label === usual ? passed(state.label || 'none') : failedUntilPush({
        code: 'differs', found: `${state.label || 'no label'} on ${node.name}, ${usual || 'no label'} on the others`, expected: 'one label on all nodes', hint,
      });
    },
  }),
  check({
    id: 'gossip.advertise', group: 'gossip', about: everyRunning,
    title: 'Every node that runs tells its peers an address that is its own',
    why: 'Two nodes with one address throw each other out of the mesh again and again; one with an address of nobody is alone.',
    fix: 'Push: each node gets its own address, that of gossip_address under [node.NAME] of the cluster file or the one it uses to reach its peers.',
    judge: ({ node, facts, state }, scene) => {
      const { advertised } = state;
      if (state.state !== 'gossips' || advertised === undefined) return undefined;
      const shown = formatAddress(advertised);
      const expected = 'an address of its own';
      const twins = everyRunning(scene).flatMap(({ fact }) => (fact.ok && fact.facts.state.state === 'gossips' && fact.facts.node.name !== node.name && sameAddress(fact.facts.state.advertised, advertised) ? [fact.facts.node.name] : []));
      if (twins.length > 0) return failedUntilPush({ code: 'shared', found: `${shown}, which ${twins.join(' and ')} advertises, too`, expected, hint });
      const isForeign = node.nat === undefined && facts.addresses.length > 0 && !facts.addresses.includes(advertised.host) && !advertised.host.startsWith('127.');
      // Where the cluster file says the same, gossip.address has the finding.
      if (isForeign && !sameAddress(plannedAddresses(scene).get(node.name), advertised)) return failedUntilPush({ code: 'not-local', found: `${shown}, which is on no interface of ${node.name}`, expected, hint });
      return passed(shown);
    },
  }),
];

interface Running extends LookedAt {
  readonly state: GossipState;
}

/** Nodes that run on the database of the cluster: the others are not in it yet. */
function everyRunning(scene: Scene): ReturnType<About<Running>> {
  if (scene.cluster.nodes.length < 2 || scene.cluster.alerting.mode !== 'gossip') return [];
  return everyNode(scene).flatMap(({ fact, ...subject }) => {
    if (!fact.ok) return [];
    const effective = effectiveOf(fact.facts.facts);
    const state = gossipState(fact.facts.facts);
    const isIn = effective.ok && state.state !== 'off' && state.state !== 'unknown' && isOnDatabase(effective.config, scene.cluster.database);
    return isIn ? [{ ...subject, fact: { ok: true as const, facts: { ...fact.facts, state } } }] : [];
  });
}

function judgePeers({ node, state }: Running, scene: Scene): Judgement | undefined {
  if (state.state === 'redis') return undefined;
  const { cluster, facts } = scene;
  const expected = `the other ${cluster.nodes.length - 1} in ha_peers`;
  if (state.peers.length === 0) return failedUntilPush({ code: 'none', found: `${node.name} runs without ha_peers: each of ${cluster.nodes.length} nodes sends every alert`, expected, hint });
  const planned = plannedAddresses(scene);
  const known = new Map(cluster.nodes.map(({ name, target }) => {
    const entry = facts.nodes.find((one) => one.name === name)?.node;
    return [name, new Set([target.host.toLowerCase(), planned.get(name)?.host ?? '', ...(entry?.ok ? ownNames(entry.facts) : [])])] as const;
  }));
  const hosts = state.peers.map((peer) => { const parsed = parseAddress(peer); return parsed.ok ? parsed.value.host.toLowerCase() : peer; });
  const missing = [...known].filter(([name, names]) => name !== node.name && !hosts.some((host) => names.has(host))).map(([name]) => name);
  // What a name leads to is not known here; it may be any node.
  const hasNames = hosts.some((host) => !isIp(host) && ![...known.values()].some((names) => names.has(host)));
  if (missing.length > 0 && !hasNames) return failedUntilPush({ code: 'missing', found: `ha_peers of ${node.name} lacks ${missing.join(' and ')}`, expected, hint });
  const strange = [...facts.nodes].every(({ node: entry }) => entry.ok) ? hosts.filter((host) => isIp(host) && ![...known.values()].some((names) => names.has(host))) : [];
  return strange.length === 0 ? passed() : failedUntilPush({ code: 'not-ours', found: `ha_peers of ${node.name} names ${strange.join(' and ')}, which is no node of this cluster`, expected: 'the nodes of this cluster alone', hint });
}

function ownNames(facts: NodeFacts): readonly string[] {
  const { advertised } = gossipState(facts);
  return [facts.hostName.toLowerCase(), ...facts.addresses, ...(advertised === undefined ? [] : [advertised.host])];
}

function plannedAddresses({ cluster, facts }: Scene): ReadonlyMap<string, Address> {
  return gossipAddresses(cluster, new Map(facts.nodes.flatMap(({ name, node }) => (node.ok ? [[name, node.facts.sourceAddresses] as const] : []))));
}

function sameAddress(one: Address | undefined, other: Address): boolean {
  return one !== undefined && formatAddress(one) === formatAddress(other);
}
