import type { GrafanaLayout } from '../cluster/cluster.ts';
import { Secret } from '../cluster/secret.ts';
import type { ContainerFacts, NodeFacts, RunningFacts, ServiceFacts } from '../facts.ts';
import { type Container, parseContainer } from '../shell/container.ts';
import type { Answer } from '../shell/framed-answer.ts';
import { directiveLines, findOption, parseExecStart, parseProperties } from '../shell/systemd.ts';
import { absolute, homeOf, type Process, processReading, readProcesses } from './process.ts';
import { placeOfOption, placesOfArguments, type Start, startVariables, type Variable } from './start.ts';

/** What the first question to a node tells: who starts Grafana, with which words and variables. */
export interface ServiceReading {
  readonly system: string;
  readonly hostName: string;
  readonly systemd: boolean;
  /** Seconds since 1970 on the node. */
  readonly clock: number;
  readonly service: ServiceFacts;
  /** Words of the next start. */
  readonly words: readonly string[];
  readonly argumentPlaces: ReadonlyMap<string, string>;
  /** Every variable that reaches Grafana, secrets among them; the later entry of a name counts. */
  readonly variables: readonly Variable[];
  /** The config that is read at the next start; undefined: nothing names one. */
  readonly configPath?: string;
  readonly configNamed?: NonNullable<NodeFacts['configNamed']>;
  /** Where Grafana may be at home, likeliest first. */
  readonly homes: readonly string[];
  readonly running?: RunningFacts;
  readonly startFiles: NonNullable<NodeFacts['startFiles']>;
  readonly container?: { readonly facts: ContainerFacts; readonly defaults: string; readonly version: string };
}

/** Reads the answer to `serviceScript`. */
export function readService(answer: Answer, layout: GrafanaLayout): ServiceReading {
  const properties = parseProperties(answer.text('unit') ?? '');
  const first = (name: string): string => properties.get(name)?.[0] ?? '';
  const status = answer.text('status');
  const container = readContainer(answer);
  const loaded = first('LoadState') === 'loaded';
  const own = startWords(layout);
  const directory = first('WorkingDirectory').replace(/^!/, '');

  const lines = directiveLines(answer.under('unit-file'));
  const set = startVariables(answer, first('Environment'), lines);
  const process = container === undefined ? runningProcess(answer, layout, own, first('MainPID')) : undefined;
  const startFiles = [...answer.under('modified')].map(([path, modified]) => ({ path, modified: Number(modified) }));
  const fromUnit = parseExecStart(first('ExecStart'), new Map(set.map(({ name, value }) => [name, value])));
  const words = container?.words ?? nextWords(fromUnit, process, startFiles);
  const variables = container === undefined
    ? [...set, ...onlyRunning(process, set)]
    : container.variables.map((variable) => ({ ...variable, origin: `${container.facts.engine} inspect ${container.facts.name}` }));
  const start: Start = { lines, variables: set };

  const named = container?.facts.hostConfigPath ?? findOption(words, 'config');
  const ownConfig = findOption(own, 'config');
  const configPath = layout.configPath ?? named ?? ownConfig ?? defaultFileConfig(answer);
  const place = container === undefined ? placeOfOption(start, 'config') : `the mounts of the container ${container.facts.name}`;
  return {
    system: answer.text('system') ?? '',
    hostName: (answer.text('host') ?? '').trim(),
    systemd: answer.text('systemd') !== undefined,
    clock: Number(answer.text('clock')),
    words, variables, startFiles,
    argumentPlaces: placesOfArguments(start, words),
    ...(configPath === undefined ? {} : { configPath: absolute(configPath, directory) }),
    ...(named === undefined ? {} : { configNamed: { path: absolute(named, directory || (process?.directory ?? '')), place: place ?? 'the command line' } }),
    homes: homes([...homeOf(words, process?.directory ?? directory), ...homeOf(own, directory)], configPath),
    ...(process === undefined ? {} : { running: runningFacts(process) }),
    ...(container === undefined ? {} : { container: { facts: container.facts, defaults: answer.text('container-defaults') ?? '', version: answer.text('container-version') ?? '' } }),
    service: {
      unit: layout.unit,
      known: loaded || status !== undefined,
      active: status === undefined ? first('ActiveState') === 'active' : status === '0',
      enabled: status !== undefined || first('UnitFileState').startsWith('enabled'),
      ...(process === undefined ? {} : { pid: process.pid }),
      restarts: Number(first('NRestarts')),
      user: first('User'),
      group: first('Group'),
      ...(first('NeedDaemonReload') === 'yes' ? { reloadNeeded: true } : {}),
    },
  };
}

function readContainer(answer: Answer): Container | undefined {
  const [engine, json] = [answer.text('container-engine'), answer.text('container')];
  return engine === undefined || json === undefined ? undefined : parseContainer(engine, json);
}

/** A start line of the cluster file is shell, but its options are the only place that names the paths. */
function startWords(layout: GrafanaLayout): readonly string[] {
  return (layout.start ?? '').split(/\s+/).map((word) => word.replace(/^["']|["']$/g, ''));
}

function runningProcess(answer: Answer, layout: GrafanaLayout, own: readonly string[], mainPid: string): Process | undefined {
  const processes = readProcesses(answer);
  const main = processes.find(({ pid }) => pid === Number(mainPid));
  return main ?? processReading(processes, layout.configPath ?? findOption(own, 'config'));
}

/** A process that is newer than all that starts it tells the exact words; else the unit does, unless it starts a script. */
function nextWords(fromUnit: readonly string[], process: Process | undefined, startFiles: ServiceReading['startFiles']): readonly string[] {
  if (process === undefined || process.words.length === 0) return fromUnit;
  const isGrafana = /(^|\/)grafana(-server)?$/.test(fromUnit[0] ?? '');
  return isGrafana && startFiles.some(({ modified }) => modified > process.startedAt) ? fromUnit : process.words;
}

/** What nothing on the host sets may come from a script that starts Grafana, or from a setting that is gone since. */
function onlyRunning(process: Process | undefined, set: readonly Variable[]): readonly Variable[] {
  const known = new Set(set.map(({ name }) => name));
  return (process?.variables ?? []).filter(({ name }) => !known.has(name)).map((variable) => ({ ...variable, origin: 'the running process' }));
}

function runningFacts({ startedAt, words, variables, directory }: Process): RunningFacts {
  const config = findOption(words, 'config');
  return {
    startedAt,
    ...(config === undefined ? {} : { configPath: absolute(config, directory) }),
    arguments: words.filter((word) => word.startsWith('cfg:')),
    environment: new Map(variables.filter(({ name }) => name.startsWith('GF_')).map(({ name, value }) => [name, new Secret(value)])),
  };
}

/** The init script of the packages reads CONF_FILE there (grafana/packaging/deb/init.d/grafana-server). */
function defaultFileConfig(answer: Answer): string | undefined {
  return [...answer.under('default-file').values()].map((text) => /^\s*CONF_FILE=["']?([^"'\s]+)/m.exec(text)?.[1]).find((path) => path !== undefined);
}

function homes(named: readonly string[], configPath: string | undefined): readonly string[] {
  const beside = configPath !== undefined && /\/conf\/[^/]+$/.test(configPath) ? [configPath.replace(/\/conf\/[^/]+$/, '')] : [];
  return [...new Set([...named, ...beside, '/usr/share/grafana'])];
}
