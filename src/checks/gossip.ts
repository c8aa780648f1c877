import { formatAddress } from '../cluster/address.ts';
import type { Address, Cluster } from '../cluster/cluster.ts';
import { classifyIp, isIp } from '../cluster/ip.ts';
import type { Facts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { everyNode } from './subjects.ts';

/** Where the nodes' Alertmanagers talk to each other. */
export const gossipChecks: readonly Check[] = [
  check({
    id: 'gossip.address', group: 'gossip', about: everyNode,
    title: 'Every node has an address of its own that its peers can reach',
    why: 'Grafana dies on a host name there, and two nodes with one address throw each other out of the mesh.',
    fix: 'Name an IP address of the node that all peers reach as gossip_address under [node.NAME] of the cluster file. Where a translator stands in between, add nat = yes there; for public addresses, once a firewall keeps strangers away, allow_public = yes under [alerting].',
    judge: ({ node, facts: { addresses } }, { cluster, facts }) => {
      if (cluster.nodes.length < 2 || cluster.alerting.mode !== 'gossip') return undefined;
      const all = addressesOf(cluster, facts);
      const own = all.get(node.name);
      const expected = 'an IP address that every peer reaches';
      const hint = `gossip_address = IP:${cluster.alerting.port} under [node.${node.name}] of the cluster file`;
      if (own === undefined) return failed({ code: 'unknown', found: `no way from ${node.name} to its peers was found`, expected, hint });
      const shown = formatAddress(own);
      if (!isIp(own.host)) return failed({ code: 'not-an-ip', found: shown, expected, hint });
      const twin = [...all].find(([name, other]) => name !== node.name && formatAddress(other) === shown);
      if (twin !== undefined) return failed({
        code: 'shared',
        found: `${shown}, which is ${twin[0]} too`,
        expected: 'an address that no other node has',
        hint,
      });
      switch (classifyIp(own.host)) {
        case 'unspecified': return failed({ code: 'unspecified', found: shown, expected, hint });
        case 'loopback': return [...all.values()].every(({ host }) => classifyIp(host) === 'loopback')
          ? warned({
            code: 'loopback',
            found: 'loopback addresses: all nodes are on one machine',
            expected: 'machines of their own, in all but a try-out',
            hint,
          })
          : failed({ code: 'loopback', found: `${shown}, which the peers cannot reach`, expected, hint });
        case 'public':
          if (cluster.alerting.allowPublic !== true) return failed({
            code: 'public',
            found: shown,
            expected: 'a private address, since gossip has no password and no encryption; or a firewall, and a word that it is meant so',
            hint: `${hint}, or allow_public = yes under [alerting]`,
          });
      }
      // What the node's interfaces are is not always told.
      if (node.nat === true || addresses.length === 0 || addresses.includes(own.host)) return passed(shown);
      return failed({
        code: 'not-local',
        found: `${shown}, which is on no interface of ${node.name}`,
        expected: 'an address of the node itself, or a word that it is translated on the way',
        hint: `${hint}, or nat = yes there`,
      });
    },
  }),
  check({
    id: 'gossip.port', group: 'gossip', about: everyNode,
    title: 'The gossip port is free for gossip',
    why: 'It is used for TCP and UDP, and Grafana dies when it is taken.',
    fix: 'Give gossip a port of its own as port under [alerting] of the cluster file, such as 9094.',
    judge: ({ node, facts: nodeFacts }, { cluster, facts }) => {
      const port = addressesOf(cluster, facts).get(node.name)?.port ?? cluster.alerting.port;
      const effective = effectiveOf(nodeFacts);
      const http = effective.ok ? effective.config.get('server', 'http_port')?.value : undefined;
      return http !== String(port) ? passed(String(port)) : failed({
        code: 'http',
        found: `${port} is [server] http_port on ${node.name}`,
        expected: 'a port of its own, such as 9094',
        hint: 'port = 9094 under [alerting] of the cluster file',
      });
    },
  }),
];

function addressesOf(cluster: Cluster, facts: Facts): ReadonlyMap<string, Address> {
  return gossipAddresses(cluster, new Map(facts.nodes.flatMap(({ name, node }) => (node.ok ? [[name, node.facts.sourceAddresses] as const] : []))));
}
