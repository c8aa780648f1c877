import { counted } from '../cluster/counted.ts';
import { effectiveOf } from '../grafana/effective-of.ts';
import { databaseOf } from '../settings/database-of.ts';
import { type Check, check, failed, passed } from './check.ts';
import { isOnNetwork } from './network-file-system.ts';
import { sshTo } from './ssh-to.ts';
import { everyNode } from './subjects.ts';

/** The file each node's Grafana reads, and the SQLite beside it. */
export const configChecks: readonly Check[] = [
  check({
    id: 'node.config', group: 'config', about: everyNode,
    title: 'The config that Grafana reads is found, readable by its rules, and can be replaced in one step',
    why: 'A file that Grafana cannot parse keeps it down; one that cannot be renamed over can be left half-written.',
    fix: 'Name the file that Grafana reads as config_path under [node.NAME] of the cluster file; mend the line that does not parse; mount its folder instead of the file, from a disk of the node.',
    judge: ({ node, facts }, { cluster }) => {
      const { config } = facts;
      const show = `${sshTo(node, cluster)} sudo`;
      if (config === undefined) return failed({
        code: 'no-config',
        found: `no file ${facts.configPath}`,
        expected: 'the ini that the unit names by --config',
        hint: `config_path = PATH under [node.${node.name}] of the cluster file`,
      });
      if (isOnNetwork(config.fileSystem)) return failed({
        code: 'on-network',
        found: `${config.path} lies on ${config.fileSystem}`,
        expected: 'a disk of the node: a shared config makes all nodes the same node',
        hint: `${show} cp --preserve ${config.realPath} /etc/grafana/grafana.ini`,
      });
      if (config.mountPoint) return failed({
        code: 'mount-point',
        found: `${config.realPath} is a mount point`,
        expected: 'a file that can be renamed over; mount its folder instead',
        hint: `${show} findmnt ${config.realPath}`,
      });
      const effective = effectiveOf(facts);
      if (effective.ok) return passed(config.path);
      const place = effective.line === undefined ? '' : `, line ${effective.line}`;
      return failed({
        code: 'unreadable',
        found: `${effective.origin === 'the config file' ? config.path : effective.origin}${place}: ${effective.problem}`,
        expected: 'a config that Grafana starts with',
        hint: `${show}edit ${config.path}`,
      });
    },
  }),
  check({
    id: 'node.sqlite', group: 'config', about: everyNode,
    title: 'No node leaves anything behind in SQLite',
    why: "What lies in a node's own database is not moved to the shared one.",
    fix: "Bring what is needed to the shared database before the push: export dashboards and data sources over Grafana's API or provision them. What may stay behind is accepted with --leave-sqlite.",
    judge: ({ node, facts: { sqlite, ...facts } }) => {
      const effective = effectiveOf(facts);
      const inUse = effective.ok && databaseOf(effective.config).kind === 'sqlite';
      if (sqlite === undefined || !inUse) return passed();
      const expected = 'nothing but the default user';
      const hint = 'copy what you need, then accept it: grafana-ha push --leave-sqlite';
      if (sqlite.counts === undefined) return failed({
        code: 'not-counted',
        found: `${sqlite.path} on ${node.name}: ${sqlite.why ?? 'not counted'}`,
        expected,
        hint,
      });
      const { users, dashboards, dataSources, alertRules } = sqlite.counts;
      const held = [count(users, 'user'), count(dashboards, 'dashboard'), count(dataSources, 'data source'), count(alertRules, 'alert rule')].flat();
      return held.length === 0 ? passed() : failed({ code: 'contents', found: `${held.join(', ')} in ${sqlite.path}`, expected, hint });
    },
  }),
];

function count(number: number, what: string): readonly string[] {
  return number === 0 ? [] : [counted(number, what)];
}
