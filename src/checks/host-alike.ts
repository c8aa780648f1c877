import type { Facts } from '../facts.ts';
import type { HostFacts } from '../facts/host.ts';
import { counted } from '../cluster/counted.ts';
import { classifyIp } from '../cluster/ip.ts';
import { quote } from '../shell/quote.ts';
import { sshByHand } from '../shell/ssh-by-hand.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { everyHost, some } from './host-subjects.ts';
import { sshTo } from './ssh-to.ts';

/** What all nodes must have alike, and what each must have for itself. */
export const hostAlikeChecks: readonly Check[] = [
  check({
    id: 'host.identity', group: 'host', about: everyHost,
    title: 'Every node is a host of its own, and can be told from the others',
    why: 'Clones share their machine-id, and with it the address that DHCP gives them; with one host name nobody can tell their logs and metrics apart.',
    fix: 'On a clone: rm /etc/machine-id /var/lib/dbus/machine-id, systemd-machine-id-setup, then reboot. The name: hostnamectl set-hostname NAME.',
    judge: ({ node, facts, host }, { cluster, facts: all }) => {
      // Nodes on loopback are one machine on purpose: gossip.address says so.
      if ([...facts.sourceAddresses.values()].some((address) => classifyIp(address) === 'loopback')) return undefined;
      const others = hostsOf(all).filter(({ name }) => name !== node.name);
      const clone = others.find((other) => host.machineId !== undefined && other.host.machineId === host.machineId);
      const namesake = others.find((other) => other.hostName === facts.hostName);
      if (clone !== undefined && clone.name === namesake?.name && clone.configPath === facts.configPath) return failed({
        code: 'same-host', found: `${node.name} and ${clone.name} are the same host, ${facts.hostName}`, expected: 'a host of its own for each node', hint: 'another target under [nodes] (in the cluster file)',
      });
      if (clone !== undefined) return warned({
        code: 'machine-id',
        found: `${node.name} and ${clone.name} have the same machine-id, as clones do`,
        expected: 'one of its own',
        hint: `${sshTo(node, cluster)} 'sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup', then reboot`,
      });
      return namesake === undefined ? passed(facts.hostName) : warned({
        code: 'host-name',
        found: `${node.name} and ${namesake.name} are both called ${facts.hostName}`,
        expected: 'a host name of its own',
        hint: `${sshTo(node, cluster)} sudo hostnamectl set-hostname ${node.name}`,
      });
    },
  }),
  check({
    id: 'host.provisioning', group: 'host', about: everyHost,
    title: 'Every node provisions the same files',
    why: 'Each node takes its own files for the truth and deletes what the others provisioned: dashboards vanish at every restart.',
    fix: 'Bring the same provisioning folder, and the same folders of dashboards, to every node before any of them is restarted; comments may differ.',
    judge: ({ node }, { cluster, facts }) => {
      const all = hostsOf(facts);
      const [first] = all;
      const own = all.find(({ name }) => name === node.name);
      if (first === undefined || own === undefined) return undefined;
      const [here, there] = [own, first].map(({ host: { provisioning } }) => provisioning?.hashes ?? new Map<string, string>()) as [ReadonlyMap<string, string>, ReadonlyMap<string, string>];
      const differing = [
        ...[...there].filter(([path, hash]) => here.get(path) !== hash).map(([path]) => `${path} is ${here.has(path) ? 'another one' : 'missing'}`),
        ...[...here.keys()].filter((path) => !there.has(path)).map((path) => `${path} is not on ${first.name}`),
      ];
      if (differing.length === 0) return passed(here.size === 0 ? undefined : counted(here.size, 'file'));
      const folder = quote((first.host.provisioning ?? own.host.provisioning)?.folder ?? '');
      const on = (name: string): string => `ssh ${cluster.nodes.filter((one) => one.name === name).map(({ target }) => sshByHand(target, cluster.ssh.config)).join('')}`;
      return failed({
        code: 'differ',
        found: `compared with ${first.name}: ${some(differing)}`,
        expected: 'the same files on every node',
        hint: `${on(first.name)} sudo tar -C ${folder} -c . | ${on(node.name)} sudo tar -C ${folder} -x`,
      });
    },
  }),
  check({
    id: 'host.files', group: 'host', about: everyHost,
    title: 'The files that decide who may log in are the same on every node',
    why: 'With another ldap.toml on one node a login works or fails, and roles change, depending on which node answers.',
    fix: 'Copy the file from the node that is right to all others; Grafana reads it at its start.',
    judge: ({ node, host: { namedFiles } }, { cluster, facts }) => {
      if (namedFiles.size === 0) return undefined;
      const others = hostsOf(facts).filter(({ name }) => name !== node.name);
      const different = [...namedFiles].flatMap(([setting, { path, sha256 }]) => {
        if (sha256 === undefined) return [{ path, words: `${shown(setting)} names ${path}, which is not there` }];
        const other = others.find(({ host }) => host.namedFiles.has(setting) && host.namedFiles.get(setting)?.sha256 !== sha256);
        return other === undefined ? [] : [{ path, words: `${path} (${shown(setting)}) is not that of ${other.name}` }];
      });
      const [first] = different;
      return first === undefined ? passed() : warned({
        code: 'differ', found: different.map(({ words }) => words).join('; '), expected: 'one file, the same on every node', hint: `${sshTo(node, cluster)} sudo ls -l ${quote(first.path)}`,
      });
    },
  }),
];

function shown(name: string): string {
  const dot = name.lastIndexOf('.');
  return `[${name.slice(0, dot)}] ${name.slice(dot + 1)}`;
}

interface Host {
  readonly name: string;
  readonly hostName: string;
  readonly configPath: string;
  readonly host: HostFacts;
}

/** Those that were asked, in the order of the cluster; a Grafana in a container has no files of its own here. */
function hostsOf({ nodes }: Facts): readonly Host[] {
  return nodes.flatMap(({ name, node }) => {
    if (!node.ok || node.facts.host === undefined || node.facts.container !== undefined) return [];
    const { hostName, configPath, host } = node.facts;
    return [{ name, hostName, configPath, host }];
  });
}
