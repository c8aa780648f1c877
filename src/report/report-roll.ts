import type { LogExplanation } from '../grafana/log-errors.ts';
import type { Paint } from '../world.ts';

/** What a push left behind, as far as it is shown. */
export interface RolledReport {
  readonly interrupted: boolean;
  readonly nodes: readonly {
    readonly name: string;
    readonly state: keyof typeof words;
    readonly seconds?: number;
    readonly failures: readonly { readonly found: string; readonly log: readonly string[]; readonly explained?: LogExplanation }[];
  }[];
}

const words = {
  healthy: 'healthy',
  untouched: 'as it was before',
  restored: 'has its old config back, and is as it was before',
  down: 'has its old config back and does not come up',
  stopped: 'has the new config and is stopped',
  started: 'has the new config and was started; nobody waited for it',
  unknown: 'not known: look at it',
} as const;

/** Lays out the end of a push: every node's state, what failed and why, and the next thing to type. */
export function reportRoll(rolled: RolledReport, paint: Paint): string {
  const width = Math.max(...rolled.nodes.map(({ name }) => name.length));
  const failed = rolled.nodes.filter(({ failures }) => failures.length > 0);
  return [
    ...rolled.nodes.map(({ name, state, seconds, failures }) => {
      const mark = failures.length > 0 ? paint('red', '✖') : state === 'healthy' ? paint('green', '✔') : '-';
      return `${mark} ${name.padEnd(width)}  ${words[state]}${seconds === undefined ? '' : `, ${seconds} s`}`;
    }),
    ...failed.flatMap(({ name, failures }) => failures.flatMap((failure) => ['', `${paint('red', '✖')} ${name}`, ...detail(failure)])),
    ...(rolled.interrupted ? ['', 'Interrupted. The next push goes on from here: grafana-ha push'] : []),
  ].join('\n');
}

function detail({ found, log, explained }: RolledReport['nodes'][number]['failures'][number]): readonly string[] {
  return [
    `  found  ${found}`,
    ...(explained === undefined ? [] : [`  means  ${explained.means}`, `  type   ${explained.hint}`]),
    ...(log.length === 0 ? [] : ['  its log', ...log.map((line) => `    ${line}`)]),
  ];
}
