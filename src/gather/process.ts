import { findOption } from '../shell/systemd.ts';
import type { Answer } from '../shell/framed-answer.ts';

/** A Grafana that runs. */
export interface Process {
  readonly pid: number;
  readonly words: readonly string[];
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  readonly directory: string;
  /** Seconds since 1970 on the node. */
  readonly startedAt: number;
}

/** The processes that `look` told about. */
export function readProcesses(answer: Answer): readonly Process[] {
  return [...answer.under('started')].map(([pid, started]) => ({
    pid: Number(pid),
    words: (answer.text(`cmdline ${pid}`) ?? '').split('\0').filter((word) => word !== ''),
    variables: (answer.text(`environ ${pid}`) ?? '').split('\0').flatMap((entry) => {
      const at = entry.indexOf('=');
      return at > 0 ? [{ name: entry.slice(0, at), value: entry.slice(at + 1) }] : [];
    }),
    directory: answer.text(`directory ${pid}`) ?? '',
    startedAt: Number(started),
  }));
}

/** The one that reads this config; where none is named, the only one there is. */
export function processReading(processes: readonly Process[], configPath: string | undefined): Process | undefined {
  if (configPath === undefined) return processes.length === 1 ? processes[0] : undefined;
  return processes.find(({ words, directory }) => {
    const named = findOption(words, 'config');
    return named === undefined ? homeOf(words, directory).some((home) => `${home}/conf/custom.ini` === configPath) : absolute(named, directory) === configPath;
  });
}

/** Where Grafana may be at home by its words, likeliest first: --homepath, the folder it runs in, the one its program lies in. */
export function homeOf(words: readonly string[], directory: string): readonly string[] {
  const named = findOption(words, 'homepath');
  const program = words.slice(0, 2).find((word) => /\/bin\/grafana(-server)?$/.test(word));
  return [
    ...(named === undefined ? [] : [absolute(named, directory)]),
    ...(directory === '' ? [] : [directory]),
    ...(program === undefined ? [] : [absolute(program, directory).replace(/\/bin\/[^/]+$/, '')]),
  ];
}

export function absolute(path: string, directory: string): string {
  return path.startsWith('/') || directory === '' ? path : `${directory.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}`;
}
