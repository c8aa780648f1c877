import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checksBeforePush } from '../../src/checks/before-push.ts';
import type { Check } from '../../src/checks/check.ts';
import { gossipChecks } from '../../src/checks/gossip.ts';
import { peersChecks } from '../../src/checks/peers.ts';
import { isFailure, type Result, runChecks } from '../../src/checks/run-checks.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { parseClusterFile } from '../../src/cluster/cluster-file.ts';
import { makeWorld } from '../../src/context.ts';
import { connectNodes } from '../../src/gather/connect.ts';
import { gatherFacts, type GatherOptions } from '../../src/gather/gather.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab, LabHost } from '../lab/lab.ts';
import { configureMesh, fetchLabelledAlertmanager, filterPackets, installMesh, startMesh, stopMesh } from '../lab/mesh.ts';
import { until } from '../lab/run.ts';
import { packageRoot } from './push-lab.ts';

const noUdp = 'udp dport 9094 drop;';
const fromOther = ({ address }: LabHost): string => `ip saddr ${address} ${noUdp}`;

describe('the ways between three hosts', () => {
  let lab: Lab;
  let hosts: readonly [LabHost, LabHost, LabHost];
  const world = makeWorld(packageRoot);
  beforeAll(async () => {
    lab = await startLab({ strength: 'real', hosts: 3, databases: [] });
    hosts = [lab.hosts[0]!, lab.hosts[1]!, lab.hosts[2]!];
    writeFileSync(join(lab.folder, 'password'), 'x');
    await installMesh(lab);
  });
  afterAll(() => lab.stop());
  afterEach(() => Promise.all(hosts.map((host) => filterPackets(host))));

  const clusterOf = (label: string, nodes: readonly LabHost[] = hosts): Cluster => {
    const parsed = parseClusterFile(['[cluster]', 'name = lab', 'root_url = https://grafana.example.com/', '[ssh]', `config = ${lab.sshConfig}`, '[nodes]', ...nodes.map(({ name, alias }) => `${name} = ${alias}`),
      '[grafana]', 'config_path = /etc/grafana/grafana.ini', '[database]', 'type = postgres', 'host = 127.0.0.1:1', 'password = file:password', '[alerting]', `label = ${label}`, ''].join('\n'), lab.folder);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return parsed.value;
  };

  /** Findings and reasons of what the peers' checks say, such as `failed peers.udp lab-1 ↔ lab-2: silent`, and what of it would keep a push from starting. */
  const look = async (options: GatherOptions, label = '', nodes: readonly LabHost[] = hosts): Promise<{ readonly findings: readonly string[]; readonly skipped: readonly string[]; readonly passed: readonly string[]; readonly stopping: readonly Result[] }> => {
    const cluster = clusterOf(label, nodes);
    await using connected = await connectNodes(world, cluster, { hostKeys: lab.hostKeyFingerprints });
    const { facts } = await gatherFacts(cluster, connected, world, { groups: new Set(['gossip']), ...options });
    const judged = (checks: readonly Check[]) => runChecks(checks, facts, cluster, { today: '2027-01-04', fingerprint: world.local.fingerprint });
    const results = judged([...gossipChecks, ...peersChecks]);
    return {
      findings: results.flatMap(({ check, label: about, judgement }) => ('code' in judgement ? [`${judgement.outcome} ${check} ${about}: ${judgement.code}`] : [])),
      skipped: results.flatMap(({ judgement }) => (judgement.outcome === 'skipped' ? [judgement.missing] : [])),
      passed: results.flatMap(({ check, label: about, judgement }) => (judgement.outcome === 'passed' ? [`${check} ${about}`] : [])),
      stopping: judged(checksBeforePush.filter(({ group }) => group === 'gossip')).filter(isFailure),
    };
  };

  describe('while nothing runs', () => {
    beforeAll(() => configureMesh(lab));

    it('are all found open by listeners that leave nothing behind', async () => {
      const traces = (): Promise<string[]> => Promise.all(hosts.map(async ({ exec }) => (await exec("ss -Hlntu | awk '{ print $1, $5 }' | sort; ps -eo args= | grep -vE '^(\\[|ps |sh |/bin/sh |ss |sort|awk|grep|sshd|\\(sd-pam|/lib/systemd/systemd --user)' | sort; find / -xdev -type f -not -path '/proc/*' -not -path '/var/log/*' -not -path '/run/*' | sort")).stdout));
      const before = await traces();
      const seen = await look({ listeners: true });
      expect(seen).toMatchObject({ findings: [], skipped: [] });
      expect(seen.passed).toEqual(expect.arrayContaining(['peers.tcp lab-1 ↔ lab-3', 'peers.udp lab-2 ↔ lab-3', 'peers.http lab-1 ↔ lab-2']));
      await until('what was opened to be gone', async () => JSON.stringify(await traces()) === JSON.stringify(before), 10);
    });

    it('are not tried where no listener is wanted', async () => {
      const { findings, skipped, passed } = await look({ listeners: false });
      expect(findings).toEqual([]);
      expect(skipped.join()).toContain('(--no-listeners)');
      expect(passed.filter((line) => line.startsWith('peers.'))).toEqual([]);
    });

    it('peers.udp names the pair and the direction where UDP is dropped one way', async () => {
      await filterPackets(hosts[1], fromOther(hosts[0]));
      expect((await look({ listeners: true })).findings).toEqual(['failed peers.udp lab-1 → lab-2: silent']);
    });

    it('peers.tcp names the pair that refuses TCP', async () => {
      await filterPackets(hosts[1], `ip saddr ${hosts[2].address} tcp dport 9094 reject with tcp reset;`);
      expect((await look({ listeners: true })).findings).toEqual(['failed peers.tcp lab-3 → lab-2: refused']);
    });

    it('leave nothing open when the ssh connections die in the middle', async () => {
      // Packets that never arrive keep everybody waiting to the end.
      await filterPackets(hosts[0], fromOther(hosts[1]));
      const isOpen = async (): Promise<boolean> => (await hosts[0].exec("ss -Hlntu 'sport = :9094'")).stdout !== '';
      const looked = look({ listeners: true });
      await until('the listener', isOpen);
      for (const { exec } of hosts) await exec("ss -Htnp state established 'sport = :22' | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u | xargs -r kill -9");
      const { skipped } = await looked;
      expect(skipped.join()).toContain('stopped answering');
      await until('the listener to be gone', async () => !(await isOpen()), 5);
      for (const { exec } of hosts) await until('the last process to be gone', async () => (await exec("grep -ls '[u]nbound' /proc/[0-9]*/cmdline || :")).stdout === '', 10);
    });
  });

  describe('under a real mesh', () => {
    beforeAll(() => startMesh(lab));
    afterAll(() => stopMesh(lab));

    it('are all open, and every counter grows', async () => {
      const { findings, passed, skipped } = await look({ watch: true });
      expect({ findings, skipped }).toEqual({ findings: [], skipped: [] });
      expect(passed).toEqual(expect.arrayContaining(['peers.udp lab-1 ↔ lab-2', 'gossip.members lab-3', 'gossip.peers lab-1', 'gossip.advertise lab-2', 'gossip.positions ']));
    });

    it.each<[string, () => Promise<unknown>, readonly string[]]>([
      ['UDP is blocked for one pair', () => Promise.all([filterPackets(hosts[0], fromOther(hosts[1])), filterPackets(hosts[1], fromOther(hosts[0]))]), ['failed peers.udp lab-1 ↔ lab-2: silent']],
      ['UDP is blocked in one direction only', () => filterPackets(hosts[1], fromOther(hosts[0])), ['failed peers.udp lab-1 → lab-2: silent']],
      ['TCP alone is open', () => Promise.all(hosts.map((host) => filterPackets(host, noUdp))), ['failed peers.udp lab-1 ↔ lab-2: silent', 'failed peers.udp lab-1 ↔ lab-3: silent', 'failed peers.udp lab-2 ↔ lab-3: silent']],
      ['a stateful firewall drops our ping and not the gossip', () => Promise.all(hosts.map((host) => filterPackets(host, 'ct state established accept;', noUdp))), ['warned peers.udp lab-1 ↔ lab-2: stateful', 'warned peers.udp lab-1 ↔ lab-3: stateful', 'warned peers.udp lab-2 ↔ lab-3: stateful']],
    ])('peers.udp says so when %s, though members and health stay green', async (_, block, expected) => {
      await block();
      const { findings, passed } = await look({ watch: true });
      expect(findings).toEqual(expected);
      expect(passed).toEqual(expect.arrayContaining(['gossip.members lab-1', 'gossip.positions ']));
    });

    it('peers.udp warns when nothing was watched, since the counters decide', async () => {
      await filterPackets(hosts[1], fromOther(hosts[0]));
      expect((await look({})).findings).toEqual(['warned peers.udp lab-1 → lab-2: not-answered']);
    });

    it('gossip.members counts a member too many, and gossip.peers names the node that was removed', async () => {
      expect((await look({}, '', hosts.slice(0, 2))).findings).toEqual(['failed gossip.peers lab-1: not-ours', 'failed gossip.peers lab-2: not-ours', 'warned gossip.members lab-1: foreign', 'warned gossip.members lab-2: foreign']);
    });

    it('gossip.members names the node that is down', async () => {
      await hosts[2].exec('systemctl stop grafana-server');
      await until('two members', async () => (await look({})).findings.includes('failed gossip.members lab-1: missing'));
      expect((await look({ listeners: true })).findings).toEqual(['failed gossip.members lab-1: missing', 'failed gossip.members lab-2: missing']);
    });
  });

  it('gossip.peers names the node that sends every alert by itself, since it has no ha_peers', async () => {
    await startMesh(lab, [{}, {}, { peers: false }], true);
    await until('two members', async () => (await look({})).findings.includes('failed gossip.members lab-2: missing'));
    expect((await look({})).findings).toEqual(['failed gossip.peers lab-3: none', 'failed gossip.members lab-1: missing', 'failed gossip.members lab-2: missing']);
  });

  it('gossip.advertise names two nodes with one address, whose mesh cannot be whole', async () => {
    await startMesh(lab, [{}, {}, { advertise: hosts[1].address }], true);
    const { findings, stopping } = await look({ watch: true });
    expect(findings).toEqual(expect.arrayContaining(['failed gossip.advertise lab-2: shared', 'failed gossip.advertise lab-3: shared']));
    expect(findings.some((line) => /^failed (peers\.udp|gossip\.members)/.test(line))).toBe(true);
    expect(stopping).toEqual([]);
  });

  it('gossip.advertise names an address that no interface has', async () => {
    await startMesh(lab, [{}, {}, { advertise: '172.17.0.2' }], true);
    expect((await look({})).findings).toContain('failed gossip.advertise lab-3: not-local');
  });

  it('peers.udp and gossip.label see a wrong label, with the Alertmanager of Debian 13 where it can be had', async ({ annotate }) => {
    const labelled = await fetchLabelledAlertmanager(lab.folder);
    if (labelled === undefined) {
      await annotate('left out: the Alertmanager of Debian 13 cannot be fetched from the mirror of this machine, and that of Debian 12 has no labels');
      return;
    }
    await installMesh(lab, labelled);
    await startMesh(lab, [{ label: 'prod' }, { label: 'prod' }, { label: 'old' }], true);
    const { findings, stopping } = await look({ watch: true }, 'prod');
    expect(findings).toEqual(expect.arrayContaining(['failed peers.udp lab-1 ↔ lab-3: other-label', 'failed peers.udp lab-2 ↔ lab-3: other-label', 'failed gossip.label lab-3: differs', 'failed gossip.members lab-3: too-few']));
    expect(stopping).toEqual([]);
    await startMesh(lab, [{ label: 'prod' }, { label: 'prod' }, { label: 'prod' }]);
    expect((await look({}, 'prod')).findings).toEqual([]);
  });
});
