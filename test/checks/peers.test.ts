import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checksBeforePush } from '../../src/checks/before-push.ts';
import { gossipChecks } from '../../src/checks/gossip.ts';
import { peersChecks } from '../../src/checks/peers.ts';
import { isFailure, runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { Facts, NodeFacts } from '../../src/facts.ts';
import type { Firewall, MeshWatch, PairFacts, Way } from '../../src/facts/peers.ts';
import { parseMeshMetrics } from '../../src/grafana/metrics.ts';
import { gossipState } from '../../src/settings/gossip-state.ts';
import { sampleCluster, sampleConfig, sampleEntry, sampleFacts, sampleNode, sampleNodeFacts } from '../sample.ts';

const names = ['node1', 'node2', 'node3'];
const addressOf = (name: string): string => `10.0.0.1${name.at(-1)!}`;
const everyPeer = names.map((name) => `${addressOf(name)}:9094`).join(',');
const recordings = join(import.meta.dirname, '../recorded/metrics');

interface Picture {
  /** Lines of [unified_alerting] that a node has instead of what a push writes. */
  readonly configs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly facts?: Readonly<Record<string, Partial<NodeFacts>>>;
  readonly stopped?: readonly string[];
  /** `node1 node2 udp`: what became of that way; the others are open. */
  readonly ways?: Readonly<Record<string, Way>>;
  /** Folder of recorded metrics; absent: none were read. */
  readonly recorded?: string;
  /** One look in place of two. */
  readonly once?: boolean;
  readonly cluster?: Partial<Cluster>;
  readonly firewall?: Firewall;
}

function mesh(state: string | undefined, name: string, once: boolean): { readonly ok: true; readonly facts: MeshWatch } | { readonly ok: false; readonly missing: string } {
  const path = (at: string): string => join(recordings, state ?? '', `${name}-${at}.prom`);
  if (state === undefined || !existsSync(path('t0'))) return { ok: false, missing: `the metrics of ${name} cannot be read` };
  const look = (at: string): ReturnType<typeof parseMeshMetrics> => parseMeshMetrics(readFileSync(path(at), 'utf8'));
  return { ok: true, facts: { first: look('t0'), ...(once ? {} : { last: look('t12') }) } };
}

/** Three nodes that were pushed to and run, but for what the picture says. */
function scene({ configs = {}, facts: changes = {}, stopped = [], ways = {}, recorded, once = false, cluster: change = {}, firewall }: Picture): { readonly cluster: Cluster; readonly facts: Facts } {
  const cluster = sampleCluster({ nodes: names.map((name) => sampleNode(name, addressOf(name))), ...change });
  const entries = names.map((name) => {
    const gossip = { ha_listen_address: `${addressOf(name)}:9094`, ha_advertise_address: `${addressOf(name)}:9094`, ha_peers: everyPeer, ha_label: 'prod', ...configs[name] };
    const text = ['[database]', 'type = postgres', 'host = db.example.com:5432', 'name = grafana', '[unified_alerting]', ...Object.entries(gossip).map(([key, value]) => `${key} = ${value}`)].join('\n');
    return sampleEntry(name, { node: { ok: true, facts: sampleNodeFacts({
      hostName: name, config: sampleConfig(text), addresses: [addressOf(name)], sourceAddresses: new Map(names.filter((peer) => peer !== name).map((peer) => [peer, addressOf(name)])),
      service: { unit: 'grafana-server', known: true, active: !stopped.includes(name), enabled: true, restarts: 0, user: 'grafana', group: 'grafana' }, ...changes[name],
    }) } });
  });
  const nodes = entries.map(({ name, node }) => {
    if (!node.ok) throw new Error('every node of this test is looked at');
    const { state, advertised, label } = gossipState(node.facts);
    return { name, state, label, address: advertised ?? { host: addressOf(name), port: 9094 }, mesh: mesh(state === 'gossips' || state === 'redis' ? recorded : undefined, name, once), ...(firewall === undefined ? {} : { firewall }) };
  });
  const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to): PairFacts => {
    const way = (kind: string): Way => ways[`${from} ${to} ${kind}`] ?? { kind: 'open' };
    return { from, to, tcp: way('tcp'), udp: way('udp'), http: way('http') };
  }));
  return { cluster, facts: sampleFacts({ nodes: entries, peers: { ok: true, facts: { nodes, pairs } } }) };
}

