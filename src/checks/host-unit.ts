import { counted } from '../cluster/counted.ts';
import { type Check, check, passed, warned } from './check.ts';
import { everyHost } from './host-subjects.ts';
import { sshTo } from './ssh-to.ts';

/** Seconds that a start may take before we lose patience, unless the cluster file says otherwise. */
const usualPatience = 300;
/** A database of that many dashboards has grown: its migrations take minutes. */
const grown = 100;
/** Grafana alone takes 130 MB (measured on 9.4), and more with every plugin. */
const leastMemory = 256 * 2 ** 20;
const leastFiles = 512;

/** What systemd does when a start goes wrong or takes long. */
export const hostUnitChecks: readonly Check[] = [
  check({
    id: 'host.restart', group: 'host', about: everyHost,
    title: 'systemd starts Grafana again when it dies',
    why: 'After a power cut all nodes start at once: those that lose the race for the migration lock exit, and so does every one whose database is not up yet.',
    fix: 'Put Restart=on-failure and RestartSec=5s under [Service] with systemctl edit; the package has the first one by itself.',
    judge: ({ node, host: { unit } }, { cluster }) => {
      if (unit === undefined) return undefined;
      const hint = `${sshTo(node, cluster)} sudo systemctl edit ${node.grafana.unit}`;
      if (!['on-failure', 'always', 'on-abnormal'].includes(unit.restart)) return warned({
        code: 'no-restart', found: `Restart=${unit.restart}: a Grafana that exits stays down`, expected: 'Restart=on-failure under [Service]', hint,
      });
      const { startBurst, startInterval } = unit;
      return startBurst === undefined || startBurst >= 3 ? passed(`Restart=${unit.restart}`) : warned({
        code: 'start-limit',
        found: `systemd gives up for good after ${counted(startBurst, 'start')} within ${startInterval ?? 0} s`,
        expected: 'the 5 starts of its default, or more',
        hint,
      });
    },
  }),
  check({
    id: 'host.loop', group: 'host', about: everyHost,
    title: 'Grafana does not die and start over and over',
    why: 'Such a node looks up for moments; every start takes connections, and may stop a migration in its middle.',
    fix: "Read why it dies in its log: journalctl -u grafana-server -n 50. Where its config is at fault, a push brings another one.",
    judge: ({ node, facts: { service }, host: { unit } }, { cluster }) => {
      if (unit === undefined) return undefined;
      const log = { expected: 'a Grafana that runs or is stopped', hint: `${sshTo(node, cluster)} sudo journalctl -u ${service.unit} -n 50` };
      if (unit.result === 'start-limit-hit') return warned({ code: 'gave-up', found: `systemd gave up starting ${service.unit} after ${unit.restarts} restarts`, ...log });
      const isLooping = unit.subState === 'auto-restart' || unit.restarts > service.restarts;
      return isLooping ? warned({ code: 'restarting', found: `${service.unit} has died and was restarted ${unit.restarts} times, now again`, ...log }) : passed();
    },
  }),
  check({
    id: 'host.start-time', group: 'host', about: everyHost,
    title: 'systemd waits for a start that has a lot to migrate',
    why: 'A new version changes large tables at its first start; killed in the middle it starts the same change again, until the connections run out.',
    fix: 'Put TimeoutStartSec=30min under [Service] with systemctl edit. It matters to units of Type=notify, which is what the RPM installs.',
    judge: ({ node, host: { unit } }, { cluster, facts }) => {
      // A simple unit has started as soon as its process is there (man systemd.service, Type=).
      if (unit === undefined || ['simple', 'exec', 'idle'].includes(unit.type) || unit.startTimeout === undefined) return unit === undefined ? undefined : passed();
      const patience = cluster.pushing.waitSeconds ?? usualPatience;
      const isGrown = facts.nodes.some(({ database }) => database.ok && database.facts.server?.schema.kind === 'grafana' && database.facts.server.schema.dashboards >= grown);
      // The default of 90 s is enough for a small or a new database.
      if (unit.startTimeout >= patience || (unit.startTimeout >= 90 && !isGrown)) return passed();
      return warned({
        code: 'too-short',
        found: `Type=${unit.type} and a start of ${unit.startTimeout} s at most${isGrown ? ', over a database that has grown' : ''}`,
        expected: 'TimeoutStartSec=30min under [Service]',
        hint: `${sshTo(node, cluster)} sudo systemctl edit ${node.grafana.unit}`,
      });
    },
  }),
  check({
    id: 'host.limits', group: 'host', about: everyHost,
    title: 'The unit leaves Grafana enough memory and files',
    why: 'The kernel kills what goes over MemoryMax, and every connection is an open file.',
    fix: 'Take MemoryMax and LimitNOFILE out of the drop-ins, or raise them: systemctl edit shows them.',
    judge: ({ node, host: { unit } }, { cluster }) => {
      if (unit === undefined) return undefined;
      const { memoryMax, openFiles } = unit;
      const low = [
        ...(memoryMax !== undefined && memoryMax < leastMemory ? [`MemoryMax=${Math.round(memoryMax / 2 ** 20)}M`] : []),
        ...(openFiles !== undefined && openFiles < leastFiles ? [`LimitNOFILE=${openFiles}`] : []),
      ];
      return low.length === 0 ? passed() : warned({
        code: 'too-low',
        found: low.join(', '),
        expected: `at least ${leastMemory / 2 ** 20}M of memory and ${leastFiles} files`,
        hint: `${sshTo(node, cluster)} sudo systemctl edit ${node.grafana.unit}`,
      });
    },
  }),
];
