import { parseVersion } from '../grafana/versions.ts';
import type { ConnectFailure } from '../world.ts';
import { type Check, check, failed, passed, warned } from './check.ts';
import { sshTo } from './ssh-to.ts';
import { everyConnection, everyNode } from './subjects.ts';

/** How far clocks may be apart before sessions, tokens and alert timing suffer. */
const clockTolerance = 5;

/** Each node as a machine with a Grafana on it. */
export const nodeChecks: readonly Check[] = [
  check({
    id: 'node.ssh', group: 'ssh, sudo', about: everyConnection,
    title: 'Every node is reached by ssh',
    why: 'Everything goes over your own ssh.',
    fix: "Make `ssh NODE` work by hand first, with the same user and config: keys, jump hosts and host keys are your own ssh's.",
    judge: ({ node, connection, missing }, { cluster }) => {
      if (connection.ok && missing !== undefined) return failed({ code: 'no-answer', found: missing, expected: 'an answer to every question', hint: `${sshTo(node, cluster)} uptime` });
      if (connection.ok) return passed(`as ${connection.user}`);
      const { kind, found, hint } = connection.failure;
      return kind.startsWith('sudo-') ? passed() : failed({ code: kind, found, expected: expectedLogin(kind), hint });
    },
  }),
  check({
    id: 'node.root', group: 'ssh, sudo', about: everyConnection,
    title: 'Root is had on every node',
    why: "Grafana's config and its service belong to root.",
    fix: 'Log in as root, or as a user with sudo for all commands; --ask-sudo-password asks where sudo wants one, and become = none says that none is needed.',
    judge: ({ connection }) => {
      if (connection.ok) return passed(connection.become === 'none' ? 'root itself' : `through ${connection.become}`);
      const { kind, found, hint } = connection.failure;
      return kind.startsWith('sudo-') ? failed({ code: kind, found, expected: 'root, or sudo without a password', hint }) : undefined;
    },
  }),
  check({
    id: 'node.grafana', group: 'grafana', about: everyNode,
    title: 'Grafana is installed on every node, and its service is known',
    why: 'We push settings to a Grafana that is there; we do not install it.',
    fix: 'Install the grafana package from apt.grafana.com or rpm.grafana.com. Where Grafana is started otherwise, name its unit, or start, stop and status, under [node.NAME] of the cluster file.',
    judge: ({ node, facts: { grafana, service, systemd, container } }, { cluster }) => {
      const place = `on ${node.name}`;
      if (grafana === undefined) return failed({
        code: 'no-grafana',
        found: `no Grafana that says its version ${place}`,
        expected: 'the grafana package, 9.4 or later',
        hint: `${sshTo(node, cluster)} sudo apt-get install grafana`,
      });
      if (service.known) return passed(`${grafana.version} ${grafana.edition}`);
      if (container !== undefined) {
        const { engine, name } = container;
        return failed({
          code: 'container',
          found: `Grafana runs in the container ${name} ${place}, and nothing says how to start and stop it`,
          expected: 'lines that start, stop and tell the status of Grafana',
          hint: `under [node.${node.name}] of the cluster file: start = ${engine} start ${name}, stop = ${engine} stop ${name}, status = ${engine} inspect -f '{{.State.Running}}' ${name} | grep -q true || exit 3`,
        });
      }
      return systemd
        ? failed({
          code: 'no-unit',
          found: `no unit ${service.unit} ${place}`,
          expected: 'the systemd unit that starts Grafana',
          hint: `unit = NAME under [node.${node.name}] of the cluster file`,
        })
        : failed({
          code: 'no-service',
          found: `no systemd ${place}`,
          expected: 'lines that start, stop and tell the status of Grafana',
          hint: `start, stop and status under [node.${node.name}] of the cluster file`,
        });
    },
  }),
  check({
    id: 'node.version', group: 'grafana', about: everyNode,
    title: 'Grafana has the same version and edition everywhere',
    why: 'The newest one migrates the database under the feet of the others.',
    fix: 'Install the same version on every node, one at a time, the one that the newest node has: a database that was migrated does not go back.',
    judge: ({ node, facts: { grafana } }, { cluster, facts }) => {
      const all = facts.nodes.flatMap(({ name, node: other }) => (other.ok && other.facts.grafana !== undefined ? [{ name, grafana: other.facts.grafana }] : []));
      const first = all[0];
      if (grafana === undefined || first === undefined) return undefined;
      const words = (one: typeof grafana): string => `${one.version} ${one.edition}`;
      if (words(grafana) !== words(first.grafana)) {
        return failed({
          code: 'differs',
          found: words(grafana),
          expected: `${words(first.grafana)}, as on ${first.name}`,
          hint: `${sshTo(node, cluster)} sudo apt-get install grafana=${first.grafana.version}`,
        });
      }
      const version = parseVersion(grafana.version);
      const old = version !== undefined && (version.major < 9 || (version.major === 9 && version.minor < 4));
      return old ? warned({
        code: 'old',
        found: grafana.version,
        expected: '9.4 or later',
        hint: `${sshTo(node, cluster)} sudo apt-get install grafana`,
      }) : passed(grafana.version);
    },
  }),
  check({
    id: 'node.enabled', group: 'grafana', about: everyNode,
    title: 'Grafana starts when the host starts',
    why: 'A node that stays down after a power cut is found out when the other one fails.',
    fix: 'systemctl enable grafana-server on every node.',
    judge: ({ node, facts: { service } }, { cluster }) => {
      if (!service.known) return undefined;
      return service.enabled ? passed() : warned({
        code: 'disabled',
        found: `${service.unit} is not enabled`,
        expected: 'a unit that starts at boot',
        hint: `${sshTo(node, cluster)} sudo systemctl enable ${service.unit}`,
      });
    },
  }),
  check({
    id: 'node.clock', group: 'grafana', about: everyNode,
    title: 'The clocks agree',
    why: 'Sessions, tokens and the waiting times of alerts compare times of different nodes.',
    fix: 'Let one time service run on every node, such as chrony, with the same servers.',
    judge: ({ node, facts: { clockAheadSeconds } }, { cluster, facts }) => {
      const clocks = facts.nodes.flatMap(({ node: other }) => (other.ok ? [other.facts.clockAheadSeconds] : []));
      // This machine has a voice where the nodes could be even: its own clock may be wrong, too.
      const isAmong = clocks.length % 2 === 0 || clocks.length === 1;
      const ahead = Math.round(clockAheadSeconds - median(isAmong ? [...clocks, 0] : clocks));
      return Math.abs(ahead) <= clockTolerance ? passed() : warned({
        code: 'off',
        found: `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} ${clocks.length === 1 ? 'this machine' : `the middle of ${clocks.length} nodes${isAmong ? ' and this machine' : ''}`}`,
        expected: `${clockTolerance} s at most`,
        hint: `${sshTo(node, cluster)} timedatectl`,
      });
    },
  }),
];

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function expectedLogin(kind: ConnectFailure['kind']): string {
  switch (kind) {
    case 'host-key-unknown': return 'a host key that known_hosts or --host-key names';
    case 'host-key-changed': return 'the host key that known_hosts has';
    case 'unknown-name': case 'unreachable': case 'refused': case 'timeout': return 'an sshd that answers';
    default: return 'a login by key, and a shell';
  }
}