function judge(picture: Picture): ReturnType<typeof runChecks> {
  const { cluster, facts } = scene(picture);
  return runChecks([...gossipChecks, ...peersChecks], facts, cluster, { today: '2027-01-04', fingerprint: () => 'aaaaaa' });
}

/** Such as `failed peers.udp node1 ↔ node2: silent`; skipped and passed are left out. */
function findings(picture: Picture): readonly string[] {
  return judge(picture).flatMap(({ check, label, judgement }) => (judgement.outcome === 'failed' || judgement.outcome === 'warned' ? [`${judgement.outcome} ${check} ${label}: ${judgement.code}`] : []));
}

const silent: Way = { kind: 'silent' };
const bothWays = (one: string, other: string, kind: string, way: Way = silent): Readonly<Record<string, Way>> => ({ [`${one} ${other} ${kind}`]: way, [`${other} ${one} ${kind}`]: way });
const away = (name: string): Readonly<Record<string, Way>> => Object.fromEntries(names.filter((one) => one !== name).flatMap((one) => ['tcp', 'udp', 'http'].map((kind) => [`${one} ${name} ${kind}`, { kind: 'not-tried', why: `${name} is away` }])));

const states: readonly [string, Picture, readonly string[]][] = [
  ['healthy', {}, []],
  ['node2-killed-and-restarted', {}, []],
  ['redis-healthy', { configs: Object.fromEntries(names.map((name) => [name, { ha_peers: '', ha_redis_address: 'redis:6379', ha_redis_db: '0', ha_redis_prefix: 'prod', ha_redis_peer_name: name }])), ways: { ...away('node1'), ...away('node2'), ...away('node3') }, cluster: { alerting: { mode: 'redis', port: 9094, label: 'prod' }, redis: { kind: 'single', addresses: [{ host: 'redis', port: 6379 }], db: 0, prefix: 'prod', tls: false } } }, []],
  ['udp-blocked-one-pair', { ways: bothWays('node1', 'node2', 'udp') }, ['failed peers.udp node1 ↔ node2: silent']],
  ['udp-blocked-all', { ways: { ...bothWays('node1', 'node2', 'udp'), ...bothWays('node1', 'node3', 'udp'), ...bothWays('node2', 'node3', 'udp') } }, ['failed peers.udp node1 ↔ node2: silent', 'failed peers.udp node1 ↔ node3: silent', 'failed peers.udp node2 ↔ node3: silent']],
  ['tcp-blocked-node1', { ways: { ...bothWays('node1', 'node2', 'tcp'), ...bothWays('node1', 'node3', 'tcp') } }, ['failed peers.tcp node1 ↔ node2: silent', 'failed peers.tcp node1 ↔ node3: silent']],
  ['node1-cut-off', { ways: { ...bothWays('node1', 'node2', 'tcp'), ...bothWays('node1', 'node3', 'tcp'), ...bothWays('node1', 'node2', 'udp'), ...bothWays('node1', 'node3', 'udp') } }, [
    'failed peers.tcp node1 ↔ node2: silent', 'failed peers.tcp node1 ↔ node3: silent', 'failed peers.udp node1 ↔ node2: silent', 'failed peers.udp node1 ↔ node3: silent',
    'failed gossip.members node1: too-few', 'failed gossip.members node2: too-few', 'failed gossip.members node3: too-few', 'failed gossip.positions : shared',
  ]],
  ['node3-stopped', { stopped: ['node3'], ways: away('node3') }, ['failed gossip.members node1: missing', 'failed gossip.members node2: missing']],
  ['node3-without-peers', { configs: { node3: { ha_peers: '' } }, ways: away('node3') }, ['failed gossip.peers node3: none', 'failed gossip.members node1: missing', 'failed gossip.members node2: missing']],
  ['same-advertise-address', { configs: { node3: { ha_advertise_address: `${addressOf('node2')}:9094` } } }, [
    'failed peers.udp node1 ↔ node3: standing', 'failed peers.udp node2 ↔ node3: standing', 'failed gossip.advertise node2: shared', 'failed gossip.advertise node3: shared',
  ]],
];

