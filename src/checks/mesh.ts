import type { GossipNode, MeshMetrics, MeshWatch } from '../facts/peers.ts';
import { wasRestarted } from '../grafana/metrics.ts';
import { pendingGossip } from '../settings/pending-gossip.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type About, type Check, check, failedUntilPush, type Finding, type Judgement, passed, type Scene, type Skipped, skipped, warned } from './check.ts';
import { meshSettingsChecks } from './mesh-settings.ts';
import { sshTo } from './ssh-to.ts';
import { wholeCluster } from './subjects.ts';

/** What the nodes' Grafanas themselves say of the mesh they are in. */
export const meshChecks: readonly Check[] = [
  ...meshSettingsChecks,
  check({
    id: 'gossip.members', group: 'gossip', about: everyMesh(['gossips', 'redis']),
    title: 'Every node sees all nodes of the cluster, and nobody else',
    why: 'Nodes that do not see each other all send the same alert; a stranger in the mesh delays what is sent and takes silences along.',
    fix: 'Start the nodes that are down and push to those without peers; open TCP and UDP between the nodes; give this cluster a label of its own when a stranger is in its mesh.',
    judge: judgeMembers,
  }),
  check({
    id: 'gossip.positions', group: 'gossip', about: wholeCluster,
    title: 'Every node has a position of its own among its peers',
    why: 'The node at position 0 sends at once, each other one waits for those before it: two at one position both send.',
    fix: 'Mend what keeps the nodes from seeing each other: the findings of peers.tcp, peers.udp and gossip.members. Positions follow by themselves.',
    judge: judgePositions,
  }),
  check({
    id: 'gossip.redis', group: 'gossip', about: everyMesh(['redis']),
    title: 'The Redis that the nodes agree over answers',
    why: 'When it is gone every node believes itself to be at position 0 and sends every alert.',
    fix: 'Bring Redis back, or correct its address and password under [redis] of the cluster file and push. Grafana finds it again by itself.',
    judge: judgeRedis,
  }),
];

interface Watched {
  readonly node: GossipNode;
  readonly mesh: MeshWatch;
}

/** The nodes whose Grafana is in a mesh of that kind. */
function everyMesh(states: readonly GossipNode['state'][]): About<Watched> {
  return ({ facts: { peers } }) => (peers?.ok !== true ? [] : peers.facts.nodes
    .filter(({ state }) => states.includes(state))
    .map((node) => ({ label: node.name, node: node.name, fact: node.mesh.ok ? { ok: true, facts: { node, mesh: node.mesh.facts } } : node.mesh })));
}

function judgeMembers({ node, mesh }: Watched, scene: Scene): Judgement | Skipped {
  const { cluster, facts } = scene;
  const { first, last = first } = mesh;
  const count = cluster.nodes.length;
  const expected = `${count} members, on every node`;
  if (wasRestarted(mesh)) return skipped(`Grafana on ${node.name} was started anew while it was watched`);
  if (last.members === undefined) return isAnswering(node, scene) ? skipped(`the metrics of ${node.name} say nothing of its mesh`) : judge(scene, { code: 'no-mesh', found: 'Grafana runs without a mesh, though its config names peers', expected, hint: restartHint(node, cluster) });
  if (node.state === 'redis' && last.members === 0) return skipped('Redis is gone');
  if (first.members !== last.members || (last.peersLeft ?? 0) > (first.peersLeft ?? 0)) return judge(scene, {
    code: 'unstable',
    found: `${first.members ?? 0} members, then ${last.members}; ${(last.peersLeft ?? 0) - (first.peersLeft ?? 0)} left meanwhile`,
    expected: `${expected}, all the time`,
    hint: 'grafana-ha validate --only peers.tcp,peers.udp,gossip.advertise',
  });
  if (last.members > count) {
    const finding = { code: 'foreign', found: `${last.members} members, and the cluster has ${count} nodes`, expected, hint: 'label = ANOTHER-NAME under [alerting] of the cluster file, then grafana-ha push' };
    // Right after a restart the old self of a node counts for some seconds.
    return mesh.last === undefined ? warned(finding) : judge(scene, finding);
  }
  if (last.members === count) return passed(`${count} members`);
  const absent = absentNodes(scene);
  if (last.members >= count - absent.length) {
    const finding = { code: 'missing', found: `${last.members} of ${count} members: ${absent.map(({ why }) => why).join(', ')}`, expected, hint: absent.find(({ hint }) => hint !== undefined)?.hint ?? 'grafana-ha validate' };
    return absent.some(({ isOut }) => isOut) ? failedUntilPush(finding) : warned(finding);
  }
  return judge(scene, {
      code: 'too-few', found: `${last.members} of ${count} members, though Grafana runs on ${facts.peers?.ok ? facts.peers.facts.nodes.filter(({ state }) => state === node.state).length : count}`, expected,
      hint: 'grafana-ha validate --only peers.tcp,peers.udp',
    });
}

