import type { OnFailure } from '../cluster/cluster.ts';
import { redact } from '../cluster/redact.ts';
import type { Secret } from '../cluster/secret.ts';
import { explainLog, tellingLines } from '../grafana/log-errors.ts';
import type { LogExplanation } from '../grafana/log-errors.ts';
import { restoreScript, settledScript, swapScript } from '../shell/push-files.ts';
import { endStartScript, logScript, startScript, stopScript } from '../shell/push-service.ts';
import type { Script } from '../shell/quote.ts';
import type { RunOptions, World } from '../world.ts';
import type { RunHook } from './hooks.ts';
import type { PushNode } from './push-node.ts';
import { describeExit } from './stage.ts';
import { askHealth, waitHealthy } from './wait-healthy.ts';
import type { MeshOptions } from './wait-mesh.ts';
import type { WatchMigration } from './watch-migration.ts';

/** Why a step did not succeed; `log` is redacted. */
export interface StepFailure {
  readonly found: string;
  readonly log: readonly string[];
  readonly explained?: LogExplanation;
}

export interface StepContext {
  readonly world: Pick<World, 'clock' | 'http'>;
  /** Says what a node is at, for as long as the push lasts. */
  readonly tell: (node: string, doing: string) => void;
  /** Seconds one start may take; a migration that goes on may take longer. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly secrets: readonly Secret[];
  /** Absent: migrations cannot be seen. */
  readonly watchMigration?: WatchMigration;
  /** Absent: there are no hooks. */
  readonly runHook?: RunHook;
  /** Absent: the nodes know nothing of each other. */
  readonly mesh?: MeshOptions;
  /** Set when the first start changes the schema of a database in use. */
  readonly migrates?: boolean;
  readonly onFailure?: OnFailure;
}

export type Started = { readonly kind: 'healthy'; readonly seconds: number } | { readonly kind: 'interrupted' } | { readonly kind: 'failed'; readonly failure: StepFailure; /** It could not be stopped for sure. */ readonly mayRun: boolean };

export type Stopped = { readonly ok: true; readonly killed: boolean } | { readonly ok: false; readonly failure: StepFailure };

const longestScriptMs = 120_000;

/** For scripts that do no more when they run twice: a link may be lost while one runs. */
const twice = { timeoutMs: longestScriptMs, repeatable: true } as const;

/** Makes the staged files of a node live; after a failure some may be, until `restore`. */
export async function swap(node: PushNode, reason: string): Promise<StepFailure | undefined> {
  if (node.files.length === 0) return undefined;
  return run(node, swapScript(node.place, node.files, reason), 'The new files could not be put in place', { timeoutMs: longestScriptMs });
}

/** Puts the old files of a node back. */
export async function restore(node: PushNode): Promise<StepFailure | undefined> {
  return node.files.length === 0 ? undefined : run(node, restoreScript(node.place, node.files), 'The old files could not be put back');
}

/** Stops Grafana, but not while it migrates; nothing happens to one that is stopped. `killed`: it did not end by itself. */
export async function stop(node: PushNode, context: StepContext): Promise<Stopped> {
  const { health, healthBefore = health } = node;
  if (context.watchMigration !== undefined && (await askHealth({ ...node, health: healthBefore }, context.world)) !== true) await waitForMigration(node, context);
  return stopNow(node);
}

async function stopNow(node: PushNode): Promise<Stopped> {
  const what = 'Grafana could not be stopped';
  try {
    const answer = await node.connection.run(stopScript(node.layout), twice);
    return answer.exitCode === 0 ? { ok: true, killed: answer.stdout.trim() === 'killed' } : { ok: false, failure: { found: `${what}: ${answer.stderr.trim() || `exit ${answer.exitCode}`}`, log: [] } };
  } catch (error) {
    return { ok: false, failure: { found: `${what}: ${wordsOf(error)}`, log: [] } };
  }
}

/** Waits while somebody holds the lock of migrations: who cut a migration could break the schema, and who starts beside it would die of the lock. */
export async function waitForMigration(node: PushNode, { watchMigration, tell, signal, world }: StepContext): Promise<void> {
  if (watchMigration === undefined) return;
  await using watch = watchMigration(node);
  for (let view = await watch.look(); view?.locked === true && !signal.aborted; view = await watch.look()) {
    tell(node.name, `waits for a migration, ${view.performed} done`);
    await world.clock.sleep(1000);
  }
}

/** Starts a stopped Grafana and waits until it is healthy; one that dies or is late is stopped. What is not healthy stays pending for the next push. */
export async function startAndWait(node: PushNode, context: StepContext): Promise<Started> {
  await waitForMigration(node, context);
  const started = await start(node, context);
  const unended = await run(node, endStartScript(node.layout), 'systemd keeps our drop-in');
  if (started.kind !== 'healthy' || unended !== undefined) return started;
  const unsettled = await run(node, settledScript(node.place), 'It stays pending');
  if (unsettled === undefined) context.tell(node.name, `healthy, ${started.seconds} s`);
  return started;
}

async function start(node: PushNode, context: StepContext): Promise<Started> {
  const { world, patience, signal, secrets, tell, watchMigration } = context;
  const began = world.clock.monotonic();
  await using watch = watchMigration?.(node);
  tell(node.name, 'starting');
  try {
    const answer = await node.connection.run(startScript(node.layout, node.logFile), twice);
    if (answer.exitCode !== 0) return { kind: 'failed', mayRun: false, failure: { found: `Grafana could not be started: ${answer.stderr.trim() || `exit ${answer.exitCode}`}`, log: [] } };
    const following = watch && { watch, tell: (performed: number) => tell(node.name, `migrated ${performed}`) };
    const health = await waitHealthy(node, world, { patience, signal, ...(following === undefined ? {} : { following }) });
    if (health.kind === 'interrupted') return health;
    if (health.kind === 'healthy') return { kind: 'healthy', seconds: Math.round((world.clock.monotonic() - began) / 1000) };
    tell(node.name, health.found);
    const stopped = await stopNow(node);
    const log = redact((await node.connection.run(logScript(node.layout, { mark: answer.stdout, file: node.logFile }), twice)).stdout, secrets);
    const explained = explainLog(log);
    return { kind: 'failed', mayRun: !stopped.ok, failure: { found: health.found, log: tellingLines(log, 8), ...(explained === undefined ? {} : { explained }) } };
  } catch (error) {
    // The link was lost; what was started may migrate all the same.
    return { kind: 'failed', mayRun: !(await stop(node, context)).ok, failure: { found: wordsOf(error), log: [] } };
  }
}

async function run({ connection }: PushNode, script: Script, what: string, options: RunOptions = twice): Promise<StepFailure | undefined> {
  try {
    const answer = await connection.run(script, options);
    if (answer.exitCode === 0) return undefined;
    return { found: `${what}: ${describeExit(answer.exitCode) ?? (answer.stderr.trim() || `exit ${answer.exitCode}`)}`, log: [] };
  } catch (error) {
    return { found: `${what}: ${wordsOf(error)}`, log: [] };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
