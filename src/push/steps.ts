import { redact } from '../cluster/redact.ts';
import type { Secret } from '../cluster/secret.ts';
import { explainLog, tellingLines } from '../grafana/log-errors.ts';
import type { LogExplanation } from '../grafana/log-errors.ts';
import { restoreScript, settledScript, swapScript } from '../shell/push-files.ts';
import { endStartScript, logScript, startScript, stopScript } from '../shell/push-service.ts';
import type { Script } from '../shell/quote.ts';
import type { World } from '../world.ts';
import type { PushNode } from './push-node.ts';
import { describeExit } from './stage.ts';
import { waitHealthy } from './wait-healthy.ts';

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
  /** Seconds one start may take. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly secrets: readonly Secret[];
}

export type Started = { readonly kind: 'healthy'; readonly seconds: number } | { readonly kind: 'interrupted' } | { readonly kind: 'failed'; readonly failure: StepFailure };

const longestScriptMs = 120_000;

/** Makes the staged files of a node live; after a failure some may be, until `restore`. */
export async function swap(node: PushNode, reason: string): Promise<StepFailure | undefined> {
  if (node.files.length === 0) return undefined;
  return run(node, swapScript(node.place, node.files, reason), 'The new files could not be put in place');
}

/** Puts the old files of a node back. */
export async function restore(node: PushNode): Promise<StepFailure | undefined> {
  return node.files.length === 0 ? undefined : run(node, restoreScript(node.place, node.files), 'The old files could not be put back');
}

/** Stops Grafana; nothing happens to one that is stopped. */
export async function stop(node: PushNode): Promise<StepFailure | undefined> {
  return run(node, stopScript(node.layout), 'Grafana could not be stopped');
}

/** Starts a stopped Grafana and waits until it is healthy; one that dies or is late is stopped. What is not healthy stays pending for the next push. */
export async function startAndWait(node: PushNode, context: StepContext): Promise<Started> {
  const started = await start(node, context);
  const unended = await run(node, endStartScript(node.layout), 'systemd keeps our drop-in');
  if (started.kind !== 'healthy' || unended !== undefined) return started;
  const unsettled = await run(node, settledScript(node.place), 'It stays pending');
  if (unsettled === undefined) context.tell(node.name, `healthy, ${started.seconds} s`);
  return started;
}

async function start(node: PushNode, context: StepContext): Promise<Started> {
  const { world, patience, signal, secrets, tell } = context;
  const began = world.clock.monotonic();
  tell(node.name, 'starting');
  try {
    const answer = await node.connection.run(startScript(node.layout, node.logFile), { timeoutMs: longestScriptMs });
    if (answer.exitCode !== 0) return failed({ found: `Grafana could not be started: ${answer.stderr.trim() || `exit ${answer.exitCode}`}`, log: [] });
    const health = await waitHealthy(node, world, patience, signal);
    if (health.kind === 'interrupted') return health;
    if (health.kind === 'healthy') return { kind: 'healthy', seconds: Math.round((world.clock.monotonic() - began) / 1000) };
    tell(node.name, health.found);
    await stop(node);
    const log = redact((await node.connection.run(logScript(node.layout, { mark: answer.stdout, file: node.logFile }))).stdout, secrets);
    const explained = explainLog(log);
    return failed({ found: health.found, log: tellingLines(log, 8), ...(explained === undefined ? {} : { explained }) });
  } catch (error) {
    return failed({ found: error instanceof Error ? error.message : String(error), log: [] });
  }
}

function failed(failure: StepFailure): Started {
  return { kind: 'failed', failure };
}

async function run({ connection }: PushNode, script: Script, what: string): Promise<StepFailure | undefined> {
  try {
    const answer = await connection.run(script, { timeoutMs: longestScriptMs });
    if (answer.exitCode === 0) return undefined;
    return { found: `${what}: ${describeExit(answer.exitCode) ?? (answer.stderr.trim() || `exit ${answer.exitCode}`)}`, log: [] };
  } catch (error) {
    return { found: `${what}: ${error instanceof Error ? error.message : String(error)}`, log: [] };
  }
}
