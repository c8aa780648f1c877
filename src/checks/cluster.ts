import { formatAddress } from '../cluster/address.ts';
import { classifyIp } from '../cluster/ip.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { wholeCluster } from './subjects.ts';

const edit = (line: string): string => `${line} (in the cluster file)`;

/** What the cluster file says, whatever the nodes are like. */
export const clusterChecks: readonly Check[] = [
  check({
    id: 'cluster.nodes', group: 'cluster', about: wholeCluster,
    title: 'The cluster has two nodes or more',
    why: 'One node alone is one failure away from nothing.',
    fix: 'Add a second host with the same version of Grafana under [nodes] of the cluster file.',
    judge: (_, { cluster: { nodes } }) => (nodes.length >= 2 ? passed(`${nodes.length} nodes`) : failed({
      code: 'too-few', found: `${nodes.length} node: ${nodes.map(({ name }) => name).join(', ')}`, expected: 'two or more', hint: edit('NAME = user@host under [nodes]'),
    })),
  }),
  check({
    id: 'cluster.addresses', group: 'cluster', about: wholeCluster,
    title: 'No two nodes are the same host',
    why: 'A host that is named twice is pushed to twice and counts for one.',
    fix: 'Give each node its own host under [nodes] of the cluster file; two names of one machine are one node.',
    judge: (_, { cluster: { nodes } }) => {
      const placeOf = ({ target }: (typeof nodes)[number]): string => formatAddress({ host: target.host.toLowerCase(), port: target.port ?? 22 });
      const pairs = nodes.flatMap((node, index) => nodes.slice(index + 1)
        .filter((other) => placeOf(other) === placeOf(node))
        .map((other) => `${node.name} and ${other.name} are both ${other.target.text}`));
      return pairs.length === 0 ? passed() : failed({
        code: 'same-host',
        found: pairs.join('; '),
        expected: 'a host of its own for each node',
        hint: edit('another target under [nodes]'),
      });
    },
  }),
  check({
    id: 'cluster.root-url', group: 'cluster', about: wholeCluster,
    title: 'The URL that people type is that of the whole cluster',
    why: 'Links, logins through OAuth and the license follow root_url; with the name of one node they lead past the load balancer.',
    fix: 'Set root_url under [cluster] to the https URL of the load balancer, as people type it.',
    judge: (_, { cluster: { rootUrl, nodes } }) => {
      const { protocol, hostname } = new URL(rootUrl);
      const host = hostname.replace(/^\[|\]$/g, '');
      const expected = 'https:// and the host name of the load balancer';
      const hint = edit('root_url = https://grafana.example.com/ under [cluster]');
      if (host === 'localhost' || ['loopback', 'unspecified'].includes(classifyIp(host) ?? '')) return failed({
        code: 'localhost',
        found: `${rootUrl}, which is another machine for everybody`,
        expected,
        hint,
      });
      const node = nodes.find(({ target }) => target.host.toLowerCase() === host);
      if (node !== undefined) return failed({ code: 'a-node', found: `${rootUrl}, which is ${node.name}`, expected, hint });
      return protocol === 'https:' ? passed(rootUrl) : warned({
        code: 'http',
        found: `${rootUrl}, which sends passwords and cookies in clear`,
        expected,
        hint,
      });
    },
  }),
  check({
    id: 'url.resolves', group: 'cluster', about: wholeCluster,
    title: 'The name that people type resolves',
    why: 'It may come last, with the load balancer, but it has to come.',
    fix: "Add the name to the DNS, with the load balancer's address; for a try-out a line in /etc/hosts will do.",
    judge: (_, { cluster: { rootUrl }, facts: { local } }) => {
      const host = new URL(rootUrl).hostname;
      return local.rootUrlAddresses !== undefined ? passed(local.rootUrlAddresses.join(', ')) : warned({
        code: 'no-address', found: `${host} does not resolve here`, expected: 'an address, once the load balancer is there', hint: `getent hosts ${host}`,
      });
    },
  }),
];
