import { redact } from '../cluster/redact.ts';
import { ExitCode, UserError } from '../errors.ts';
import { connectNodes } from '../gather/connect.ts';
import type { ConnectedNodes } from '../gather/connect.ts';
import { gatherFacts } from '../gather/gather.ts';
import { hasTheirs, isEmpty } from '../plan/plan.ts';
import { applyPush } from '../push/apply-push.ts';
import { gatherPastPushes, lacking } from '../push/backups.ts';
import type { PastPush } from '../push/backups.ts';
import { prepareRollback } from '../push/prepare-rollback.ts';
import type { PreparedRollback } from '../push/prepare-rollback.ts';
import { exitCodeOf } from '../push/rolled.ts';
import { reportPlan } from '../report/report-plan.ts';
import { reportPushes } from '../report/report-pushes.ts';
import type { ReportedPush } from '../report/report-pushes.ts';
import { reportRoll } from '../report/report-roll.ts';
import type { NodeConnection, World } from '../world.ts';
import { chooseNames } from './choose-names.ts';
import { fileFlag, loadCluster, reach } from './load-cluster.ts';
import type { ReachOptions } from './load-cluster.ts';

export interface RollbackOptions extends ReachOptions {
  /** `true`: the bare flag. */
  readonly nodes?: readonly string[] | true;
  /** Id of the earliest push to take back. */
  readonly to?: string;
  readonly list?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly overwrite?: boolean;
  readonly breakLock?: boolean;
}

/** Puts back what earlier pushes replaced, out of the backups on the nodes, as carefully as a push. */
export async function rollback(world: World, options: RollbackOptions): Promise<ExitCode> {
  const { screen } = world;
  const cluster = await loadCluster(world, options);
  if (cluster.push === 'never' && !options.dryRun && !options.list) throw new UserError('The cluster file says that another tool writes these nodes.', { hint: 'Set push = allowed under [cluster].' });
  const chosen = await chooseNames(cluster, options.nodes, world);
  await using connected = await connectNodes(world, cluster, reach(options));
  const connections = connectionsOf(connected, chosen);
  const pushes = await gatherPastPushes(cluster, connections.filter(({ name }) => chosen?.includes(name) ?? true));
  if (options.list) {
    const shown = pushes.map(reported);
    screen.print(options.json ? JSON.stringify(shown, null, 2) : reportPushes(shown));
    return ExitCode.Done;
  }

  const progress = screen.progress(`looking at ${connections.map(({ name }) => name).join(', ')}`);
  const { facts } = await gatherFacts(cluster, connected, world, { groups: new Set() }).finally(() => progress.done());
  const rollback = await prepareRollback({ cluster, facts, connections, pushes, ...(options.to === undefined ? {} : { to: options.to }), ...(chosen === undefined ? {} : { chosen }) }, world);
  const { prepared, undone, moved } = rollback;
  const { plan } = prepared;
  screen.print(redact(options.json ? JSON.stringify({ undone: undone.map(reported), schemaMoved: moved, ...plan }, null, 2) : describe(rollback, world), prepared.secrets));
  if (isEmpty(plan)) return ExitCode.Done;
  if (hasTheirs(plan) && !options.overwrite) {
    throw new UserError('Somebody changed on the nodes what would be put back; the plan says so as "theirs". Nothing was changed.', { hint: `Undo their changes, too: grafana-ha rollback --overwrite${fileFlag(options)}` });
  }
  if (options.dryRun) return ExitCode.Done;
  if (!options.yes && !world.prompt.available) throw new UserError('There is no terminal to ask "Roll back?"; nothing was changed.', { hint: `grafana-ha rollback --yes${fileFlag(options)}`, exitCode: ExitCode.WrongUsage });
  if (!options.yes && !(await world.prompt.confirm({ message: moved.length > 0 ? 'Roll back, though the schema moved?' : 'Roll back?', default: false }))) return ExitCode.Cancelled;

  const rolled = await applyPush(prepared, { breakLock: options.breakLock ?? false }, world);
  screen.print(reportRoll({ ...rolled, behind: [] }, screen.paint));
  const behind = keeping(undone, chosen);
  const ended = exitCodeOf({ ...rolled, behind });
  if (behind.length > 0) screen.print(`\nIncomplete: ${behind.join(', ')} ${behind.length === 1 ? 'keeps' : 'keep'} what was taken back here, so the nodes differ. Finish it: grafana-ha rollback --to ${undone.at(-1)?.id} --nodes ${behind.join(' ')}${fileFlag(options)}`);
  if (rolled.nodes.every(({ failures }) => failures.length === 0)) screen.print(`\nThe cluster file still says what was taken back: the next push brings it again.\nUndo  grafana-ha rollback${fileFlag(options)}`);
  // Awaited above: the connections close when this function ends.
  return ended;
}

/** Rejects with UserError when a node that is to change is not reached. */
function connectionsOf({ outcomes }: ConnectedNodes, chosen: readonly string[] | undefined): readonly NodeConnection[] {
  const failed = outcomes.flatMap((outcome) => ('failure' in outcome && (chosen?.includes(outcome.name) ?? true) ? [outcome] : []));
  const [first] = failed;
  if (first !== undefined) throw new UserError(`${failed.map(({ name, failure }) => `${name}: ${failure.found}`).join('\n')}\nNothing was changed.`, { hint: first.failure.hint });
  return outcomes.flatMap((outcome) => ('connection' in outcome ? [outcome.connection] : []));
}

/** Nodes that these pushes changed, and that are left out now. */
function keeping(undone: readonly PastPush[], chosen: readonly string[] | undefined): readonly string[] {
  return chosen === undefined ? [] : [...new Set(undone.flatMap(({ nodes, result }) => nodes.filter((name) => !chosen.includes(name) && result?.[name] !== 'untouched')))];
}

function reported(push: PastPush): ReportedPush {
  const { id, command, kind, who, from, since, backups, result } = push;
  return { id, command, kind, who, from, since, held: [...backups.keys()].toSorted(), lacking: lacking(push), ...(result === undefined ? {} : { result }) };
}

function describe({ prepared: { plan }, undone, moved }: PreparedRollback, { screen }: Pick<World, 'screen'>): string {
  const named = undone.map(({ id, command, who, from, since }) => `${command} ${id} of ${who} from ${from}, ${since.slice(0, 16).replace('T', ' ')} UTC`);
  if (isEmpty(plan)) return `Nothing to take back: the nodes are as they were before ${named.at(-1)}.`;
  return [
    `Takes back  ${named.join('\n            ')}`,
    ...(moved.length === 0 ? [] : ['', `${screen.paint('yellow', '!')} Files alone are not enough: ${moved.join('; ')}.`, '  An older Grafana may not start on that schema: put the database back from its own backup as well.']),
    '', reportPlan(plan, screen.paint),
  ].join('\n');
}
