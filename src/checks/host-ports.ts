import type { Cluster, Node } from '../cluster/cluster.ts';
import { classifyIp } from '../cluster/ip.ts';
import type { ListenerFacts } from '../facts/host.ts';
import type { NodeFacts } from '../facts.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { gossipAddresses } from '../settings/gossip-addresses.ts';
import { type Check, check, failed, passed } from './check.ts';
import { everyHost } from './host-subjects.ts';
import { sshTo } from './ssh-to.ts';

const capability = 'cap_net_bind_service';

/** The ports that Grafana is to have. */
export const hostPortChecks: readonly Check[] = [
  check({
    id: 'host.ports', group: 'host', about: everyHost,
    title: "Grafana's ports are free, or its own",
    why: 'It exits when another program has the port of its web server or of its gossip; an Alertmanager on the same host has 9094.',
    fix: 'Stop the other program, or give Grafana another port: [server] http_port in its config, port under [alerting] of the cluster file for gossip.',
    judge: ({ node, facts, host: { listeners } }, { cluster }) => {
      const http = httpAddress(facts);
      const gossip = gossipAddress(node, facts, cluster);
      // Of a Grafana that only the line status tells of, no process is known.
      if (facts.container !== undefined || (node.grafana.status !== undefined && facts.service.active)) return undefined;
      const stands = (wanted: Listening | undefined, { port, address }: ListenerFacts): boolean => wanted?.port === port && overlap(wanted.address, address);
      const taken = listeners.filter((listener) => !isOwn(listener, facts) && ((listener.protocol === 'tcp' && stands(http, listener)) || stands(gossip, listener)));
      const [first] = taken;
      return first === undefined ? passed() : failed({
        code: 'taken',
        found: [...new Set(taken.map(({ protocol, port, program, pid }) => `${port}/${protocol} is held by ${program || 'another program'}${pid === undefined ? '' : ` (pid ${pid})`}`))].join('; '),
        expected: `nobody there, or ${node.grafana.unit} itself`,
        hint: first.pid !== undefined && facts.systemd ? `${sshTo(node, cluster)} systemctl status ${first.pid}` : `${sshTo(node, cluster)} sudo ss -lntup`,
      });
    },
  }),
  check({
    id: 'host.low-port', group: 'host', about: everyHost,
    title: 'Grafana may listen on the port it is told to',
    why: 'Ports below 1024 are for root, and for those to whom the unit gives the capability; Grafana dies with "bind: permission denied".',
    fix: 'Put AmbientCapabilities=CAP_NET_BIND_SERVICE and CapabilityBoundingSet=CAP_NET_BIND_SERVICE under [Service] with systemctl edit; or leave Grafana on 3000, and 443 to the load balancer.',
    judge: ({ node, facts, host: { lowPorts: { first, ambient, bounding, onProgram }, listeners, unit } }, { cluster }) => {
      const port = httpAddress(facts)?.port;
      if (unit === undefined || port === undefined || port >= first) return undefined;
      if (listeners.some((listener) => listener.protocol === 'tcp' && listener.port === port && isOwn(listener, facts))) return passed(String(port));
      const isGiven = ['', 'root', '0'].includes(facts.service.user) || ambient.includes(capability) || onProgram;
      if (isGiven && bounding.includes(capability)) return passed(String(port));
      return failed({
        code: 'no-capability',
        found: `[server] http_port ${port}, which ${facts.service.user || 'root'} may not have within ${node.grafana.unit}`,
        expected: 'AmbientCapabilities=CAP_NET_BIND_SERVICE and CapabilityBoundingSet=CAP_NET_BIND_SERVICE under [Service], or a port from 1024 on',
        hint: `${sshTo(node, cluster)} sudo systemctl edit ${node.grafana.unit}`,
      });
    },
  }),
];

interface Listening {
  /** Empty: all. */
  readonly address: string;
  readonly port: number;
}

/** Gossip listens on the address that the peers reach, where that is one of the node's own. */
function gossipAddress(node: Node, { sourceAddresses, addresses }: NodeFacts, { alerting, nodes }: Cluster): Listening | undefined {
  if (alerting.mode !== 'gossip' || nodes.length < 2) return undefined;
  const own = gossipAddresses({ nodes: [node], alerting }, new Map([[node.name, sourceAddresses]])).get(node.name);
  const isOnInterface = own !== undefined && (addresses.includes(own.host) || classifyIp(own.host) === 'loopback');
  return { address: isOnInterface ? own.host : '', port: own?.port ?? alerting.port };
}

function httpAddress(facts: NodeFacts): Listening | undefined {
  const effective = effectiveOf(facts);
  if (!effective.ok || effective.config.get('server', 'protocol')?.value === 'socket') return undefined;
  const port = Number(effective.config.get('server', 'http_port')?.value);
  return port > 0 ? { address: effective.config.get('server', 'http_addr')?.value ?? '', port } : undefined;
}

/** A wrapper around Grafana is its parent; a Grafana without a unit is known by its number, or by its name alone. */
function isOwn({ pid, parent, ofUnit, program }: ListenerFacts, { service }: NodeFacts): boolean {
  if (service.pid === undefined) return ofUnit || (service.active && program.startsWith('grafana'));
  return ofUnit || service.pid === pid || service.pid === parent;
}

function overlap(one: string, other: string): boolean {
  const isAny = (address: string): boolean => ['', '0.0.0.0', '::', '[::]'].includes(address);
  return isAny(one) || isAny(other) || one === other;
}