/** Its memberlist answered us or could not be asked. */
function isAnswering({ name }: GossipNode, { facts: { peers } }: Scene): boolean {
  const ways = peers?.ok ? peers.facts.pairs.filter(({ to }) => to === name).map(({ udp }) => udp.kind) : [];
  return ways.length === 0 || ways.some((kind) => kind === 'open' || kind === 'other-label' || kind === 'not-tried');
}

interface Absent {
  readonly why: string;
  /** For sure; else nobody looked. */
  readonly isOut?: true;
  readonly hint?: string;
}

/** The nodes that cannot be members now, and why. */
function absentNodes({ cluster, facts: { peers, nodes } }: Scene): readonly Absent[] {
  return cluster.nodes.flatMap((node) => {
    const found = peers?.ok ? peers.facts.nodes.find(({ name }) => name === node.name) : undefined;
    if (found === undefined) return [{ why: `${node.name} was not looked at${nodes.some(({ name }) => name === node.name) ? '' : ' (--nodes)'}` }];
    switch (found.state) {
      case 'off': return [{ why: `${node.name} does not run`, isOut: true, hint: `${sshTo(node, cluster)} sudo systemctl start ${node.grafana.unit}` }];
      case 'alone': return [{ why: `${node.name} runs without peers`, isOut: true, hint: 'grafana-ha push' }];
      case 'unknown': return [{ why: `nothing tells what ${node.name} does` }];
      default: return [];
    }
  });
}

function judgePositions(_: Scene, scene: Scene): Judgement | undefined {
  const { peers } = scene.facts;
  const watched = peers?.ok ? peers.facts.nodes.flatMap(({ name, mesh }) => (mesh.ok && !wasRestarted(mesh.facts) ? [{ name, mesh: mesh.facts }] : [])) : [];
  const shared = (look: (mesh: MeshWatch) => MeshMetrics): readonly string[] => {
    const at = (position: number): readonly string[] => watched.filter(({ mesh }) => look(mesh).position === position).map(({ name }) => name);
    const positions = new Set(watched.flatMap(({ mesh }) => look(mesh).position ?? []));
    return [...positions].filter((position) => at(position).length > 1).map((position) => `${at(position).join(' and ')} are at position ${position}`);
  };
  if (watched.filter(({ mesh }) => mesh.first.position !== undefined).length < 2) return undefined;
  const [before, after] = [shared(({ first }) => first), shared(({ first, last = first }) => last)];
  const all = watched.map(({ mesh: { first, last = first } }) => last.position).join(' ');
  // One look may fall into a restart.
  if (after.length === 0 || before.length === 0) return passed(all);
  const finding = { code: 'shared', found: after.join('; '), expected: `positions 0 to ${scene.cluster.nodes.length - 1}, one each`, hint: 'grafana-ha validate --only peers.tcp,peers.udp,gossip.members' };
  return watched.some(({ mesh }) => mesh.last === undefined) ? warned(finding) : judge(scene, finding);
}

function judgeRedis({ mesh: { first, last = first } }: Watched, scene: Scene): Judgement {
  const grown = (last.pingFailures ?? 0) - (first.pingFailures ?? 0);
  if (last.members !== 0 && grown === 0) return passed();
  return judge(scene, {
    code: 'dead',
    found: `${last.members ?? 0} members, position ${last.position ?? 0}${grown > 0 ? `, ${grown} pings to Redis failed meanwhile` : ''}`,
    expected: `${scene.cluster.nodes.length} members; without Redis every node sends every alert`,
    hint: 'grafana-ha validate --only redis.*',
  });
}

/** A push starts the nodes anew and waits for their mesh; as long as it would change how they gossip, it is also what mends this. */
function judge({ cluster, facts }: Scene, finding: Finding): Judgement {
  return failedUntilPush(pendingGossip(cluster, facts).size > 0 ? { ...finding, hint: 'grafana-ha push' } : finding);
}

function restartHint({ name }: GossipNode, cluster: Cluster): string {
  const node = cluster.nodes.find((one) => one.name === name)!;
  return `${sshTo(node, cluster)} sudo systemctl restart ${node.grafana.unit}`;
}
