import type { Cluster, Node } from '../cluster/cluster.ts';
import type { NodeFacts } from '../facts.ts';
import { type Check, check, failed, type Judgement, passed, type Scene, warned } from './check.ts';
import { placeHint } from './place-hint.ts';
import { sshTo } from './ssh-to.ts';
import { everyNode, type LookedAt } from './subjects.ts';

/** How Grafana is started on each node, and whether what runs was started like that. */
export const startChecks: readonly Check[] = [
  check({
    id: 'node.config-path', group: 'config', about: everyNode,
    title: 'The config we write is the one that Grafana is started with',
    why: 'A --config in a drop-in, in CONF_FILE or in a script makes Grafana read another file than everybody looks at.',
    fix: 'Let the unit name one file by --config, in CONF_FILE of /etc/default/grafana-server or /etc/sysconfig/grafana-server, and say it as config_path under [node.NAME] where it is another one than usual.',
    judge: judgeConfigPath,
  }),
  check({
    id: 'node.stale', group: 'config', about: everyNode,
    title: 'What runs was started with the config and the unit as they are now',
    why: 'A file that was changed after the start counts at the next one: maybe at night, and by surprise.',
    fix: 'systemctl daemon-reload where a unit file changed, then restart Grafana, one node at a time.',
    judge: judgeStale,
  }),
];

const usual = '/etc/grafana/grafana.ini';

function judgeConfigPath({ node, facts }: LookedAt, { cluster }: Scene): Judgement | undefined {
  const { configNamed: named, container, configPath, systemd } = facts;
  const inFile = `config_path = ${named?.path ?? usual} under [node.${node.name}] of the cluster file`;
  if (container !== undefined && container.hostConfigPath !== container.configPath) return failed({
    code: 'in-container',
    found: `the container ${container.name} reads ${container.configPath}, which is ${container.hostConfigPath ?? 'in the container alone'}`,
    expected: 'a folder of the host under the same path inside and outside, for the config and the secrets beside it',
    hint: `start it with -v /etc/grafana:/etc/grafana -e GF_PATHS_CONFIG=${usual}`,
  });
  if (named === undefined) return undefined;
  if (named.path !== configPath) return failed({
    code: 'not-read',
    found: `Grafana is started with ${named.path} (${named.place}), and config_path of the cluster file says ${configPath}`,
    expected: 'one file for both',
    hint: inFile,
  });
  if (!systemd || node.grafana.configPath !== undefined || container !== undefined || configPath === usual) return passed(configPath);
  return warned({
    code: 'moved',
    found: `Grafana reads ${configPath}, because of ${named.place}, and not ${usual}`,
    expected: `${usual}, or a word in the cluster file that it is meant so`,
    hint: `${inFile}, or ${placeHint({ name: '--config', place: named.place }, node, facts, cluster)}`,
  });
}

function judgeStale({ node, facts }: LookedAt, { cluster }: Scene): Judgement | undefined {
  const { running, service } = facts;
  const reasons = [...(service.reloadNeeded === true ? [`systemd has not read the changed files of ${service.unit}`] : []), ...changedSinceStart(facts)];
  if (running === undefined && reasons.length === 0) return undefined;
  return reasons.length === 0 ? passed() : warned({
    code: 'changed-since',
    found: reasons.join('; '),
    expected: 'a Grafana that was started after the last change',
    hint: restart(node, facts, cluster),
  });
}

function changedSinceStart({ running, config, configPath, files, startFiles = [], arguments: next, environment }: NodeFacts): readonly string[] {
  if (running === undefined) return [];
  const newer = [...(config === undefined ? [] : [config]), ...files.values(), ...startFiles]
    // The start is told in whole seconds, and rounded.
    .filter(({ modified = 0 }) => modified > running.startedAt + 1)
    .map(({ path }) => `${path} is newer than the process`);
  const later = new Map(environment.filter(({ name }) => name.startsWith('GF_')).map(({ name, value, origin }) => [name, { value, origin }]));
  const variables = [...later].flatMap(([name, { value, origin }]) => {
    const has = running.environment.get(name);
    return has?.equals(value) === true ? [] : [`${name} (${origin}) ${has === undefined ? 'is not in' : 'is another one in'} the process`];
  });
  const named = (word: string): string => word.split('=')[0] ?? word;
  const words = [...new Set([...next, ...running.arguments])].filter((word) => !next.includes(word) || !running.arguments.includes(word)).map(named);
  return [
    ...newer,
    ...(running.configPath === undefined || running.configPath === configPath ? [] : [`the process reads ${running.configPath}, the next one ${configPath}`]),
    ...[...new Set(words)].map((word) => `the argument ${word} has changed`),
    ...variables,
  ];
}

function restart(node: Node, { systemd, service }: NodeFacts, cluster: Pick<Cluster, 'ssh'>): string {
  const { grafana } = node;
  const reload = service.reloadNeeded === true ? 'sudo systemctl daemon-reload && ' : '';
  return systemd && service.known ? `${sshTo(node, cluster)} '${reload}sudo systemctl restart ${grafana.unit}'` : `${sshTo(node, cluster)} '${grafana.stop ?? 'STOP'}; ${grafana.start ?? 'START'}'`;
}
