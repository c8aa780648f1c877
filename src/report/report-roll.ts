import type { LogExplanation } from '../grafana/log-errors.ts';
import type { Paint } from '../world.ts';

type Mesh = NonNullable<RolledReport['nodes'][number]['mesh']>;

/** What a push left behind, as far as it is shown. */
export interface RolledReport {
  readonly interrupted: boolean;
  /** Left out, and not as the cluster file says. */
  readonly behind?: readonly string[];
  readonly nodes: readonly {
    readonly name: string;
    readonly state: keyof typeof words;
    readonly seconds?: number;
    readonly mesh?: { readonly kind: 'seen'; readonly sees: number; readonly of: number; readonly whole: boolean; readonly remark?: string; readonly joining?: true } | { readonly kind: 'unseen'; readonly remark: string };
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
  const { behind = [] } = rolled;
  const width = Math.max(...rolled.nodes.map(({ name }) => name.length));
  const failed = rolled.nodes.filter(({ failures }) => failures.length > 0);
  return [
    ...rolled.nodes.map(({ name, state, seconds, mesh, failures }) => {
      const mark = failures.length > 0 ? paint('red', '✖') : state !== 'healthy' ? '-' : isTorn(mesh) ? paint('yellow', '!') : paint('green', '✔');
      return `${mark} ${name.padEnd(width)}  ${words[state]}${seconds === undefined ? '' : ` ${seconds} s`}${mesh === undefined ? '' : describeMesh(mesh)}`;
    }),
    ...failed.flatMap(({ name, failures }) => failures.flatMap((failure) => ['', `${paint('red', '✖')} ${name}`, ...detail(failure)])),
    ...(behind.length === 0 ? [] : ['', `${paint('yellow', 'Incomplete')}: ${behind.join(', ')} ${behind.length === 1 ? 'is' : 'are'} not as the cluster file says, so the nodes differ. Finish it: grafana-ha push --nodes ${behind.join(' ')}`]),
    ...(rolled.interrupted ? ['', 'Interrupted. The next push goes on from here: grafana-ha push'] : []),
  ].join('\n');
}

/** Such as `, sees 2/3`: members of its mesh, of the nodes that run. */
function describeMesh(mesh: Mesh): string {
  if (mesh.kind === 'unseen') return `; ${mesh.remark}`;
  return `, sees ${mesh.sees}/${mesh.of}${mesh.joining ? ' so far' : ''}${mesh.remark === undefined ? '' : `; ${mesh.remark}`}`;
}

function isTorn(mesh: Mesh | undefined): boolean {
  return mesh?.kind === 'seen' && ((!mesh.whole && !mesh.joining) || mesh.remark !== undefined);
}

function detail({ found, log, explained }: RolledReport['nodes'][number]['failures'][number]): readonly string[] {
  return [
    `  found  ${found}`,
    ...(explained === undefined ? [] : [`  means  ${explained.means}`, `  type   ${explained.hint}`]),
    ...(log.length === 0 ? [] : ['  its log', ...log.map((line) => `    ${line}`)]),
  ];
}
