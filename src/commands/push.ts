import { checksBeforePush, groupsBeforePush } from '../checks/before-push.ts';
import { hasFailure, runChecks } from '../checks/run-checks.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { parsedFlag } from '../cluster/parsed-flag.ts';
import { redact } from '../cluster/redact.ts';
import { parseSecretSource } from '../cluster/secret-source.ts';
import type { Secret, SecretSource } from '../cluster/secret.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { ConnectedNodes } from '../gather/connect.ts';
import type { Gathering } from '../gather/gather.ts';
import { knownSecrets } from '../gather/known-secrets.ts';
import { hasTheirs, isEmpty } from '../plan/plan.ts';
import { applyPush, tidyUp } from '../push/apply-push.ts';
import type { ApplyOptions } from '../push/apply-push.ts';
import { keepKeys } from '../push/node-memory.ts';
import { preparePush } from '../push/prepare-push.ts';
import type { PreparedPush } from '../push/prepare-push.ts';
import { confirmRestorePoint } from '../push/restore-point.ts';
import { exitCodeOf } from '../push/rolled.ts';
import { reportPlan } from '../report/report-plan.ts';
import { reportRoll } from '../report/report-roll.ts';
import { resultsJson } from '../report/results-json.ts';
import { reportFindings, reportResults } from '../report/results-screen.ts';
import type { World } from '../world.ts';
import { adopt } from './adopt.ts';
import { chooseNames } from './choose-names.ts';
import { fileFlag, loadCluster, reach } from './load-cluster.ts';
import { lookAtNodes } from './look-at-nodes.ts';
import { plannedNodes, readPlan, refuseChanged, writePlan } from './plan-file.ts';
import { refuseTogether } from './push-options.ts';
import type { PushOptions } from './push-options.ts';

/** Shows what would change, asks, then makes the nodes match the cluster file. */
export async function push(world: World, options: PushOptions): Promise<ExitCode> {
  const started = world.clock.monotonic();
  refuseTogether(options);
  const cluster = await loadCluster(world, options);
  if (cluster.push === 'never' && !options.dryRun) throw new UserError('The cluster file says that another tool writes these nodes.', { hint: 'Set push = allowed under [cluster], or let that tool take what "grafana-ha render" writes.' });
  const adminPassword = options.adminPassword === undefined ? undefined : parsedFlag('--admin-password', parseSecretSource(options.adminPassword));
  const saved = options.plan === undefined ? undefined : await readPlan(options.plan, cluster, world);
  const chosen = saved === undefined ? await chooseNames(cluster, options.nodes, world) : plannedNodes(saved, cluster);

  const { connected, gathering } = await lookAtNodes(world, cluster, reach(options), { listeners: true, groups: groupsBeforePush });
  await using _ = connected;
  if (!mayPush(cluster, gathering, { chosen, started, options }, world)) return ExitCode.NotAsItShouldBe;

  const prepared = await planPush({ cluster, connected, gathering, ...(chosen === undefined ? {} : { chosen }), ...(adminPassword === undefined ? {} : { adminPassword }), ...(saved === undefined ? {} : { salt: saved.salt }) }, world);
  const { plan } = prepared;
  if (options.savePlan !== undefined) await keepKeys(cluster, prepared.connections, prepared.memories);
  world.screen.print(options.json ? writePlan(prepared, options, world) : reportPlan(plan, world.screen.paint));
  if (saved !== undefined) refuseChanged(saved, plan);
  if (hasTheirs(plan) && !options.overwrite && saved?.overwrite !== true) {
    if (!options.adopt) throw theirs(options);
    await adopt(prepared, options, world);
    return options.dryRun ? ExitCode.Done : await push(world, { ...options, adopt: false });
  }
  if (options.savePlan !== undefined) {
    await world.files.write(world.files.resolve(options.savePlan, world.local.cwd), `${writePlan(prepared, options, world)}\n`, { mode: 0o600 });
    world.screen.note(`Saved. Apply it: grafana-ha push --plan ${options.savePlan}${fileFlag(options)}`);
    return ExitCode.Done;
  }
  if (options.dryRun) return ExitCode.Done;
  if (isEmpty(plan)) {
    await tidyUp(prepared, world);
    return ExitCode.Done;
  }
  // A saved plan was read before it came here.
  if (saved === undefined && !(await isWanted(options, world))) return ExitCode.Cancelled;
  // Awaited here: the connections close when this function ends.
  const ended = await applyPlan(prepared, { ...options, breakLock: options.breakLock ?? false }, world);
  if (ended === ExitCode.Done) world.screen.print(`\nUndo  grafana-ha rollback${fileFlag(options)}`);
  return ended;
}

