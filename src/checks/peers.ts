import type { GossipNode, Way } from '../facts/peers.ts';
import { pingGrowth } from '../grafana/metrics.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import { pendingGossip } from '../settings/pending-gossip.ts';
import { formatAddress } from '../cluster/address.ts';
import { type Check, check, failed, failedUntilPush, type Finding, type Judgement, passed, type Scene, skipped, warned } from './check.ts';
import { meshChecks } from './mesh.ts';
import { openPortHint } from './open-port-hint.ts';
import { type Direction, judgedPairs, type Verdict } from './pairs.ts';
import { sshTo } from './ssh-to.ts';

const open = 'TCP and UDP between every pair of nodes, both ways';

/** Every way between the nodes, and the mesh that goes over them. */
export const peersChecks: readonly Check[] = [
  check({
    id: 'peers.tcp', group: 'gossip', about: (scene) => judgedPairs(scene, tcpJudge(scene)),
    title: 'Every node reaches the gossip port of every other one over TCP',
    why: 'Without TCP a node that starts waits ten seconds for each peer and may stay alone; silences and what was sent are never made complete.',
    fix: 'Open the gossip port (9094 unless the cluster file says another) for TCP between all nodes, on each host and in what lies between them. Then restart Grafana on one node after the other.',
    judge: (verdict) => verdict,
  }),
  check({
    id: 'peers.udp', group: 'gossip', about: (scene) => judgedPairs(scene, udpJudge(scene)),
    title: 'Every node reaches the gossip port of every other one over UDP',
    why: 'With TCP alone every figure of Grafana stays green, no log has a line, and each alert is sent by several nodes.',
    fix: 'Open the gossip port (9094 unless the cluster file says another) for UDP between all nodes, both ways, on each host and in what lies between them: a rule for TCP is not enough. All nodes need the same ha_label, which a push sees to.',
    judge: (verdict) => verdict,
  }),
  check({
    id: 'peers.http', group: 'gossip', about: (scene) => judgedPairs(scene, httpJudge(scene)),
    title: 'The HTTP port of a node is open to all of its peers or to none',
    why: 'Nodes do not need it of each other; a port that some reach and others do not is an oversight that a balancer on one of them would meet.',
    fix: 'Open the HTTP port of that node for the same hosts as on its peers, or close it for all but the balancer.',
    judge: (verdict) => verdict,
  }),
  ...meshChecks,
];

function tcpJudge(scene: Scene): (direction: Direction) => Verdict {
  const mends = pushMends(scene);
  return ({ from, to, pair }) => {
    const { tcp } = pair;
    const finding = (code: string, found: string): Finding => ({ code, found, expected: open, hint: openPortHint(to, from, 'tcp', scene.cluster) });
    switch (tcp.kind) {
      case 'open': return passed();
      case 'not-tried': return skipped(tcp.why);
      default: return mends(from, to, finding(tcp.kind === 'failed' ? 'unreachable' : tcp.kind, `TCP ${portOf(to)} ${said(tcp)}, UDP ${said(pair.udp)}`));
    }
  };
}

function udpJudge(scene: Scene): (direction: Direction) => Verdict {
  const mends = pushMends(scene);
  return ({ from, to, pair, back }) => {
    const { udp } = pair;
    const growth = from.mesh.ok && to.mesh.ok ? pingGrowth(from.mesh.facts, to.mesh.facts) : undefined;
    const hint = openPortHint(to, from, 'udp', scene.cluster);
    const state = `TCP ${portOf(to)} ${said(pair.tcp)}, UDP ${said(udp)}`;
    const finding = (code: string, found: string): Finding => ({ code, found, expected: open, hint });
    const standing = (): Finding => finding('standing', `${state}; Grafana pings there, and no ping was answered while it was watched${greenWords(from, to, scene)}`);
    switch (udp.kind) {
      case 'open': return growth === 0 && back?.udp.kind === 'open' ? mends(from, to, standing()) : passed(growth === undefined ? undefined : 'answered, and the counter grows');
      case 'not-tried': return growth === undefined ? skipped(udp.why) : growth > 0 ? passed('the counter grows') : mends(from, to, standing());
      case 'other-label': return otherLabel(from, to, udp.label, scene);
      default:
        if (udp.listened) return mends(from, to, finding(udp.kind === 'failed' ? 'unreachable' : udp.kind, state));
        if (growth === undefined) return warned(finding('not-answered', `${state}: our ping was not answered, and nothing tells whether Grafana's are`));
        if (growth === 0) return mends(from, to, finding(udp.kind === 'failed' ? 'unreachable' : udp.kind, `${state}, and Grafana's own pings are not answered either${greenWords(from, to, scene)}`));
        return warned({
          ...finding('stateful', `${state} for a ping from another port, while Grafana's own pings are answered`),
          expected: 'a rule that lets gossip in, not only answers to what the node itself has sent',
        });
    }
  };
}

