import type { NodeEntry } from '../facts.ts';
import { classifyIp } from '../cluster/ip.ts';
import { quote } from '../shell/quote.ts';
import { sshByHand } from '../shell/ssh-by-hand.ts';
import { type Check, check, failed, passed, type Scene, warned } from './check.ts';
import { everyHost, type HostLookedAt, some } from './host-subjects.ts';
import { sshTo } from './ssh-to.ts';

/** What all nodes must have alike, and what each must have for itself. */
export const hostAlikeChecks: readonly Check[] = [
  check({
    id: 'host.identity', group: 'host', about: everyHost,
    title: 'Every node is a host of its own, and can be told from the others',
    why: 'Clones share their machine-id, and with it the address that DHCP gives them; with one host name nobody can tell their logs and metrics apart.',
    fix: 'On a clone: rm /etc/machine-id /var/lib/dbus/machine-id, systemd-machine-id-setup, then reboot. The name: hostnamectl set-hostname NAME.',
    judge: (looked, scene) => {
      const { node, facts, host } = looked;
      // Nodes on loopback are one machine on purpose: gossip.address says so.
      if ([...facts.sourceAddresses.values()].some((address) => classifyIp(address) === 'loopback')) return undefined;
      const others = othersOf(looked, scene);
      const clone = others.find((other) => host.machineId !== undefined && other.host.machineId === host.machineId);
      const namesake = others.find((other) => other.hostName === facts.hostName);
      if (clone !== undefined && clone.name === namesake?.name && clone.configPath === facts.configPath) return failed({
        code: 'same-host', found: `${node.name} and ${clone.name} are the same host, ${facts.hostName}`, expected: 'a host of its own for each node', hint: 'another target under [nodes] (in the cluster file)',
      });
      if (clone !== undefined) return warned({
        code: 'machine-id',
        found: `${node.name} and ${clone.name} have the same machine-id, as clones do`,
        expected: 'one of its own',
        hint: `${sshTo(node, scene.cluster)} 'sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup', then reboot`,
      });
      return namesake === undefined ? passed(facts.hostName) : warned({
        code: 'host-name',
        found: `${node.name} and ${namesake.name} are both called ${facts.hostName}`,
        expected: 'a host name of its own',
        hint: `${sshTo(node, scene.cluster)} sudo hostnamectl set-hostname ${node.name}`,
      });
    },
  }),
  check({
    id: 'host.provisioning', group: 'host', about: everyHost,
    title: 'Every node provisions the same files',
    why: 'Each node takes its own files for the truth and deletes what the others provisioned: dashboards vanish at every restart.',
    fix: 'Bring the same provisioning folder, and the same folders of dashboards, to every node before any of them is restarted; comments may differ.',
    judge: (looked, scene) => {
      const { node, facts, host } = looked;
      const first = [looked, ...othersOf(looked, scene)].toSorted((one, other) => order(one, scene) - order(other, scene))[0];
      if (facts.container !== undefined || first === undefined || 'facts' in first) return hasFiles(host) ? passed(`${host.provisioning?.hashes.size} files`) : passed();
      const [own, wanted] = [host.provisioning?.hashes ?? new Map<string, string>(), first.host.provisioning?.hashes ?? new Map<string, string>()];
      const words = [
        ...[...wanted].filter(([path]) => !own.has(path)).map(([path]) => `${path} is missing`),
        ...[...wanted].filter(([path, hash]) => own.has(path) && own.get(path) !== hash).map(([path]) => `${path} is another one`),
        ...[...own.keys()].filter((path) => !wanted.has(path)).map((path) => `${path} is not on ${first.name}`),
      ];
      const folder = first.host.provisioning?.folder ?? host.provisioning?.folder ?? '';
      const there = scene.cluster.nodes.find(({ name }) => name === first.name);
      const ssh = (target: typeof node): string => `ssh ${sshByHand(target.target, scene.cluster.ssh.config)}`;
      return words.length === 0 ? passed(own.size === 0 ? undefined : `${own.size} files`) : failed({
        code: 'differ',
        found: `compared with ${first.name}: ${some(words)}`,
        expected: 'the same files on every node',
        hint: `${ssh(there ?? node)} sudo tar -C ${quote(folder)} -c . | ${ssh(node)} sudo tar -C ${quote(folder)} -x`,
      });
    },
  }),
  check({
    id: 'host.files', group: 'host', about: everyHost,
    title: 'The files that decide who may log in are the same on every node',
    why: 'With another ldap.toml on one node a login works or fails, and roles change, depending on which node answers.',
    fix: 'Copy the file from the node that is right to all others; Grafana reads it at its start.',
    judge: (looked, scene) => {
      const { node, host } = looked;
      const others = othersOf(looked, scene);
      const different = [...host.namedFiles].flatMap(([name, hash]) => {
        if (hash === undefined) return [`${shown(name)} names a file that is not there`];
        const other = others.find(({ host: { namedFiles } }) => namedFiles.has(name) && namedFiles.get(name) !== hash);
        return other === undefined ? [] : [`the file of ${shown(name)} is not that of ${other.name}`];
      });
      return host.namedFiles.size === 0 ? undefined : different.length === 0 ? passed() : warned({
        code: 'differ', found: different.join('; '), expected: 'one file, the same on every node', hint: `${sshTo(node, scene.cluster)} sudo ls -l --time-style=full-iso ${quote('/etc/grafana')}`,
      });
    },
  }),
];

function shown(name: string): string {
  const dot = name.lastIndexOf('.');
  return `[${name.slice(0, dot)}] ${name.slice(dot + 1)}`;
}

interface Other {
  readonly name: string;
  readonly hostName: string;
  readonly configPath: string;
  readonly host: HostLookedAt['host'];
}

/** The other nodes that were asked, in the order of the cluster; those in containers have no files of their own here. */
function othersOf({ node }: HostLookedAt, { facts }: Scene): readonly Other[] {
  return facts.nodes.flatMap(({ name, node: other }: NodeEntry) => {
    if (!other.ok || other.facts.host === undefined || name === node.name || other.facts.container !== undefined) return [];
    const { hostName, configPath, host } = other.facts;
    return [{ name, hostName, configPath, host }];
  });
}

function order(one: HostLookedAt | Other, { facts }: Scene): number {
  return facts.nodes.findIndex(({ name }) => name === ('facts' in one ? one.node.name : one.name));
}

function hasFiles({ provisioning }: HostLookedAt['host']): boolean {
  return (provisioning?.hashes.size ?? 0) > 0;
}
