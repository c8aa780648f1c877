import type { GrafanaLayout } from '../cluster/cluster.ts';
import type { ServiceFacts } from '../facts.ts';
import type { Answer } from '../shell/framed-answer.ts';
import { findOption, parseEnvironmentFile, parseEnvironmentProperty, parseExecStart, parseProperties } from '../shell/systemd.ts';

/** What the first question to a node tells: who starts Grafana, with which words and variables. */
export interface ServiceReading {
  readonly system: string;
  readonly hostName: string;
  readonly systemd: boolean;
  /** Seconds since 1970 on the node. */
  readonly clock: number;
  readonly service: ServiceFacts;
  /** Words of the running process, else of the unit. */
  readonly words: readonly string[];
  /** Every variable that reaches Grafana, secrets among them; the later entry of a name counts. */
  readonly variables: readonly Variable[];
  /** What `--config` says; undefined: nothing does. */
  readonly configPath?: string;
  /** Where Grafana may be at home, likeliest first. */
  readonly homes: readonly string[];
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
}

/** Reads the answer to `serviceScript`. */
export function readService(answer: Answer, layout: GrafanaLayout): ServiceReading {
  const properties = parseProperties(answer.text('unit') ?? '');
  const first = (name: string): string => properties.get(name)?.[0] ?? '';
  const set = setByUnit(answer, first('Environment'));
  const environment = new Map(set.map(({ name, value }) => [name, value]));
  const running = (answer.text('cmdline') ?? '').split('\0').filter((word) => word !== '');
  const fromUnit = parseExecStart(first('ExecStart'), environment);
  const words = running.length > 0 ? running : fromUnit;
  const own = startWords(layout);
  const directory = first('WorkingDirectory').replace(/^!/, '');
  const configPath = layout.configPath ?? findOption(words, 'config') ?? findOption(own, 'config');
  const pid = Number(first('MainPID'));
  const status = answer.text('status');
  return {
    system: answer.text('system') ?? '',
    hostName: answer.text('host') ?? '',
    systemd: answer.text('systemd') !== undefined,
    clock: Number(answer.text('clock')),
    words,
    variables: [...set, ...onlyRunning(answer, environment)],
    ...(configPath === undefined ? {} : { configPath: absolute(configPath, directory) }),
    homes: homes([...words, ...own], directory, configPath),
    service: {
      unit: layout.unit,
      known: first('LoadState') === 'loaded' || status !== undefined,
      active: status === undefined ? first('ActiveState') === 'active' : status === '0',
      enabled: status !== undefined || first('UnitFileState').startsWith('enabled'),
      ...(pid > 0 ? { pid } : {}),
      restarts: Number(first('NRestarts')),
      user: first('User'),
      group: first('Group'),
    },
  };
}

/** A start line of the cluster file is shell, but its options are the only place that names the paths. */
function startWords(layout: GrafanaLayout): readonly string[] {
  return (layout.start ?? '').split(/\s+/).map((word) => word.replace(/^["']|["']$/g, ''));
}

/** Variables of the unit's environment: `Environment=` first, files after it and over it, as systemd does. */
function setByUnit(answer: Answer, property: string): readonly Variable[] {
  const unitFiles = [...answer.under('unit-file')];
  const inUnit = parseEnvironmentProperty(property).map(({ name, value }) => {
    const places = unitFiles.flatMap(([path, text]) =>
      text.split('\n').flatMap((line, index) => (line.trimStart().startsWith('Environment=') && line.includes(`${name}=`) ? [`${path}:${index + 1}`] : [])));
    return { name, value, origin: places.at(-1) ?? 'the unit' };
  });
  const inFiles = [...answer.under('environment-file')].flatMap(([path, text]) =>
    parseEnvironmentFile(text).map(({ name, value, line }) => ({ name, value, origin: `${path}:${line}` })));
  return [...inUnit, ...inFiles];
}

function onlyRunning(answer: Answer, known: ReadonlyMap<string, string>): readonly Variable[] {
  return (answer.text('environ') ?? '').split('\0').flatMap((entry) => {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at);
    return at <= 0 || known.has(name) ? [] : [{ name, value: entry.slice(at + 1), origin: 'the running process' }];
  });
}

function homes(words: readonly string[], directory: string, configPath: string | undefined): readonly string[] {
  const named = findOption(words, 'homepath');
  const beside = (path: string | undefined, tail: RegExp): string[] => (path !== undefined && tail.test(path) ? [path.replace(tail, '')] : []);
  return [...new Set([
    ...(named === undefined ? [] : [absolute(named, directory)]),
    ...(directory === '' ? [] : [directory]),
    ...words.slice(0, 1).flatMap((word) => beside(word, /\/bin\/grafana(-server)?$/)),
    ...beside(configPath, /\/conf\/[^/]+$/),
    '/usr/share/grafana',
  ])];
}

function absolute(path: string, directory: string): string {
  return path.startsWith('/') || directory === '' ? path : `${directory.replace(/\/$/, '')}/${path}`;
}