/** All that most people look at. */
function greenWords(from: GossipNode, to: GossipNode, { cluster }: Scene): string {
  const isGreen = [from, to].every(({ mesh }) => mesh.ok && (mesh.facts.last ?? mesh.facts.first).members === cluster.nodes.length);
  return isGreen ? "; Grafana's other figures say that all is well" : '';
}

function otherLabel(from: GossipNode, to: GossipNode, label: string, scene: Scene): Judgement {
  const { cluster } = scene;
  const name = (text: string): string => (text === '' ? 'no label' : `the label ${text}`);
  const isOwn = label === to.label;
  const node = cluster.nodes.find((one) => one.name === to.name)!;
  const finding = {
    code: isOwn ? 'other-label' : 'foreign',
    found: isOwn
      ? `${[name(from.label), name(label)].toSorted().join(' here and ')} there: they do not hear each other on UDP ${portOf(to)}`
      : `what answers on UDP ${portOf(to)} has ${name(label)}, and ${name(from.label)} is asked for`,
    expected: 'one ha_label on all nodes, and nobody else on that port',
    hint: isOwn ? 'grafana-ha push' : `${sshTo(node, cluster)} 'sudo ss -lntup sport = :${portOf(to)}'`,
  };
  // A push gives every node the label of the cluster file.
  return isOwn && pendingGossip(cluster, scene.facts).size > 0 ? failedUntilPush(finding) : failed(finding);
}

function httpJudge({ facts }: Scene): (direction: Direction) => Verdict {
  const pairs = facts.peers?.ok ? facts.peers.facts.pairs : [];
  const reached = new Set(pairs.filter(({ http }) => http.kind === 'open').map(({ to }) => to));
  return ({ pair: { http }, to }) => {
    if (http.kind === 'open') return passed();
    if (http.kind === 'not-tried') return skipped(http.why);
    return !reached.has(to.name) ? passed('closed between the nodes') : warned({
      code: http.kind === 'failed' ? 'unreachable' : http.kind,
      found: `the HTTP port ${said(http)}, though other nodes reach it`,
      expected: 'open to all nodes or to none',
      hint: 'the firewall rules of the HTTP port on that node and on the way to it',
    });
  };
}

/** Until then a Grafana may not listen yet; a push waits for it. */
const startingSeconds = 60;

/** Where a push changes the address that was tried, or Grafana has just been started there, what was found keeps none from starting. */
function pushMends({ cluster, facts }: Scene): (from: GossipNode, to: GossipNode, finding: Finding) => Judgement {
  const pending = pendingGossip(cluster, facts);
  const planned = gossipAddresses(cluster, new Map(facts.nodes.flatMap(({ name, node }) => (node.ok ? [[name, node.facts.sourceAddresses] as const] : []))));
  const isMoved = ({ name, address }: GossipNode): boolean => {
    const next = planned.get(name);
    return pending.has(name) && address !== undefined && next !== undefined && formatAddress(address) !== formatAddress(next);
  };
  const isStarting = ({ name }: GossipNode): boolean => {
    const node = facts.nodes.find((one) => one.name === name)?.node;
    return node?.ok === true && node.facts.running !== undefined && facts.at.getTime() / 1000 + node.facts.clockAheadSeconds - node.facts.running.startedAt < startingSeconds;
  };
  return (from, to, finding) => {
    if (isMoved(from) || isMoved(to)) return failedUntilPush({ ...finding, hint: 'grafana-ha push' });
    return isStarting(from) || isStarting(to) ? failedUntilPush(finding) : failed(finding);
  };
}

function portOf({ address }: GossipNode): string {
  return String(address?.port ?? '');
}

function said(way: Way): string {
  switch (way.kind) {
    case 'failed': return `unreachable (${way.said})`;
    case 'not-tried': return 'not tried';
    case 'other-label': return 'answered under another label';
    default: return way.kind;
  }
}