describe('what stands between the nodes', () => {
  it.each(states)('is judged from two looks at a mesh that is %s', (recorded, picture, expected) => {
    expect(findings({ ...picture, recorded })).toEqual(expected);
  });

  it('is judged in every state that was recorded', () => {
    const dead = 'redis-dead';
    expect([...states.map(([name]) => name), dead].toSorted()).toEqual(readdirSync(recordings).toSorted());
    const redis = states.find(([name]) => name === 'redis-healthy')![1];
    expect(findings({ ...redis, recorded: dead })).toEqual(expect.arrayContaining(names.map((name) => `failed gossip.redis ${name}: dead`)));
  });

  it.each(states.filter(([name]) => name.startsWith('udp')))('is seen from the counters alone where no ping of ours could be tried: %s', (recorded, picture, expected) => {
    const untried = Object.fromEntries(names.flatMap((from) => names.map((to) => [`${from} ${to} udp`, { kind: 'not-tried', why: 'no tool' } as const])));
    expect(findings({ ...picture, recorded, ways: untried })).toEqual(expected.map((line) => line.replace('silent', 'standing')));
  });

  it.each<[string, Picture, readonly string[]]>([
    ['a stateful firewall that drops our ping and not the gossip', { recorded: 'healthy', ways: { 'node1 node2 udp': silent } }, ['warned peers.udp node1 → node2: stateful']],
    ['a ping that nobody answers while nothing was watched', { ways: { 'node1 node2 udp': silent } }, ['warned peers.udp node1 → node2: not-answered']],
    ['one direction alone', { recorded: 'udp-blocked-one-pair', ways: { 'node1 node2 udp': silent } }, ['failed peers.udp node1 → node2: silent']],
    ['a listener of ours that heard nothing', { stopped: names, ways: { 'node1 node2 udp': { kind: 'silent', listened: true } } }, ['failed peers.udp node1 → node2: silent']],
    ['a firewall that refuses', { stopped: names, ways: bothWays('node1', 'node3', 'tcp', { kind: 'refused', listened: true }) }, ['failed peers.tcp node1 ↔ node3: refused']],
    ['no route', { ways: { 'node2 node3 tcp': { kind: 'failed', said: 'No route to host' } } }, ['failed peers.tcp node2 → node3: unreachable']],
    ['a closed HTTP port that others reach', { ways: { 'node1 node2 http': silent } }, ['warned peers.http node1 → node2: silent']],
    ['an HTTP port closed for all peers', { ways: { 'node1 node2 http': silent, 'node3 node2 http': silent } }, []],
    ['another label in the running process', { configs: { node2: { ha_label: 'old' } }, ways: { 'node1 node2 udp': { kind: 'other-label', label: 'old' } } }, ['failed peers.udp node1 → node2: other-label', 'failed gossip.label node2: differs']],
    ['a foreign cluster on the port', { ways: { 'node1 node2 udp': { kind: 'other-label', label: 'theirs' } } }, ['failed peers.udp node1 → node2: foreign']],
    ['a node that its peer does not name', { configs: { node1: { ha_peers: '10.0.0.11:9094,10.0.0.12:9094' } } }, ['failed gossip.peers node1: missing']],
    ['a removed node among the peers', { configs: { node1: { ha_peers: `${everyPeer},10.0.0.99:9094` } } }, ['failed gossip.peers node1: not-ours']],
    ['an address to advertise that is nobody\'s', { configs: { node1: { ha_advertise_address: '172.17.0.2:9094' } } }, ['failed gossip.advertise node1: not-local']],
    ['an address on no interface', { facts: { node1: { addresses: ['192.168.9.9'] } } }, ['failed gossip.address node1: not-local']],
    ['a name among the peers that only the nodes can resolve', { configs: { node1: { ha_peers: 'mesh.internal:9094' } } }, []],
  ])('knows %s', (_, picture, expected) => {
    expect(findings(picture)).toEqual(expected);
  });

  it('takes a translated address and a public one where the cluster file says so', () => {
    const nodes = (change: object) => names.map((name) => sampleNode(name, addressOf(name), name === 'node1' ? { gossipAddress: { host: '203.0.113.9', port: 9094 }, ...change } : {}));
    const about = (cluster: Partial<Cluster>) => findings({ stopped: names, cluster }).filter((line) => line.includes('gossip.address'));
    expect(about({ nodes: nodes({}) })).toEqual(['failed gossip.address node1: public']);
    const allowed = { mode: 'gossip', port: 9094, label: 'prod', allowPublic: true } as const;
    expect(about({ nodes: nodes({}), alerting: allowed })).toEqual(['failed gossip.address node1: not-local']);
    expect(about({ nodes: nodes({ nat: true }), alerting: allowed })).toEqual([]);
  });

  it.each([[5, []], [600, ['peers.tcp']]])('lets a push through that finds nobody listening where Grafana was started %d s ago, if that is a moment', (ago, expected) => {
    const started = { startedAt: Date.parse('2027-01-04T10:00:00Z') / 1000 - ago, arguments: [], environment: new Map() };
    const { cluster, facts } = scene({ ways: bothWays('node1', 'node2', 'tcp', { kind: 'refused' }), facts: { node2: { running: started } } });
    const judged = (checks: typeof checksBeforePush) => runChecks(checks, facts, cluster, { today: '2027-01-04', fingerprint: () => 'aaaaaa', only: ['peers.tcp'] }).filter(isFailure).map(({ check }) => check);
    expect(new Set(judged(peersChecks))).toEqual(new Set(['peers.tcp']));
    expect(new Set(judged(checksBeforePush))).toEqual(new Set(expected));
  });

  it('lets a push through that may mend what it sees: members, positions and an unsteady mesh', () => {
    const { cluster, facts } = scene({ recorded: 'node1-cut-off', configs: { node2: { ha_label: 'old' } } });
    const before = runChecks(checksBeforePush.filter(({ group }) => group === 'gossip'), facts, cluster, { today: '2027-01-04', fingerprint: () => 'aaaaaa' });
    // A firewall is not mended by a push.
    expect(new Set(before.filter(isFailure).map(({ check }) => check))).toEqual(new Set(['peers.udp']));
    expect(before.flatMap(({ check, judgement }) => (judgement.outcome === 'warned' ? [check] : []))).toEqual(expect.arrayContaining(['gossip.label', 'gossip.members', 'gossip.positions']));
    const strangers = scene({ recorded: 'healthy', cluster: { nodes: names.slice(0, 2).map((name) => sampleNode(name, addressOf(name))) } });
    const results = runChecks(peersChecks, { ...strangers.facts, nodes: strangers.facts.nodes.slice(0, 2) }, strangers.cluster, { today: '2027-01-04', fingerprint: () => 'aaaaaa', only: ['gossip.members'] });
    expect(results.map(({ judgement }) => judgement).filter((judgement) => 'code' in judgement)).toMatchObject(Array(3).fill({ outcome: 'failed', code: 'foreign', mendedByPush: true, hint: 'grafana-ha push' }));
  });

  it('calls more members than nodes a foreign cluster', () => {
    const two = names.slice(0, 2);
    const peers = two.map((name) => `${addressOf(name)}:9094`).join(',');
    const { cluster, facts } = scene({ recorded: 'healthy', configs: Object.fromEntries(two.map((name) => [name, { ha_peers: peers }])), cluster: { nodes: two.map((name) => sampleNode(name, addressOf(name))) } });
    const shown = { ...facts, nodes: facts.nodes.slice(0, 2) };
    const codes = runChecks(peersChecks, shown, cluster, { today: '2027-01-04', fingerprint: () => 'aaaaaa', only: ['gossip.members'] }).flatMap(({ judgement }) => ('code' in judgement ? [`${judgement.outcome} ${judgement.code}`] : []));
    expect(new Set(codes)).toEqual(new Set(['failed foreign']));
  });

  it('sees a mesh whose members come and go, and leaves out a node that was started anew', () => {
    const { cluster, facts } = scene({ recorded: 'healthy' });
    const changed = (change: object): readonly string[] => {
      const peers = facts.peers!;
      if (!peers.ok) throw new Error('they are there');
      const nodes = peers.facts.nodes.map((node) => (node.name === 'node1' && node.mesh.ok ? { ...node, mesh: { ok: true as const, facts: { ...node.mesh.facts, last: { ...node.mesh.facts.last!, ...change } } } } : node));
      return runChecks(peersChecks, { ...facts, peers: { ok: true, facts: { ...peers.facts, nodes } } }, cluster, { today: '2027-01-04', fingerprint: () => 'aaaaaa', only: ['gossip.members'] })
        .filter(({ label }) => label === 'node1').map(({ judgement }) => `${judgement.outcome} ${'code' in judgement ? judgement.code : ''}`);
    };
    expect(changed({ peersLeft: 1 })).toEqual(['failed unstable']);
    expect(changed({ members: 2 })).toEqual(['failed unstable']);
    expect(changed({ members: undefined })).toEqual(['skipped ']);
    expect(changed({ startedAt: 5 })).toEqual(['skipped ']);
  });

  it('sees a Grafana that runs without a mesh, though its config names peers', () => {
    const refused = { ...bothWays('node1', 'node3', 'udp', { kind: 'refused' }), ...bothWays('node2', 'node3', 'udp', { kind: 'refused' }), ...bothWays('node1', 'node3', 'tcp', { kind: 'refused' }), ...bothWays('node2', 'node3', 'tcp', { kind: 'refused' }) };
    expect(findings({ recorded: 'node3-without-peers', ways: refused })).toContain('failed gossip.members node3: no-mesh');
  });

  it.each<[Firewall, RegExp]>([
    [{ kind: 'firewalld' }, /^ssh -t ops@10\.0\.0\.12 'sudo firewall-cmd --permanent --add-port=9094\/udp && sudo firewall-cmd --reload'$/],
    [{ kind: 'ufw' }, /sudo ufw allow from 10\.0\.0\.11 to any port 9094 proto udp'$/],
    [{ kind: 'nft', chain: 'inet filter input' }, /sudo nft insert rule inet filter input ip saddr 10\.0\.0\.11 udp dport 9094 accept/],
    [{ kind: 'iptables' }, /sudo iptables -I INPUT -s 10\.0\.0\.11 -p udp --dport 9094 -j ACCEPT'$/],
    [{ kind: 'none' }, /security group: no firewall was found on node2$/],
  ])('names the command of the firewall that is there: %j', (firewall, hint) => {
    const [finding] = judge({ ways: { 'node1 node2 udp': { kind: 'silent', listened: true } }, stopped: names, firewall }).flatMap(({ judgement }) => ('hint' in judgement ? [judgement] : []));
    expect(finding!.hint).toMatch(hint);
  });

  it('says why what was not tried was not', () => {
    const skips = judge({ ways: away('node3') }).flatMap(({ check, judgement }) => (judgement.outcome === 'skipped' && check === 'peers.udp' ? [judgement.missing] : []));
    expect(new Set(skips)).toEqual(new Set(['node3 is away']));
  });
});