interface Asked {
  /** Absent: all nodes. */
  readonly chosen: readonly string[] | undefined;
  /** By the monotonic clock, ms. */
  readonly started: number;
  readonly options: PushOptions;
}

/** Prints what the checks find about the nodes that are to change; false when that keeps a push from starting. */
function mayPush(cluster: Cluster, { facts }: Gathering, { chosen, started, options }: Asked, { clock, local, screen }: World): boolean {
  const results = runChecks(checksBeforePush, facts, cluster, { today: facts.at.toISOString().slice(0, 10), fingerprint: local.fingerprint, ignore: options.leaveSqlite ? ['node.sqlite'] : [] })
    .filter(({ node, peer }) => node === undefined || chosen === undefined || chosen.includes(node) || (peer !== undefined && chosen.includes(peer)));
  if (!hasFailure(results)) {
    const warnings = reportFindings(results, screen.paint);
    if (warnings !== '' && !options.json) screen.print(`${redact(warnings, knownSecrets(facts))}\n`);
    return true;
  }
  const report = options.json ? resultsJson(cluster.name, results) : reportResults({
    heading: 'Nothing was changed: this has to be mended first.', nodes: facts.nodes.map(({ name }) => name), results,
    seconds: Math.round((clock.monotonic() - started) / 1000), exitCode: ExitCode.NotAsItShouldBe, paint: screen.paint, again: 'grafana-ha push',
  });
  screen.print(redact(report, knownSecrets(facts)));
  return false;
}

async function isWanted({ yes }: PushOptions, { prompt }: World): Promise<boolean> {
  if (yes) return true;
  if (!prompt.available) throw new UserError('There is no terminal to ask "Push this plan?"; nothing was changed.', { hint: 'grafana-ha push --yes', exitCode: ExitCode.WrongUsage });
  return (await prompt.confirm({ message: 'Push this plan?', default: false })) ?? false;
}

function theirs(options: PushOptions): UserError {
  return new UserError('Somebody changed on the nodes what this tool manages; the plan says so as "theirs". Nothing was changed.', {
    hint: `Take it back: grafana-ha push --overwrite${fileFlag(options)}\n  Keep it:      grafana-ha push --adopt${fileFlag(options)}`,
  });
}

export interface PlanPushInput {
  readonly cluster: Cluster;
  readonly connected: ConnectedNodes;
  readonly gathering: Gathering;
  /** Absent: all nodes. */
  readonly chosen?: readonly string[];
  readonly adminPassword?: SecretSource | Secret;
  /** Of a saved plan. */
  readonly salt?: string;
}

/** Makes the plan from what was gathered; changes nothing. */
export async function planPush({ connected, gathering: { facts, databasePassword }, ...input }: PlanPushInput, world: World): Promise<PreparedPush> {
  const connections = connected.outcomes.flatMap((outcome) => ('connection' in outcome ? [outcome.connection] : []));
  return preparePush({ ...input, facts, databasePassword, connections }, world);
}

export interface ApplyPlanOptions extends ApplyOptions {
  readonly yes?: boolean;
  readonly databaseBackupExists?: boolean;
}

/** Applies a plan and prints what every node is left with. */
export async function applyPlan(prepared: PreparedPush, options: ApplyPlanOptions, world: World): Promise<ExitCode> {
  const { databaseBackupExists = false, yes = false } = options;
  if (!(await confirmRestorePoint(prepared.plan.schema, prepared.cluster, { backupExists: databaseBackupExists, yes }, world))) return ExitCode.Cancelled;
  const rolled = await applyPush(prepared, options, world);
  world.screen.print(reportRoll(rolled, world.screen.paint));
  return exitCodeOf(rolled);
}
