import type { Answer } from '../shell/framed-answer.ts';
import { type DirectiveLine, parseEnvironmentFile, parseEnvironmentProperty, placeOf } from '../shell/systemd.ts';

/** A variable of Grafana's environment, and where it is set. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Such as `/etc/default/grafana-server:12`. */
  readonly origin: string;
}

/** How a unit starts Grafana. */
export interface Start {
  readonly lines: readonly DirectiveLine[];
  readonly variables: readonly Variable[];
}

/** The variables a unit starts with: systemd's own, then `Environment=`, then the environment files over it, as systemd does. */
export function startVariables(answer: Answer, property: string, lines: readonly DirectiveLine[]): readonly Variable[] {
  const inManager = parseEnvironmentFile(answer.text('manager') ?? '').map(({ name, value }) => ({ name, value, origin: 'systemctl show-environment' }));
  const inUnit = parseEnvironmentProperty(property).map(({ name, value }) => ({ name, value, origin: placeOf(lines, 'Environment', `${name}=`)?.place ?? 'the unit' }));
  const inFiles = [...answer.under('environment-file')].flatMap(([path, text]) =>
    parseEnvironmentFile(text).map(({ name, value, line }) => ({ name, value, origin: `${path}:${line}` })));
  return [...inManager, ...inUnit, ...inFiles];
}

/** Where `--NAME` of the command line is written: the variable that it takes its value from, else the line itself. */
export function placeOfOption({ lines, variables }: Start, name: string): string | undefined {
  const line = placeOf(lines, 'ExecStart', `-${name}=`) ?? placeOf(lines, 'ExecStart', `-${name} `);
  const from = new RegExp(`-${name}[= ]["']?\\$\\{?(\\w+)`).exec(line?.text ?? '')?.[1];
  const within = variables.findLast(({ value }) => new RegExp(`(^|\\s)--?${name}[= ]`).test(value));
  return variables.findLast((variable) => variable.name === from)?.origin ?? line?.place ?? within?.origin;
}

/** Where each `cfg:` argument is written, as far as the unit tells. */
export function placesOfArguments({ lines, variables }: Start, words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(words.filter((word) => word.startsWith('cfg:')).flatMap((word) => {
    const named = `${word.split('=')[0]!}=`;
    const place = placeOf(lines, 'ExecStart', named)?.place ?? variables.findLast(({ value }) => value.includes(named))?.origin;
    return place === undefined ? [] : [[word, place] as const];
  }));
}
